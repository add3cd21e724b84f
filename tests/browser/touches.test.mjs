/** From fingers, mice and keys to touches: what is one, what it is called, where it was. */
import assert from 'node:assert/strict';
import { BUTTON, TURNED, html, scenario, tag, turn } from './harness.mjs';

/** Everything that was recorded, once nothing waits any more. */
async function recorded(server, page) {
  await page.evaluate('microticks.flush()');
  return server.events();
}

scenario('a click tells target, point, screen, view and pointer', async scene => {
  const viewport = { width: 800, height: 600 };
  const { server, page } = await scene.kiosk(BUTTON, { viewport });
  const box = await page.locator('#map').boundingBox();
  const [x, y] = [Math.round(box.x + 5), Math.round(box.y + 6)];
  await page.mouse.click(x, y);
  const [event] = await server.awaitEvents(1);
  assert.deepEqual(event.data, {
    target: 'map', clickX: x, clickY: y, screen: '/', lang: 'en', viewWidth: 800, viewHeight: 600, pointer: 'mouse',
  });
});

scenario('a tap of a finger counts once, although browsers send a mouse event after it', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { hasTouch: true });
  await page.tap('#map');
  const [event, ...more] = await recorded(server, page);
  assert.deepEqual([event.action, event.data.pointer, more], ['click', 'touch', []]);
});

const STYLE = '<style>.hit { display: block; width: 50px; height: 50px }</style>';
const NAMES = [
  ['data-mt of an element around', '<p data-mt="Lobby"><button id="b"><i class="hit"></i></button></p>', 'Lobby'],
  ['the id of the control', '<button id="go"><span class="hit">Go there</span></button>', 'go'],
  ['its own id', '<div><div id="own" class="hit"></div></div>', 'own'],
  ['aria-label', '<button aria-label="Close"><span class="hit">icon</span></button>', 'Close'],
  ['the alternative text of a picture', '<a href="#"><img class="hit" alt="Viking ship"></a>', 'Viking ship'],
  ['the title', '<div class="hit" title="Timeline"></div>', 'Timeline'],
  ['a short text', '<button><b class="hit">  Old \n maps </b></button>', 'Old maps'],
  ['a short path', '<main id="app"><p></p><p><i class="hit"></i></p></main>', '#app>p:nth-child(2)>i:nth-child(1)'],
];

for (const [what, body, name] of NAMES) {
  scenario(`a target is called by ${what}`, async scene => {
    const { server, page } = await scene.kiosk(STYLE + body);
    await page.locator('.hit').click();
    const [event] = await server.awaitEvents(1);
    assert.equal(event.data.target, name);
  });
}

scenario('a target inside a shadow tree is named, and data-mt around it counts', async scene => {
  const { server, page } = await scene.kiosk(`<x-card id="plain"></x-card><x-card data-mt="Card"></x-card><script>
    for (const card of document.querySelectorAll('x-card')) {
      card.attachShadow({mode: 'open'}).innerHTML = '<button>Inside</button>';
    }
  </script>`);
  await page.locator('x-card button').nth(0).click();
  await page.locator('x-card button').nth(1).click();
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.data.target), ['Inside', 'Card']);
});

scenario('elements under data-mt-ignore are left out', async scene => {
  const body = '<div data-mt-ignore><button id="staff">Staff</button></div><button id="map">Map</button>';
  const { server, page } = await scene.kiosk(body);
  await page.click('#staff');
  await page.locator('#staff').press('Enter');
  assert.deepEqual(await recorded(server, page), []);
  assert.deepEqual(await server.sessions(), []);
  await page.click('#map');
  const events = await server.awaitEvents(1);
  assert.equal(events[0].data.target, 'map');
});

