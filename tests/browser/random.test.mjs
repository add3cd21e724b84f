/**
 * A random run: a thousand steps of touches and of everything that may go wrong. At the end what was stored is what was
 * touched, each once, in order, in the right sessions.
 *
 * MICROTICKS_SEED repeats a run, MICROTICKS_STEPS makes it longer.
 */
import assert from 'node:assert/strict';
import { dice } from './dice.mjs';
import { setTimeout as delay } from 'node:timers/promises';
import { BUTTON, CUT, SILENCE, eventually, html, scenario, tag } from './harness.mjs';

const STEPS = Number(process.env.MICROTICKS_STEPS || 1000);
const SEED = Number(process.env.MICROTICKS_SEED || Date.now() % 2 ** 31);

const webPage = (status, body) => ({ status, type: 'text/html', body });

/** What comes back to a post. */
const WEATHER = {
  fine: () => null,
  slow: () => delay(300, null),
  silent: () => SILENCE,
  cut: () => CUT,
  broken: () => webPage(500, '<h1>Internal Server Error</h1>'),
  portal: () => webPage(200, '<title>Welcome to our WiFi</title>'),
};

const token = page => page.evaluate('new MicroticksService("/", "").sessionToken');

/** Whether the page's database holds a touch. */
const holds = (page, n) => page.evaluate(number => new Promise(done => {
  indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
    db.transaction('items').objectStore('items').getAll().onsuccess = event => {
      db.close();
      done(event.target.result.some(item => item.text.includes(`"n":${number},`)));
    };
  };
}), n);

scenario(`${STEPS} random steps, seed ${SEED}: stored is what was touched, once, in order`, async scene => {
  const roll = dice(SEED);
  const pick = list => list[Math.floor(roll() * list.length)];
  const server = await scene.server({ 'index.html': html(tag('/microticks.js', 'data-idle-timeout="0"'), BUTTON) });
  await server.addConsumer();
  let weather = 'fine';
  let isUp = true;
  const proxy = await scene.proxy(server, {
    answer: request => (request.method === 'POST' ? WEATHER[weather]() : null),
  });
  const kiosk = await scene.profile();
  let tabs = [];
  /** What was touched: which visit, in which tab. */
  const touched = [];
  let clicks = 0;
  let visit = 0;
  const done = {};

  async function up() {
    if (!isUp) {
      isUp = true;
      await server.start();
    }
  }

  /** Tabs hear of each other's sessions a moment later, which a visitor never outruns. */
  const agree = () => eventually('the tabs to agree on the session', async () => {
    const tokens = await Promise.all(tabs.map(token));
    return tokens.every(each => each === tokens[0]);
  });

  async function touch(tab = pick(tabs)) {
    touched.push({ visit, tab: tab.label });
    await tab.evaluate(data => microticks.trackEvent('touch', data), { n: touched.length - 1, visit, tab: tab.label });
    await agree();
  }

  /** Touches a tab last before it dies, and waits until that is stored on either side. */
  async function lastTouch(tab) {
    await up();
    await touch(tab);
    const n = touched.length - 1;
    await eventually(`touch ${n} to be stored`, async () =>
      await holds(tab, n) || (await server.events('touch')).some(event => event.data.n === n));
  }

  async function open() {
    await up();
    const tab = await kiosk.open(proxy);
    tab.label = `tab ${tabs.length} from touch ${touched.length}`;
    tabs.push(tab);
    await agree();
  }

  const STEP = {
    touch,
    async click() {
      clicks += 1;
      await pick(tabs).click('#map');
      await agree();
    },
    async leave() {
      visit += 1;
      await pick(tabs).evaluate('void microticks.stopSession("restart")');
      await agree();
    },
    async weather() {
      weather = pick(Object.keys(WEATHER));
    },
    async clear() {
      weather = 'fine';
      await up();
    },
    async kill() {
      isUp = false;
      await server.kill();
    },
    async reload() {
      await up();
      const tab = pick(tabs);
      await tab.reload();
      await agree();
    },
    async crash() {
      const tab = pick(tabs);
      await lastTouch(tab);
      const session = await tab.context().newCDPSession(tab);
      const crashed = new Promise(resolve => tab.once('crash', resolve));
      session.send('Page.crash').catch(() => {});
      await crashed;
      tabs = tabs.filter(other => other !== tab);
      await open();
    },
    async restart() {
      for (const tab of tabs) {
        await lastTouch(tab);
      }
      await kiosk.kill();
      await kiosk.start();
      tabs = [];
      visit += 1;
      await open();
      // Whoever was there has gone; the browser may not have written that down.
      await tabs[0].evaluate('void microticks.stopSession("power")');
      await open();
    },
  };
  const LOT = Object.entries({
    touch: 600, click: 100, leave: 30, weather: 100, clear: 60, kill: 30, reload: 60, crash: 12, restart: 8,
  }).flatMap(([name, share]) => Array(share).fill(name));

  await open();
  await open();
  for (let step = 0; step < STEPS; step += 1) {
    const name = pick(LOT);
    done[name] = (done[name] || 0) + 1;
    await STEP[name]();
  }

  await STEP.clear();
  // What waits is in the database, aside for the next page, or in the memory of a page whose database took too long.
  await eventually('an empty queue', async () => {
    await Promise.all(tabs.map(tab => tab.evaluate('microticks.flush()')));
    return tabs[0].evaluate(() => new Promise(resolve => {
      indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
        db.transaction('items').objectStore('items').count().onsuccess = event => {
          db.close();
          resolve(event.target.result === 0 && !Object.keys(localStorage).some(name => /parked/.test(name)));
        };
      };
    }));
  });
  const events = await server.events('touch');
  const numbers = events.map(event => event.data.n);
  assert.deepEqual([...numbers].sort((a, b) => a - b), touched.map((_, n) => n), 'each touch, once');
  assert.equal((await server.events('click')).length, clicks, 'each click, once');
  for (const label of new Set(touched.map(({ tab }) => tab))) {
    const own = events.filter(event => event.data.tab === label).map(event => event.data.n);
    assert.deepEqual(own, [...own].sort((a, b) => a - b), `the order of ${label}`);
  }
  const visits = new Map();
  for (const { session_id: session, data } of events) {
    visits.set(session, (visits.get(session) || new Set()).add(data.visit));
  }
  for (const [session, of] of visits) {
    assert.equal(of.size, 1, `session ${session} holds the visits ${[...of]}`);
  }
  assert.equal(visits.size, new Set(touched.map(each => each.visit)).size, 'each visit is one session');
  scene.log(`${touched.length} touches, ${clicks} clicks, ${visits.size} visits: ${JSON.stringify(done)}`);
});
