/** What was stored outlives the page, the browser and the storage itself; one page sends for all. */
import assert from 'node:assert/strict';
import { BUTTON, CUT, SILENCE, TURNED, eventually, html, scenario, tag, turn } from './harness.mjs';

/** Where the address has a query, the storage never opens. */
const SLOW = 'if (location.search) { IDBFactory.prototype.open = () => ({}); }';
const FAILURES = /Failed to load resource|blocked by CORS policy|net::ERR_/;
const HTML = html(tag('/microticks.js'), BUTTON);

/** Calls `trackEvent` with each number from `from` to `to`. */
const track = (page, from, to = from) => page.evaluate(([first, last]) => {
  for (let n = first; n <= last; n += 1) {
    microticks.trackEvent('touch', { n });
  }
}, [from, to]);

const numbers = events => events.map(event => event.data.n);
const upTo = count => Array.from({ length: count }, (_, index) => index + 1);

/** The number of items in the page's database that hold a text. */
const stored = (page, text = '') => page.evaluate(wanted => new Promise(done => {
  indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
    db.transaction('items').objectStore('items').getAll().onsuccess = event => {
      db.close();
      done(event.target.result.filter(item => item.text.includes(wanted)).length);
    };
  };
}), text);

/** What a page left behind twice, in the database and aside, is there twice, and counts once. */
const touchesStored = (page, count) =>
  eventually('the items in the database', async () => (await stored(page, '"touch"')) >= count);

/** A proxy before a server that has a page; `state.answer` is what it says to posts. */
async function kiosk(scene, files = { 'index.html': HTML }) {
  const server = await scene.server(files);
  await server.addConsumer();
  const state = { answer: SILENCE, asked: 0 };
  const proxy = await scene.proxy(server, {
    answer: request => {
      if (request.method !== 'POST') {
        return null;
      }
      state.asked += 1;
      return state.answer;
    },
  });
  return { server, proxy, state };
}

scenario('items outlive reloads and the page, and arrive once, in order, in one session', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const page = await scene.page(proxy, { tolerate: FAILURES });
  await track(page, 1, 300);
  await page.reload();
  await track(page, 301, 310);
  await page.reload();
  await track(page, 311);
  await touchesStored(page, 311);
  const second = await page.context().newPage();
  await page.close();
  await second.goto('about:blank');
  state.answer = null;
  await second.goto(proxy);
  assert.deepEqual(numbers(await server.awaitEvents(311, 'touch')), upTo(311));
  assert.equal((await server.sessions()).length, 1);
  await eventually('an empty database', async () => (await stored(second)) === 0);
});

scenario('a page that crashes loses nothing, and another takes over the sending', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const page = await scene.page(proxy, { tolerate: FAILURES });
  await track(page, 1, 5);
  await touchesStored(page, 5);
  const other = await page.context().newPage();
  const crashed = page.context().newCDPSession(page).then(session => session.send('Page.crash'));
  crashed.catch(() => {});
  await new Promise(done => page.once('crash', done));
  state.answer = null;
  await other.goto(proxy);
  assert.deepEqual(numbers(await server.awaitEvents(5, 'touch')), upTo(5));
});

scenario('of two pages one sends, and both go on with one session', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  state.answer = null;
  const page = await scene.page(proxy, { tolerate: FAILURES });
  await track(page, 1);
  await server.awaitEvents(1, 'touch');
  const other = await page.context().newPage();
  const posts = [];
  other.on('request', request => request.method() === 'POST' && posts.push(request.postData()));
  await other.goto(proxy);
  await track(other, 2);
  await track(other, 3);
  assert.deepEqual(numbers(await server.awaitEvents(3, 'touch')), upTo(3));
  assert.deepEqual(posts, []);
  assert.equal((await server.sessions()).length, 1);
});

const BROKEN = [
  ['is not there', 'Object.defineProperty(window, "indexedDB", {value: undefined})'],
  ['throws', 'IDBFactory.prototype.open = () => { throw new Error("no"); }'],
  ['never answers', 'IDBFactory.prototype.open = () => ({})'],
  ['never answers a transaction', `IDBDatabase.prototype.transaction = () => ({
    objectStore: () => ({ add() {}, get: () => ({}), index: () => ({ openKeyCursor: () => ({}) }) }) })`],
  ['refuses transactions', 'IDBDatabase.prototype.transaction = () => { throw new Error("closing"); }'],
  ['has a full disk', `IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); }`],
];