scenario('a page that prevents and stops every event is tracked all the same', async scene => {
  const { server, page } = await scene.kiosk(`<button id="map">Map</button><script>
    const names = ['pointer', 'mouse', 'touch'].map(kind => [kind + 'down', kind + 'up', kind + 'start', kind + 'end']);
    for (const name of names.flat().concat('click', 'keydown', 'keyup')) {
      document.addEventListener(name, event => { event.preventDefault(); event.stopImmediatePropagation(); },
        {capture: true, passive: false});
    }
  </script>`, { hasTouch: true });
  const box = await page.locator('#map').boundingBox();
  await page.mouse.click(box.x + 5, box.y + 5);
  await page.touchscreen.tap(box.x + 5, box.y + 5);
  await page.locator('#map').focus();
  await page.keyboard.press('Enter');
  const events = await server.awaitEvents(3, 'click');
  assert.deepEqual(events.map(event => event.data.pointer), ['mouse', 'touch', 'key']);
});

scenario('a dispatched pair of pointer events is a touch, a bare element.click() is none', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.evaluate(() => {
    const map = document.getElementById('map');
    map.click();
    map.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    const at = { clientX: 10.4, clientY: 20.6 };
    map.dispatchEvent(new PointerEvent('pointerdown', at));
    map.dispatchEvent(new PointerEvent('pointerup', at));
  });
  await server.awaitEvents(1);
  const [event, ...more] = await recorded(server, page);
  assert.deepEqual(more, []);
  assert.deepEqual([event.data.clickX, event.data.clickY, event.data.pointer], [10, 21, 'touch']);
});

scenario('a drag is no touch, but somebody is there', async scene => {
  const { server, page } = await scene.kiosk('<div id="map" style="height:400px">Map</div>');
  await page.mouse.move(50, 50);
  await page.mouse.down();
  await page.mouse.move(50, 150);
  await page.mouse.move(50, 50);
  await page.mouse.up();
  assert.deepEqual(await recorded(server, page), []);
  assert.equal((await server.sessions()).length, 1);
});

scenario('several fingers at once are several touches', async scene => {
  const { server, page } = await scene.kiosk('<button id="one">One</button><button id="two">Two</button>');
  await page.evaluate(() => {
    const send = (name, id) => document.getElementById(id).dispatchEvent(
      new PointerEvent(name, { bubbles: true, pointerType: 'touch', pointerId: id === 'one' ? 11 : 12 }),
    );
    send('pointerdown', 'one');
    send('pointerdown', 'two');
    send('pointerup', 'two');
    send('pointerup', 'one');
  });
  const events = await server.awaitEvents(2, 'click');
  assert.deepEqual(events.map(event => event.data.target), ['two', 'one']);
});

/** Events as reports order them. */
const inTime = events => [...events].sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || a.seq - b.seq);

scenario('a touch comes before what it led to, also where the page acts when the finger goes down or moves', async scene => {
  const { server, page } = await scene.kiosk(`<button id="down">Down</button><button id="click">Click</button>
    <button id="hold">Hold</button><button id="swipe">Swipe</button><section data-mt-screen="first"></section><script>
    const show = name => document.querySelector('section').dataset.mtScreen = name;
    document.querySelector('section').style = 'width: 9px; height: 9px';
    document.getElementById('down').onpointerdown = () => show('down');
    document.getElementById('click').onclick = () => show('click');
    document.getElementById('hold').onpointerdown = () => show('hold');
    document.getElementById('swipe').onpointermove = event => event.buttons && show('swipe');
  </script>`, TURNED);
  const press = async (id, heldMs, by = 0) => {
    const { x, y, width, height } = await page.locator(id).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + by / 3, y + height / 2);
    await turn(page, heldMs);
    await page.mouse.move(x + width / 2 + by, y + height / 2);
    await page.mouse.up();
    // The next touch is another one, and a screen is seen at the second look.
    await turn(page, 600);
  };
  await press('#down', 0);
  await press('#click', 0);
  await press('#hold', 450);
  await press('#swipe', 450, 60);
  await page.evaluate('microticks.flush()');
  const events = inTime(await server.awaitEvents(8));
  assert.deepEqual(events.map(event => [event.action, event.data.screen]), [
    ['click', 'first'], ['screen', 'down'], ['click', 'down'], ['screen', 'click'],
    ['click', 'click'], ['screen', 'hold'], ['swipe', 'hold'], ['screen', 'swipe'],
  ]);
  assert.deepEqual(events.map(event => event.data.auto), Array(8).fill(undefined));
});

