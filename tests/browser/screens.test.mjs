/** Which screen is shown: each change is one event, and says whether anybody led to it. */
import assert from 'node:assert/strict';
import { BUTTON, TURNED, html, posted, scenario, sleep, tag, turn } from './harness.mjs';

const screens = events => events.map(event => [event.data.screen, event.data.auto]);

scenario('hash, history and data-mt-screen change the screen, and touches carry it', async scene => {
  const { server, page } = await scene.kiosk(`${BUTTON}<section data-mt-screen="hall" hidden>Hall</section>`);
  await page.click('#map');
  await page.evaluate('location.hash = "room"');
  await server.awaitEvents(1, 'screen');
  await page.evaluate('history.pushState(null, "", "/tower?x=1")');
  await server.awaitEvents(2, 'screen');
  await page.evaluate('document.querySelector("section").hidden = false');
  await server.awaitEvents(3, 'screen');
  await page.click('#map');
  await page.evaluate(() => new Promise(back => {
    addEventListener('popstate', () => {
      document.querySelector('section').hidden = true;
      back();
    }, { once: true });
    history.back();
  }));
  const seen = await server.awaitEvents(4, 'screen');
  assert.deepEqual(seen.map(event => event.data.screen), ['/#room', '/tower', 'hall', '/#room']);
  assert.deepEqual(seen.map(event => event.data.lang), Array(4).fill('en'));
  const touches = await server.awaitEvents(2, 'click');
  assert.deepEqual(touches.map(event => event.data.screen), ['/', 'hall']);
});

scenario('screens that nobody can see do not count', async scene => {
  const hidden = ['display:none', 'visibility:hidden', 'opacity:0', 'position:absolute;left:-2000px'];
  const sections = hidden.map(style => `<section data-mt-screen="${style}" style="${style}">Hidden</section>`).join('');
  const { server, page } = await scene.kiosk(`<section data-mt-screen="seen">Seen${BUTTON}</section>${sections}`);
  await page.click('#map');
  const [event] = await server.awaitEvents(1);
  assert.equal(event.data.screen, 'seen');
});

scenario('screenName names what the address shows, and index.html is no name', async scene => {
  const stub = '<script>microticks = []; microticks.screenName = url => "at " + url;</script>';
  const server = await scene.server({ 'app/index.html': html(stub, tag('/microticks.js'), BUTTON) });
  await server.addConsumer();
  const page = await scene.page(`${server.origin}/app/index.html?lang=en#one`);
  await page.click('#map');
  const [event] = await server.awaitEvents(1);
  assert.equal(event.data.screen, 'at /app/#one');
});

scenario('a screen that nobody led to is "auto", one within a second of a touch or key is not', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  const go = async (screen, afterMs) => {
    await turn(page, afterMs);
    await page.evaluate(name => { location.hash = name; }, screen);
    await turn(page, 250);
  };
  await page.click('#map');
  await go('led', 300);
  await go('alone', 1500);
  await page.keyboard.press('ArrowRight');
  await go('key', 100);
  await page.evaluate('microticks.flush()');
  const seen = await server.awaitEvents(3, 'screen');
  assert.deepEqual(screens(seen), [['/#led', undefined], ['/#alone', true], ['/#key', undefined]]);
});