for (const [what, code] of BROKEN) {
  scenario(`a storage that ${what} is said once, and memory takes its place`, async scene => {
    const { server, proxy, state } = await kiosk(scene);
    state.answer = null;
    const page = await scene.page(proxy, { tolerate: FAILURES, prepare: opened => opened.addInitScript(code) });
    await track(page, 1, 3);
    assert.deepEqual(numbers(await server.awaitEvents(3, 'touch')), upTo(3));
    await track(page, 4);
    await server.awaitEvents(4, 'touch');
    assert.equal(page.said.length, 1, page.said.join('\n'));
    assert.match(page.said[0], /IndexedDB cannot be used/);
  });
}

scenario('without a storage, a touch that leaves the page is sent on the way out', async scene => {
  const { server, proxy, state } = await kiosk(scene, {
    'index.html': html(tag('/microticks.js'), '<a id="next" href="next.html">Next</a>'),
    'next.html': html('<p>Next</p>'),
  });
  state.answer = null;
  const page = await scene.page(proxy, { tolerate: FAILURES, prepare: opened => opened.addInitScript(BROKEN[0][1]) });
  await page.click('#next');
  await page.waitForURL('**/next.html');
  const [event] = await server.awaitEvents(1, 'click');
  assert.equal(event.data.target, 'next');
});

scenario('a touch on a page that leaves before its storage is open arrives from the next one, in order', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const page = await scene.page('about:blank', { tolerate: FAILURES, prepare: opened => opened.addInitScript(SLOW) });
  for (const n of [1, 2]) {
    await page.goto(`${proxy}/?slow${n}`);
    await track(page, n);
  }
  state.answer = null;
  await page.goto(proxy);
  await track(page, 3);
  assert.deepEqual(numbers(await server.awaitEvents(3, 'touch')), upTo(3));
  // On a busy machine a page may leave so late that its storage counts as failed.
  assert.deepEqual(page.said.filter(text => !/IndexedDB/.test(text)), []);
});

scenario('what a page has put aside stays there until the one that takes it over has stored it', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const page = await scene.page('about:blank', { tolerate: FAILURES, prepare: opened => opened.addInitScript(SLOW) });
  await page.goto(`${proxy}/?slow1`);
  await track(page, 1);
  const other = await page.context().newPage();
  await page.goto(`${proxy}/?slow2`);
  page.context().newCDPSession(page).then(session => session.send('Page.crash')).catch(() => {});
  await new Promise(done => page.once('crash', done));
  state.answer = null;
  await other.goto(proxy);
  assert.deepEqual(numbers(await server.awaitEvents(1, 'touch')), [1]);
  await eventually('the place to be empty', () => other.evaluate('!Object.keys(localStorage).some(name => /parked/.test(name))'));
});

scenario('what a page puts aside as it leaves is taken over by one that is open already', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  state.answer = null;
  const page = await scene.page(proxy, { tolerate: FAILURES });
  const leaving = await page.context().newPage();
  await leaving.addInitScript(SLOW);
  await leaving.goto(`${proxy}/?slow`);
  await track(leaving, 1);
  await leaving.goto('about:blank');
  assert.deepEqual(numbers(await server.awaitEvents(1, 'touch')), [1]);
});

/** Keeps a page's transaction going, so that those of other pages wait. */
const occupy = page => page.evaluate(() => new Promise(begun => {
  indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
    const shared = db.transaction(['items', 'shared'], 'readwrite').objectStore('shared');
    const again = () => {
      begun();
      shared.get('lease').onsuccess = () => performance.now() < 1000 * window.busyUntil && again();
    };
    window.busyUntil = Infinity;
    again();
  };
}));

