/** What pages can call: `window.microticks`, the stub before it, and the form of the original service. */
import assert from 'node:assert/strict';
import { BUTTON, TURNED, html, scenario, sleep, tag } from './harness.mjs';

scenario('calls made before the script has loaded are replayed in order', async scene => {
  const stub = `<script>
    window.microticks = window.microticks || [];
    microticks.screenName = path => 'screen of ' + path;
    microticks.push(['trackEvent', 'first', {n: 1}]);
    microticks.push(['setScreen', 'hall']);
    microticks.push(['noSuchCall']);
    microticks.push(['trackEvent', 'second']);
  </script>`;
  const server = await scene.server({ 'index.html': html(stub, tag('/microticks.js', 'async')) });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await page.waitForFunction('microticks.trackEvent');
  await page.evaluate('microticks.push(["trackEvent", "third"])');

  const events = await server.awaitEvents(4);
  assert.deepEqual(events.map(event => event.action), ['first', 'screen', 'second', 'third']);
  assert.equal(events[1].data.screen, 'hall');
  assert.equal(await page.evaluate('microticks.screenName("/")'), 'screen of /');
});

scenario('whatever is given as data is stored as its JSON text', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  const given = [{ a: [1, null] }, 'text', 5, true, null, [1, 2], {}, '{"a":1}'];
  await page.evaluate(values => values.forEach(value => microticks.trackEvent('x', value)), given);
  await page.evaluate('microticks.trackEvent("x")');
  const events = await server.awaitEvents(given.length + 1);
  assert.deepEqual(events.map(event => event.data), [...given, {}]);
});

scenario('data that is no JSON throws nothing into the page', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.evaluate('const round = {}; round.round = round; microticks.trackEvent("x", round)');
  await page.evaluate('microticks.trackEvent("y", {big: 1})');
  const [event] = await server.awaitEvents(1);
  assert.equal(event.action, 'y');
  assert.match(page.said.join('\n'), /went wrong.*circular/i);
});

scenario('passive events neither begin nor prolong a session, and say so in their data', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.evaluate(async () => {
    microticks.trackEvent('sensor', { lux: 3 }, { passive: true });
    microticks.setScreen('attract');
    await microticks.flush();
  });
  assert.deepEqual(await server.sessions(), []);

  await page.evaluate(() => {
    microticks.trackEvent('open', { page: 1 });
    microticks.trackEvent('sensor', { lux: 4 }, { passive: true });
    microticks.trackEvent('sensor', 5, { passive: true });
  });
  const events = await server.awaitEvents(3);
  const passive = [{ lux: 4, passive: true }, { value: 5, passive: true }];
  assert.deepEqual(events.map(event => event.data), [{ page: 1 }, ...passive]);
});

scenario('startSession begins a session without an event, stopSession ends it with a reason', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { attributes: 'data-device="table-2"' });
  await page.evaluate('microticks.startSession(); microticks.startSession(); microticks.flush()');
  const [session, ...others] = await server.sessions();
  assert.deepEqual(others, []);
  assert.deepEqual([session.device, session.stopped_at], ['table-2', null]);

  await page.evaluate('microticks.stopSession("restart")');
  const [stopped] = await server.sessions();
  assert.equal(stopped.stop_reason, 'restart');
  assert.ok(stopped.stopped_at);
  const [event, ...more] = await server.events();
  assert.deepEqual([event.action, event.data, more], ['stopSession', { reason: 'restart' }, []]);

  await page.evaluate('microticks.stopSession("again")');
  assert.equal((await server.events()).length, 1, 'without a session there is nothing to stop');
  await page.evaluate('microticks.trackEvent("next")');
  await server.awaitEvents(2);
  assert.equal((await server.sessions()).length, 2);
});

scenario('setScreen makes an event when the screen changes, and names the screen of touches', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.click('#map');
  await page.evaluate('microticks.setScreen("map"); microticks.setScreen("map")');
  await page.click('#map');
  await page.evaluate('microticks.setScreen("")');

  const events = await server.awaitEvents(4);
  assert.deepEqual(
    events.map(event => [event.action, event.data.screen]),
    [['click', '/'], ['screen', 'map'], ['click', 'map'], ['screen', '/']],
  );
  assert.deepEqual([...new Set(events.map(event => event.data.lang))], ['en']);
});

scenario('a change of screen long after the last touch is the exhibit\'s own', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.click('#map');
  await page.evaluate('microticks.setScreen("map")');
  await sleep(page, 2000);
  await page.evaluate('microticks.setScreen("home"); microticks.flush()');
  const screens = await server.awaitEvents(2, 'screen');
  assert.deepEqual(screens.map(event => event.data.auto), [undefined, true]);
});

scenario('the device comes from the address of the page where the tag names none', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js'), BUTTON) });
  await server.addConsumer();
  const page = await scene.page(`${server.origin}/?device=left%20table`);
  await page.click('#map');
  await server.awaitEvents(1);
  assert.equal((await server.sessions())[0].device, 'left table');
});

scenario('data-autotrack="off" leaves touches to the page', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { attributes: 'data-autotrack="off"' });
  await page.click('#map');
  await page.keyboard.press('Enter');
  await page.evaluate('microticks.trackEvent("own"); microticks.setScreen("map"); microticks.flush()');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.action), ['own', 'screen']);
  assert.equal('auto' in events[1].data, false, 'nobody knows what led to it');
});