scenario('the screen of a new document is stamped with the start of its navigation', async scene => {
  const server = await scene.server({
    'index.html': html(tag('/microticks.js'), '<a id="next" href="next.html">Next</a>'),
    'next.html': html(tag('/microticks.js'), '<a id="next" href="slow.html">Next</a>'),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  const sent = posted(page);
  await page.click('#next');
  await page.waitForURL('**/next.html');
  const [screen] = await server.awaitEvents(1, 'screen');
  const began = await page.evaluate('performance.timeOrigin');
  const { ts } = sent.find(item => item.action === 'screen');
  assert.deepEqual([screen.data.screen, screen.data.auto], ['/next.html', undefined]);
  assert.ok(Math.abs(Date.parse(ts) - began) < 50, `${ts} is not ${new Date(began).toISOString()}`);
  const [touch] = await server.awaitEvents(1, 'click');
  assert.equal(touch.session_id, screen.session_id);
  assert.equal((await server.sessions()).length, 1);
});

scenario('while one screen fades out and the next one in, there is no third', async scene => {
  const sections = '<section data-mt-screen="one">One</section><section data-mt-screen="two" hidden>Two</section>';
  const { server, page } = await scene.kiosk(`${sections}${BUTTON}`, TURNED);
  await page.click('#map');
  for (const offsetMs of [0, 60, 120, 180]) {
    await turn(page, 1000 + offsetMs);
    await page.evaluate('document.querySelectorAll("section").forEach(section => { section.style.opacity = 0; })');
    await turn(page, 150);
    await page.evaluate(() => document.querySelectorAll('section').forEach(section => {
      section.style.opacity = 1;
      section.hidden = !section.hidden;
    }));
  }
  await turn(page, 1000);
  await page.evaluate('microticks.flush()');
  const seen = (await server.events('screen')).map(event => event.data.screen);
  assert.deepEqual(seen, ['two', 'one', 'two', 'one']);
});

scenario('without a session, screens are dropped', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.evaluate('location.hash = "attract"');
  await turn(page, 1000);
  await page.evaluate('microticks.setScreen("home"); microticks.flush()');
  assert.deepEqual(await server.events(), []);
  assert.deepEqual(await server.sessions(), []);
});

scenario('idle rules give screens times of their own, or let the clock stand still', async scene => {
  const rules = JSON.stringify({ 'film.*': 'pause', book: 300 }).replace(/"/g, '&quot;');
  const { server, page } = await scene.kiosk(BUTTON, { attributes: `data-idle-rules="${rules}"`, ...TURNED });
  const reasons = async () => {
    await turn(page, 1000);
    await page.evaluate('microticks.flush()');
    return (await server.sessions()).map(session => session.stop_reason);
  };
  await page.evaluate('microticks.setScreen("book")');
  await page.click('#map');
  await sleep(page, 290_000);
  assert.deepEqual(await reasons(), [null]);
  await sleep(page, 10_000);
  assert.deepEqual(await reasons(), ['idle']);
  await page.click('#map');
  await page.evaluate('microticks.setScreen("film:2")');
  await sleep(page, 600_000);
  assert.deepEqual(await reasons(), ['idle', null]);
  await page.evaluate('microticks.setScreen("map")');
  await sleep(page, 57_000);
  assert.deepEqual(await reasons(), ['idle', null]);
  await sleep(page, 4_000);
  assert.deepEqual(await reasons(), ['idle', 'idle']);
});

scenario('a page that names its screen while it is read has shown no other', async scene => {
  const named = '<script>microticks = [["setScreen", "hall"], ["trackEvent", "lights"]];</script>';
  const server = await scene.server({
    'index.html': html(tag('/microticks.js'), BUTTON),
    'hall.html': html(named, tag('/microticks.js'), BUTTON),
    'yard.html': html(tag('/microticks.js'), '<script>microticks.trackEvent("lights")</script><section data-mt-screen="yard">Yard</section>'),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await page.click('#map');
  for (const [index, name] of ['hall', 'yard'].entries()) {
    await page.goto(`${server.origin}/${name}.html`);
    await server.awaitEvents(index + 1, 'screen');
  }
  await server.awaitEvents(2, 'lights');
  assert.deepEqual((await server.events('screen')).map(event => event.data.screen), ['hall', 'yard']);
});

scenario('an empty name is none, and no screen is older than its visit', async scene => {
  const { server, page } = await scene.kiosk(`${BUTTON}<section data-mt-screen="hall">Hall</section>`);
  await page.click('#map');
  for (const [index, name] of ['', 'yard'].entries()) {
    await page.evaluate(given => { document.querySelector('section').dataset.mtScreen = given; }, name);
    await server.awaitEvents(index + 1, 'screen');
  }
  const [session] = await server.sessions();
  const events = await server.events('screen');
  assert.deepEqual(events.map(event => event.data.screen), ['/', 'yard']);
  assert.ok(events.every(event => event.time >= session.started_at));
});

scenario('a page that the browser has kept is shown anew when somebody comes back to it', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.click('#map');
  await page.evaluate('dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))');
  const [event] = await server.awaitEvents(1, 'screen');
  assert.equal(event.data.screen, '/');
});

scenario('what was opened and closed between two looks changes no screen of the past', async scene => {
  const body = `<section data-mt-screen="map">Map</section><section data-mt-screen="popup" hidden>Popup</section>
    <button id="toggle" onclick="document.querySelectorAll('section')[1].hidden ^= true">Toggle</button>`;
  const { server, page } = await scene.kiosk(body, TURNED);
  await turn(page, 30_000);
  const sent = posted(page);
  await page.click('#toggle');
  await page.click('#toggle');
  await turn(page, 1000);
  await page.evaluate('microticks.flush()');
  assert.deepEqual(screens(await server.awaitEvents(2, 'screen')), [['popup', undefined], ['map', undefined]]);
  const start = sent.find(item => item.type === 'start').ts;
  assert.ok(sent.every(({ ts = start }) => ts >= start), JSON.stringify(sent));
});
