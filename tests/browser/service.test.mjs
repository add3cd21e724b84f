/** `new MicroticksService(host, consumerKey)`: pages of the original service need change nothing but the script. */
import assert from 'node:assert/strict';
import { BUTTON, html, scenario, tag } from './harness.mjs';

const MANUAL = 'data-autotrack="off"';

async function kiosk(scene, options) {
  const server = await scene.server();
  const key = await server.addConsumer();
  const site = await scene.site({ '/': html(tag(server.script, MANUAL), BUTTON) });
  const page = await scene.page(site, options);
  await page.evaluate(([host, consumer]) => {
    window.service = new MicroticksService(host, consumer);
  }, [server.origin, key]);
  return { server, key, page };
}

scenario('trackEvent begins a session, stopSession records why and ends it', async scene => {
  const { server, page } = await kiosk(scene);
  assert.equal(await page.evaluate('service.sessionToken'), null);
  await page.evaluate('service.trackEvent("click", {target: "map", clickX: 1, clickY: 2}); service.trackEvent("open")');
  assert.match(await page.evaluate('service.sessionToken'), /^[0-9a-f]{32}$/);
  await page.evaluate('service.stopSession("timeout")');
  assert.equal(await page.evaluate('service.sessionToken'), null);

  const events = await server.awaitEvents(3);
  assert.deepEqual(
    events.map(event => [event.action, event.data]),
    [['click', { target: 'map', clickX: 1, clickY: 2 }], ['open', {}], ['stopSession', { reason: 'timeout' }]],
  );
  const sessions = await server.sessions();
  assert.deepEqual(sessions.map(session => session.stop_reason), ['timeout']);
});

scenario('startSession begins a session at once', async scene => {
  const { server, page } = await kiosk(scene);
  await page.evaluate('service.startSession(); microticks.flush()');
  assert.match(await page.evaluate('service.sessionToken'), /^[0-9a-f]{32}$/);
  assert.equal((await server.sessions()).length, 1);
});

scenario('its sessions end only when the page says so', async scene => {
  const { server, page } = await kiosk(scene, { prepare: opened => opened.clock.install() });
  await page.evaluate('service.trackEvent("open")');
  await page.clock.fastForward(3_600_000);
  await page.evaluate('service.trackEvent("open"); microticks.flush()');
  assert.equal((await server.sessions()).length, 1);
  assert.equal((await server.sessions())[0].stopped_at, null);
});

scenario('a dummy host sends nothing', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js', MANUAL)) });
  const page = await scene.page(server.origin);
  const requests = [];
  page.on('request', request => requests.push(request.url()));
  const tokens = await page.evaluate(async () => {
    const service = new MicroticksService(MicroticksService.DUMMY_HOST, 'any');
    const seen = [service.sessionToken];
    service.trackEvent('click', { a: 1 });
    seen.push(service.sessionToken);
    await service.stopSession('timeout');
    await microticks.flush();
    return seen.concat(service.sessionToken);
  });
  assert.deepEqual(tokens, [null, 'dummy_token', null]);
  assert.deepEqual(requests, []);
});

scenario('with debug it tells the console what it records', async scene => {
  const { page } = await kiosk(scene);
  await page.evaluate('service.debug = true; service.trackEvent("open", {page: 3})');
  assert.match(page.said.join(), /trackEvent open/);
});

scenario('with host and key of the tag it shares the session of the tag', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const site = await scene.site({ '/': html(tag(server.script, `data-consumer-key="${key}"`), BUTTON) });
  const page = await scene.page(site);
  await page.click('#map');
  await page.evaluate(([host, consumer]) => {
    new MicroticksService(host, consumer).trackEvent('open', { page: 1 });
  }, [`${server.origin}/`, key]);
  const events = await server.awaitEvents(2);
  assert.equal(events[0].session_id, events[1].session_id);
});

scenario('a key that the server refuses holds nobody else up', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js'), BUTTON) });
  const key = await server.addConsumer();
  const page = await scene.page(server.origin, { tolerate: /Failed to load resource.*400/ });
  await page.evaluate(consumer => {
    new MicroticksService('/', 'wrong').trackEvent('refused');
    new MicroticksService('/', consumer).trackEvent('taken');
  }, key);
  await page.click('#map');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.action).sort(), ['click', 'taken']);
  await page.evaluate('microticks.flush()');
  assert.equal(page.said.length, 1, page.said.join('\n'));
  assert.match(page.said[0], / wrong: .*consumer_key/);
});