scenario('a touch on a page that leaves while another one keeps the storage busy arrives', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const busy = await scene.page(proxy, { tolerate: FAILURES });
  const page = await busy.context().newPage();
  await page.goto(proxy);
  await track(page, 1);
  await touchesStored(page, 1);
  await occupy(busy);
  await track(page, 2);
  await page.goto('about:blank');
  await busy.evaluate('window.busyUntil = 0');
  state.answer = null;
  assert.deepEqual(numbers(await server.awaitEvents(2, 'touch')), upTo(2));
});

scenario('Chromium is asked to keep the storage, a browser that would ask the visitor is not', async scene => {
  const { proxy } = await kiosk(scene);
  for (const [browser, expected] of [['window.chrome = {};', 1], ['delete window.chrome;', 0]]) {
    const code = `${browser} window.asked = 0; StorageManager.prototype.persist = async () => { window.asked += 1; };`;
    const page = await scene.page(proxy, { tolerate: FAILURES, prepare: opened => opened.addInitScript(code) });
    await track(page, 1);
    await touchesStored(page, 1);
    assert.equal(await page.evaluate('asked'), expected, browser);
  }
});

scenario('a connection that closes in mid-run loses nothing, and the next load is durable again', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const keep = `const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...words) {
      const request = open.apply(this, words);
      request.addEventListener('success', () => { window.lastDatabase = request.result; });
      return request;
    }`;
  const page = await scene.page(proxy, { tolerate: FAILURES, prepare: opened => opened.addInitScript(keep) });
  await track(page, 1, 3);
  await page.waitForFunction('window.lastDatabase');
  await touchesStored(page, 3);
  // What is sent from the database waits for an answer that does not come, for ten seconds.
  await eventually('a try', () => state.asked > 0);
  await page.evaluate(() => new Promise(done => {
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function () { throw new DOMException('closed', 'InvalidStateError'); };
    microticks.trackEvent('touch', { n: 4 });
    setTimeout(() => done(IDBDatabase.prototype.transaction = transaction), 0);
  }));
  state.answer = null;
  await server.awaitEvents(1, 'touch');
  await page.reload();
  assert.deepEqual(numbers(await server.awaitEvents(4, 'touch')).sort(), upTo(4));
});

scenario('items that were refused for their key take the one that the tag of the same page has later', async scene => {
  const files = { 'index.html': html(tag('/microticks.js', 'data-consumer-key="feed"'), BUTTON) };
  const { server, proxy, state } = await kiosk(scene, files);
  state.answer = null;
  const page = await scene.page(proxy, { tolerate: FAILURES });
  await track(page, 1, 3);
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await server.events(), []);
  const key = await server.addConsumer('Other');
  await page.route('**/', async route => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('feed', key) });
  });
  await page.reload();
  assert.deepEqual(numbers(await server.awaitEvents(3, 'touch')), upTo(3));
});

scenario('what was refused for its key is tried again, also while a page with another key leads', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const files = {
    '/': html(tag(`${server.origin}/microticks.js`, `data-consumer-key="${key}"`), BUTTON),
    '/other.html': html(tag(`${server.origin}/microticks.js`, 'data-consumer-key="feed"'), BUTTON),
  };
  const site = await scene.site(files);
  const page = await scene.page(site, { tolerate: FAILURES });
  await track(page, 1);
  await server.awaitEvents(1, 'touch');
  let tries = 0;
  page.on('request', request => {
    tries += (request.postData() || '').includes('"feed"');
  });
  const other = await page.context().newPage();
  await other.goto(`${site}/other.html`);
  await track(other, 2);
  await eventually('a second try', () => tries > 1);
});

scenario('a session that became idle while no page was open ends where it was last alive', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  state.answer = null;
  const page = await scene.page(proxy, { tolerate: FAILURES });
  await track(page, 1);
  await page.goto('about:blank');
  const other = await page.context().newPage();
  await other.clock.install({ time: Date.now() + 3_600_000 });
  await other.goto(proxy);
  await track(other, 2);
  await server.awaitEvents(2, 'touch');
  const sessions = await server.sessions();
  assert.deepEqual(sessions.map(session => session.stop_reason), ['idle', null]);
});

