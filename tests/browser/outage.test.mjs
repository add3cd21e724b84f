/** No touch is lost while the page lives: the server is away, slow, or somebody else answers in its place. */
import assert from 'node:assert/strict';
import { BUTTON, SILENCE, eventually, html, scenario, tag, turn, turned } from './harness.mjs';

const FAILURES = /Failed to load resource|blocked by CORS policy|net::ERR_/;

/** A page on another origin whose client talks through a proxy; what the proxy answers can be set. */
async function kiosk(scene, options = {}) {
  const server = await scene.server();
  const key = await server.addConsumer();
  const state = { answer: null };
  const proxy = await scene.proxy(server, { answer: request => (request.method === 'POST' ? state.answer : null) });
  const attributes = `data-consumer-key="${key}"`;
  const site = await scene.site({ '/': html(tag(`${proxy}/microticks.js`, attributes), BUTTON) });
  const page = await scene.page(site, { tolerate: FAILURES, ...options });
  let touches = 0;
  const touch = async (count = 1) => {
    await page.evaluate(([from, to]) => {
      for (let n = from; n <= to; n += 1) {
        microticks.trackEvent('touch', { n });
      }
    }, [touches + 1, touches + count]);
    touches += count;
  };
  const allArrived = async () => {
    const events = await server.awaitEvents(touches, 'touch');
    assert.deepEqual(events.map(event => event.data.n), Array.from({ length: touches }, (_, n) => n + 1));
    assert.equal((await server.sessions()).length, 1);
  };
  return { server, page, state, touch, allArrived };
}

scenario('a server that is killed and started again misses nothing', async scene => {
  const { server, touch, allArrived, page } = await kiosk(scene);
  for (let round = 0; round < 3; round += 1) {
    await touch();
    await server.kill();
    await touch();
    await page.evaluate('microticks.flush()');
    await touch();
    await server.start();
  }
  await allArrived();
});

const webPage = (status, body) => ({ status, type: 'text/html', body });
const json = (status, body) => ({ status, type: 'application/json', body: JSON.stringify({ status, ...body }) });
const ERROR_PAGE = webPage(500, '<h1>Internal Server Error</h1>');

const FOREIGN = [
  ['an error page', ERROR_PAGE],
  ['a portal page with status 200', webPage(200, '<title>Welcome to our WiFi</title>')],
  ['JSON that is not ours', json(200, { status: 'ok' })],
  ['our answer to another batch', json(200, { stored: 99, duplicates: 0, rejected: [] })],
  ['our answer for a path that is wrong', json(404, { error: 'no such page', code: 'not_found' })],
  ['our own overload', json(503, { error: 'the server is overloaded', code: 'overloaded' })],
];

for (const [what, answer] of FOREIGN) {
  scenario(`${what} acknowledges nothing`, async scene => {
    const { server, touch, allArrived, page, state } = await kiosk(scene);
    state.answer = answer;
    await touch();
    await page.evaluate('microticks.flush()');
    await touch();
    await page.evaluate('microticks.flush()');
    assert.deepEqual(await server.events(), []);
    assert.equal(page.said.length, 1, 'said once');
    state.answer = null;
    await allArrived();
  });
}

/** How many items of the queue a request brings; the sign of life comes on top. */
const waiting = request => request.postDataJSON().items.filter(item => item.type !== 'alive').length;

const BROWSERS = [
  ['', () => {}],
  [', also without AbortController', page => page.addInitScript('delete window.AbortController')],
];

for (const [where, age] of BROWSERS) {
  scenario(`a try without an answer is given up after ten seconds, the next is smaller${where}`, async scene => {
    const prepare = async page => {
      await age(page);
      await turned(page);
    };
    const { server, touch, allArrived, page, state } = await kiosk(scene, { prepare });
    const sizes = [];
    page.on('request', request => request.method() === 'POST' && sizes.push(waiting(request)));
    state.answer = SILENCE;
    await touch(7);
    await eventually('the fourth try', async () => {
      await turn(page, 1000);
      return sizes.length === 4;
    });
    assert.deepEqual(sizes, [8, 4, 2, 1]);
    state.answer = null;
    await eventually('all touches', async () => {
      await turn(page, 1000);
      return (await server.events('touch')).length === 7;
    });
    await allArrived();
  });
}

scenario('a batch that our server cannot take is halved, and only the item to blame is given up', async scene => {
  const { server, page } = await kiosk(scene);
  await page.evaluate(() => {
    microticks.trackEvent('touch', { n: 1 });
    microticks.trackEvent('huge', { text: 'x'.repeat(3 << 20) });
    microticks.trackEvent('touch', { n: 2 });
    return microticks.flush();
  });
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.data.n), [1, 2]);
  assert.equal(page.said.length, 1, page.said.join('\n'));
});

scenario('an item that our server refuses is given up, said once, and holds nothing up', async scene => {
  const { server, page } = await kiosk(scene);
  await page.evaluate(() => {
    microticks.trackEvent('touch', { n: 1 });
    microticks.trackEvent('');
    microticks.trackEvent('');
    microticks.trackEvent('touch', { n: 2 });
    return microticks.flush();
  });
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.data.n), [1, 2]);
  assert.equal(page.said.length, 1, page.said.join('\n'));
  assert.match(page.said[0], /"action" must not be empty/);
});

scenario('ten thousand waiting items arrive in order, in batches of at most 500', async scene => {
  const { touch, allArrived, page, state } = await kiosk(scene);
  const sizes = [];
  page.on('request', request => request.method() === 'POST' && sizes.push(waiting(request)));
  state.answer = ERROR_PAGE;
  await touch(9_999);
  await page.evaluate('microticks.flush()');
  state.answer = null;
  await page.evaluate('microticks.flush()');
  assert.equal(Math.max(...sizes), 500);
  await allArrived();
});

scenario('a touch on a link that leaves the page arrives from the next one', async scene => {
  const server = await scene.server({
    'index.html': html(tag('/microticks.js'), '<a id="next" href="next.html">Next</a>'),
    'next.html': html(tag('/microticks.js'), '<p>Next</p>'),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await page.click('#next');
  await page.waitForURL('**/next.html');
  const [event] = await server.awaitEvents(1, 'click');
  assert.equal(event.data.target, 'next');
});

scenario('an event tells when it was made, however late it arrives', async scene => {
  const { touch, allArrived, page, state } = await kiosk(scene, { prepare: opened => opened.clock.install() });
  const sent = [];
  page.on('request', request => request.method() === 'POST' && sent.push(request.postDataJSON()));
  state.answer = ERROR_PAGE;
  await touch();
  await page.evaluate('microticks.flush()');
  await page.clock.fastForward(1_800_000);
  state.answer = null;
  await page.evaluate('microticks.flush()');
  await allArrived();

  const { sent_at: sentAt, items: [start] } = sent.pop();
  const age = Date.parse(sentAt) - Date.parse(start.ts);
  assert.ok(start.age_ms >= 1_800_000 && start.age_ms < 1_830_000, `by the monotonic clock ${start.age_ms} ms`);
  assert.ok(Math.abs(start.age_ms - age) < 1000, `by the wall clock ${age} ms`);
});
