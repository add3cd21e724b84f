/** The three steps of the README, literally. */
import assert from 'node:assert/strict';
import { BUTTON, html, scenario } from './harness.mjs';

const KIOSK = { 'index.html': html('<script src=/microticks.js></script>', BUTTON) };

scenario('start, tag, --add-consumer: a touch is a row', async scene => {
  const server = await scene.server(KIOSK);
  await server.addConsumer('MyApp');
  const page = await scene.page(`${server.origin}/`);
  await page.click('#map');

  const [event] = await server.awaitEvents(1);
  assert.equal(event.action, 'click');
  assert.equal(event.data.target, 'map');
  const [session, ...others] = await server.sessions();
  assert.deepEqual(others, []);
  assert.equal(event.session_id, session.id);
  assert.equal(session.stopped_at, null);
});

scenario('what was touched before the consumer existed arrives, and the console told what to do', async scene => {
  const server = await scene.server(KIOSK);
  const page = await scene.page(`${server.origin}/`, { tolerate: /Failed to load resource.*400/ });
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await server.events(), []);
  assert.equal(page.said.length, 1, page.said.join('\n'));
  assert.match(page.said[0], /--add-consumer/);

  await server.addConsumer('MyApp');
  const events = await server.awaitEvents(2, 'click');
  assert.equal(new Set(events.map(event => event.session_id)).size, 1);
});

scenario('a page on plain http under a name of its own is the same origin too', async scene => {
  const server = await scene.server(KIOSK);
  await server.addConsumer('MyApp');
  const elsewhere = server.origin.replace('127.0.0.1', 'kiosk.test');
  scene.allow(elsewhere);
  const page = await scene.page(`${elsewhere}/`);
  assert.equal(await page.evaluate('isSecureContext'), false);
  await page.click('#map');
  await server.awaitEvents(1);
});