scenario('a device that the address names sticks to its window', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  state.answer = null;
  const left = await scene.page(`${proxy}/?device=left`, { tolerate: FAILURES });
  const right = await left.context().newPage();
  await right.goto(`${proxy}/?device=right`);
  await left.goto(`${proxy}/`);
  await right.reload();
  await track(left, 1);
  await track(right, 2);
  await left.reload();
  await track(left, 3);
  await server.awaitEvents(3, 'touch');
  assert.deepEqual((await server.sessions()).map(session => session.device).sort(), ['left', 'right']);
});

/** The client with room for 2,000 items only. */
async function small(page) {
  await page.route('**/microticks.js', async route => {
    const response = await route.fetch();
    const body = (await response.text()).replace('WAITING_ITEMS = 200000', 'WAITING_ITEMS = 2000');
    await route.fulfill({ response, body });
  });
}

for (const [where, code] of [['the database', ''], ['memory', BROKEN[0][1]]]) {
  scenario(`when ${where} is full the oldest go first, which is said once and counted`, async scene => {
    const { server, proxy, state } = await kiosk(scene);
    state.answer = CUT;
    const prepare = async page => {
      await page.addInitScript(code);
      await small(page);
    };
    const page = await scene.page(proxy, { tolerate: FAILURES, prepare });
    for (let from = 1; from < 5000; from += 500) {
      await track(page, from, from + 499);
      await page.evaluate(() => new Promise(done => setTimeout(done, 0)));
    }
    const dropped = () => page.evaluate('Number(localStorage.getItem("microticks dropped"))');
    await eventually('the oldest to be given up', async () => (await dropped()) >= 3000);
    // Then no more is to be given up, and what has been is not on its way.
    await page.evaluate('microticks.flush()');
    state.answer = null;
    await eventually('all that is left', async () => {
      await page.evaluate('void microticks.flush()');
      return (await server.events('touch')).some(event => event.data.n === 5000);
    });
    const kept = numbers(await server.events('touch'));
    const lost = await dropped();
    assert.deepEqual(kept, upTo(5000).slice(-kept.length), 'the newest are kept, in order');
    assert.equal(kept.length + lost, 5001, 'all touches and the start of the session are accounted for');
    assert.ok(kept.length >= 1000 && kept.length < 3000, `${kept.length} were kept`);
    assert.equal(page.said.filter(text => /Too much waits/.test(text)).length, 1);
  });
}

scenario('a storage that was only slow is used again after a minute', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  const page = await scene.page(proxy, { tolerate: FAILURES, ...TURNED });
  await track(page, 1, 3);
  await touchesStored(page, 3);
  await page.evaluate(() => {
    const { transaction } = IDBDatabase.prototype;
    window.mend = () => { IDBDatabase.prototype.transaction = transaction; };
    IDBDatabase.prototype.transaction = () => { throw new DOMException('busy', 'UnknownError'); };
  });
  await track(page, 4);
  await eventually('it to be said', () => page.said.some(text => /IndexedDB cannot be used/.test(text)));
  await page.evaluate('mend()');
  await turn(page, 59_000);
  assert.equal(await stored(page, '"touch"'), 3);
  await turn(page, 1000);
  await touchesStored(page, 4);
  state.answer = null;
  await page.evaluate('void microticks.flush()');
  await eventually('all touches', async () => {
    await turn(page, 1000);
    return numbers(await server.events('touch')).sort().join() === '1,2,3,4';
  });
});

scenario('what was put aside stays there until it is stored or sent', async scene => {
  const { server, proxy, state } = await kiosk(scene);
  state.answer = CUT;
  const first = await scene.page(proxy, { tolerate: FAILURES, prepare: opened => opened.addInitScript(BROKEN[0][1]) });
  const aside = page => page.evaluate(() => Object.keys(localStorage).filter(name => name.startsWith('microticks parked')).length);
  await track(first, 1);
  await first.reload();
  await eventually('a try', () => first.said.some(text => /cannot be reached/.test(text)));
  assert.ok(await aside(first) > 0);
  state.answer = null;
  await eventually('the touch', async () => {
    await first.evaluate('void microticks.flush()');
    return (await server.events('touch')).length === 1;
  });
  await eventually('an empty place', async () => (await aside(first)) === 0);
});
