/** A device shows that it is alive: with what its page sends, else alone once a minute; never as an event. */
import assert from 'node:assert/strict';
import { BUTTON, SILENCE, TURNED, eventually, html, scenario, tag, turn, turned } from './harness.mjs';

const SMALL = { ...TURNED, viewport: { width: 640, height: 480 } };

/** The signs of life that the server has stored, and what kinds of items came with each. */
function signs(page) {
  const seen = [];
  page.on('requestfinished', async request => {
    if (request.method() === 'POST') {
      const { items } = request.postDataJSON();
      const alive = items.filter(item => item.type === 'alive');
      // A page that is closed meanwhile tells no answer.
      const { stored } = await request.response().then(response => response.json()).catch(() => ({}));
      if (alive.length && stored === items.length) {
        seen.push({ ...alive[0], all: items.map(item => item.type) });
      }
    }
  });
  return seen;
}

async function turnSeconds(page, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await turn(page, 1000);
  }
}

scenario('a page that nobody touches says once a minute that its device is alive', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { attributes: 'data-device="table-2"', ...SMALL });
  const seen = signs(page);
  await turnSeconds(page, 35);
  await eventually('the first sign', () => seen.length === 1);
  await turnSeconds(page, 65);
  await eventually('the second sign', () => seen.length === 2);
  const sign = {
    type: 'alive', device: 'table-2', queued: 0, dropped: 0, version: '1.0.0', width: 640, height: 480, all: ['alive'],
  };
  assert.deepEqual(seen, [sign, sign]);
  assert.deepEqual(await server.events(), []);
  assert.deepEqual(await server.sessions(), []);
});

scenario('what a page sends brings the sign along, and tells how much waits', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  const seen = signs(page);
  await page.click('#map');
  await server.awaitEvents(1);
  await page.click('#map');
  await server.awaitEvents(2);
  await eventually('the sign', () => seen.length === 1);
  const { all, queued } = seen[0];
  assert.equal(all.pop(), 'alive');
  assert.ok(all.length > 0 && all.every(type => type !== 'alive'), all.join());
  assert.ok(queued >= all.length, `${queued} waited`);
});

scenario('each page of a table shows its own sign, whichever of them sends', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js'), BUTTON) });
  await server.addConsumer();
  const page = await scene.page(`${server.origin}/?device=left`);
  await page.click('#map');
  await server.awaitEvents(1);
  const other = await page.context().newPage();
  await turned(other);
  await other.goto(`${server.origin}/?device=right`);
  const seen = signs(other);
  await turnSeconds(other, 35);
  await eventually('the sign', () => seen.length === 1);
  assert.deepEqual([seen[0].device, seen[0].all], ['right', ['alive']]);
});

scenario('a sign is never kept for later', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js'), BUTTON) });
  await server.addConsumer();
  const state = { answer: SILENCE };
  const proxy = await scene.proxy(server, { answer: request => (request.method === 'POST' ? state.answer : null) });
  const page = await scene.page(proxy, { tolerate: /Failed to load/, ...TURNED });
  const seen = signs(page);
  await turnSeconds(page, 200);
  assert.deepEqual(seen, []);
  state.answer = null;
  await eventually('a sign', async () => {
    await turn(page, 1000);
    return seen.length > 0;
  });
  assert.equal(seen.length, 1);
});

for (const [what, attributes, name] of [
  ['tried out', 'data-host="dummy" data-consumer-key="some"', ''],
  ['shown by the dashboard', 'data-consumer-key="some"', 'microticks preview'],
]) {
  scenario(`a page that is only ${what} says nothing`, async scene => {
    const prepare = async page => {
      await turned(page);
      await page.addInitScript(given => (window.name = given), name);
    };
    const { page } = await scene.kiosk(BUTTON, { attributes, prepare });
    const posts = [];
    page.on('request', request => request.method() === 'POST' && posts.push(request.url()));
    await page.click('#map');
    await turnSeconds(page, 65);
    assert.deepEqual(posts, []);
  });
}
