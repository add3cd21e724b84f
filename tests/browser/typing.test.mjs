/** Nothing typed is stored: neither by keys, nor by fingers on a keyboard on the screen. */
import assert from 'node:assert/strict';
import { BUTTON, scenario } from './harness.mjs';

const KEYBOARD = `<div id="keyboard" onpointerdown="event.preventDefault()" onmousedown="event.preventDefault()">
  <button id="key-q">q</button><button id="back">Back</button><button id="done" data-mt="done">Done</button></div>`;

const FINGERS = { hasTouch: true };

async function actions(server, page) {
  await page.evaluate('microticks.flush()');
  return (await server.events()).map(event => event.action);
}

scenario('taps that end in a field are "typing", without target or point', async scene => {
  const { server, page } = await scene.kiosk(`<input id="name">${KEYBOARD}`, FINGERS);
  await page.tap('#name');
  await page.tap('#back');
  await page.click('#back');
  const events = await server.awaitEvents(3);
  for (const event of events) {
    assert.deepEqual([event.action, event.data], ['typing', { screen: '/', lang: 'en' }]);
  }
});

scenario('a key of a keyboard on the screen is "typing" wherever the focus is', async scene => {
  const { server, page } = await scene.kiosk(KEYBOARD, FINGERS);
  await page.tap('#key-q');
  await page.click('#key-q');
  await page.locator('#key-q').press('Enter');
  assert.deepEqual(await actions(server, page), ['typing', 'typing', 'typing']);
});

scenario('data-mt on the target makes it a touch again', async scene => {
  const { server, page } = await scene.kiosk(`<input id="name">${KEYBOARD}`, FINGERS);
  await page.tap('#name');
  await page.tap('#done');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.data.target), [undefined, 'done']);
});

scenario('data-mt around a whole keyboard does not make its keys touches', async scene => {
  const { server, page } = await scene.kiosk(`<div data-mt="search"><input id="name">${KEYBOARD}</div>`, FINGERS);
  await page.tap('#key-q');
  await page.tap('#name');
  await page.tap('#back');
  await server.awaitEvents(3);
  assert.deepEqual(await actions(server, page), ['typing', 'typing', 'typing']);
});

scenario('data-mt on a tile with a single letter makes it a touch', async scene => {
  const { server, page } = await scene.kiosk('<div data-mt="Answer A"> <b id="letter">A</b> </div>', FINGERS);
  await page.tap('#letter');
  const [event] = await server.awaitEvents(1);
  assert.equal(event.data.target, 'Answer A');
});

scenario('a tap that takes the focus out of a field is a touch', async scene => {
  const { server, page } = await scene.kiosk('<input id="name"><button id="search">Search</button>', FINGERS);
  await page.tap('#name');
  await page.tap('#search');
  await page.click('#name');
  await page.click('#search');
  await server.awaitEvents(4);
  assert.deepEqual(await actions(server, page), ['typing', 'click', 'typing', 'click']);
});

const UNSEEN = ['left:-999px', 'opacity:0', 'width:1px;padding:0;border:0'];

for (const style of UNSEEN) {
  scenario(`a field that nobody sees (${style}) may keep the focus`, async scene => {
    const keep = 'onpointerdown="event.preventDefault()" onmousedown="event.preventDefault()"';
    const field = `<input id="badge" autofocus style="position:absolute;top:200px;${style}">`;
    const { server, page } = await scene.kiosk(`${field}<div ${keep}>${BUTTON}</div>`, FINGERS);
    await page.locator('#badge').focus();
    await page.tap('#map');
    await server.awaitEvents(1);
    assert.equal(await page.evaluate('document.activeElement.id'), 'badge');
    assert.deepEqual(await actions(server, page), ['click']);
  });
}

scenario('what is typed into fields is neither stored nor counted', async scene => {
  const fields = '<input id="one"><textarea id="two"></textarea><p id="three" contenteditable="true">x</p>';
  const { server, page } = await scene.kiosk(fields, FINGERS);
  for (const id of ['one', 'two', 'three']) {
    await page.locator(`#${id}`).focus();
    await page.keyboard.type('secret');
  }
  await page.keyboard.press('Enter');
  assert.deepEqual(await actions(server, page), []);
  assert.deepEqual(await server.sessions(), []);

  await page.click('#three');
  await page.click('#two');
  assert.deepEqual(await actions(server, page), ['typing', 'typing']);
  assert.ok(!JSON.stringify(await server.events()).includes('secret'));
});

scenario('what stands in a text area is no name of what is around it', async scene => {
  const secret = 'Hi from Anna';
  const body = `<label id="">Message <textarea>${secret}</textarea></label><div tabindex="0"><p contenteditable>${secret}</p>Letter</div>
    <textarea readonly>${secret}</textarea>`;
  const { server, page } = await scene.kiosk(body, FINGERS);
  await page.locator('label').tap({ position: { x: 5, y: 5 } });
  await page.locator('div').tap({ position: { x: 5, y: 50 } });
  await page.locator('textarea').last().tap();
  const events = await server.awaitEvents(3);
  assert.deepEqual(events.map(event => event.action), ['typing', 'click', 'click']);
  assert.doesNotMatch(JSON.stringify(events), /Anna/);
});