scenario('a touch whose page goes away when the finger goes down is told, and before the next screen', async scene => {
  const server = await scene.server({
    'index.html': html(tag('/microticks.js'), '<button id="next" onpointerdown="location = \'next.html\'">Next</button>'),
    'next.html': html(tag('/microticks.js'), '<p>Next</p>'),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await page.hover('#next');
  await page.mouse.down();
  await page.waitForURL('**/next.html');
  await page.mouse.up();
  const events = inTime(await server.awaitEvents(2));
  assert.deepEqual(events.map(event => [event.action, event.data.screen]), [['click', '/'], ['screen', '/next.html']]);
});

scenario('a home button that ends the session belongs to the session that it ends', async scene => {
  const { server, page } = await scene.kiosk(`<button id="home">Home</button><script>
    document.getElementById('home').onpointerdown = () => microticks.stopSession('restart');
  </script>`);
  await page.click('#home');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.action), ['click', 'stopSession']);
  await recorded(server, page);
  assert.equal((await server.sessions()).length, 1);
});

scenario('Enter and Space on an element are touches without a point, other keys only activity', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.keyboard.press('ArrowDown');
  assert.deepEqual(await recorded(server, page), []);
  assert.equal((await server.sessions()).length, 1);

  await page.locator('#map').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  const events = await server.awaitEvents(2, 'click');
  for (const { data } of events) {
    assert.deepEqual([data.target, data.pointer, 'clickX' in data, 'clickY' in data], ['map', 'key', false, false]);
  }
});

scenario('fingers of a driver that calls each of them the first one are touches all the same', async scene => {
  const { server, page } = await scene.kiosk('<button id="one">One</button><button id="two">Two</button>');
  await page.evaluate(() => {
    const send = (name, id) => document.getElementById(id).dispatchEvent(new PointerEvent(name, {
      bubbles: true, pointerType: 'touch', pointerId: id === 'one' ? 11 : 12, isPrimary: true,
    }));
    send('pointerdown', 'one');
    send('pointerdown', 'two');
    send('pointerup', 'one');
    send('pointerup', 'two');
  });
  const events = await server.awaitEvents(2, 'click');
  assert.deepEqual(events.map(event => event.data.target), ['one', 'two']);
});

scenario('a finger whose end is never told makes no touch, and takes nothing from the next ones', async scene => {
  const { server, page } = await scene.kiosk('<button id="one">One</button><button id="two">Two</button>', { hasTouch: true });
  await page.evaluate(() => {
    document.getElementById('one').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerId: 77 }));
  });
  await page.tap('#two');
  await page.tap('#one');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.data.target), ['two', 'one']);
});

scenario('a key that the page turns into a click on an element is a touch of that element', async scene => {
  const { server, page } = await scene.kiosk(`${BUTTON}<script>
    addEventListener('keydown', event => event.key === 'b' && document.getElementById('map').click());
  </script>`);
  await page.keyboard.press('b');
  const [event, ...more] = await server.awaitEvents(1);
  assert.deepEqual([event.action, event.data.target, event.data.pointer, more], ['click', 'map', 'key', []]);
});

scenario('a tap is no long press because the page was busy', async scene => {
  const busy = 'const end = performance.now() + 700; while (performance.now() < end);';
  const { server, page } = await scene.kiosk(`<button id="map" onpointerdown="${busy}">Map</button>`);
  const input = await page.context().newCDPSession(page);
  const { x, y } = await page.locator('#map').boundingBox();
  const send = type => input.send('Input.dispatchMouseEvent', { type, x: x + 5, y: y + 5, button: 'left', clickCount: 1 });
  await Promise.all([send('mousePressed'), send('mouseReleased')]);
  await server.awaitEvents(1);
  const [event] = await server.read('events');
  assert.equal(event.action, 'click');
});
