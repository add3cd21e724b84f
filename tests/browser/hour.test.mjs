/**
 * An outage of an hour at 30 touches a second, with a reload in the middle: nothing is lost, the page's memory stays
 * flat, and nothing keeps the page busy. The hour is told to the page; its touches come as fast as they can be stored.
 */
import assert from 'node:assert/strict';
import { BUTTON, CUT, eventually, html, scenario, tag } from './harness.mjs';

const TOUCHES = Number(process.env.MICROTICKS_TOUCHES || 100_000);
const ROUNDS = 100;
const MEMORY_MB = 8;
const LONG_TASK_MS = 50;

/** How many items the page's database holds. */
const inDatabase = () => new Promise(done => {
  indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
    db.transaction('items').objectStore('items').count().onsuccess = event => {
      db.close();
      done(event.target.result);
    };
  };
});

/** The memory of a page's scripts, in MB, once what is not needed was thrown away. */
async function memory(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

scenario(`an hour's outage loses none of ${TOUCHES} touches, and the page's memory stays flat`, async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js', 'data-idle-timeout="0"'), BUTTON) });
  await server.addConsumer();
  let isOut = true;
  const proxy = await scene.proxy(server, { answer: request => (request.method === 'POST' && isOut ? CUT : null) });
  const prepare = page => page.addInitScript(() => {
    window.longest = 0;
    new PerformanceObserver(list => {
      window.longest = Math.max(window.longest, ...list.getEntries().map(entry => entry.duration));
    }).observe({ entryTypes: ['longtask'] });
  });
  const page = await scene.page(proxy, { tolerate: /Failed to load|net::ERR_/, prepare });
  const session = await page.context().newCDPSession(page);
  let n = 0;
  const heaps = [];
  const tasks = [];
  const calls = [];

  /** Touches as many times as in a hundredth of the hour, a few in each task, as fingers do. */
  const touch = count => page.evaluate(async ([from, many]) => {
    const took = [];
    for (let number = from; number < from + many; number += 1) {
      const began = performance.now();
      microticks.trackEvent('touch', { n: number, target: 'a target of common length', screen: 'a screen' });
      took.push(performance.now() - began);
      if (number % 10 === 0) {
        await new Promise(done => setTimeout(done, 0));
      }
    }
    return took;
  }, [n, count]);

  for (let round = 0; round < ROUNDS; round += 1) {
    if (round === ROUNDS / 2) {
      tasks.push(await page.evaluate('window.longest'));
      await page.reload();
    }
    calls.push(...await touch(TOUCHES / ROUNDS));
    n += TOUCHES / ROUNDS;
    // Nobody touches as fast as this test.
    await page.evaluate('microticks.flush()');
    if (round % 10 === 9) {
      heaps.push(await memory(session));
    }
  }
  tasks.push(await page.evaluate('window.longest'));
  isOut = false;
  const began = Date.now();
  let waiting = Infinity;
  while (waiting > 0) {
    const before = waiting;
    await eventually('fewer items to wait', async () => {
      await page.evaluate('void microticks.flush()');
      waiting = await page.evaluate(inDatabase);
      return waiting < before;
    });
  }
  const seconds = (Date.now() - began) / 1000;
  tasks.push(await page.evaluate('window.longest'));
  const events = await server.events('touch');
  assert.deepEqual(events.map(event => event.data.n), Array.from({ length: TOUCHES }, (_, number) => number));
  assert.equal((await server.sessions()).length, 1);
  scene.log(`${TOUCHES} touches arrived in ${seconds.toFixed(0)} s after the outage`);
  scene.log(`memory of the page in MB: ${heaps.map(heap => heap.toFixed(1)).join(' ')}`);
  calls.sort((a, b) => a - b);
  const [median, rare, worst] = [0.5, 0.999, 1].map(part => calls[Math.ceil(part * calls.length) - 1].toFixed(2));
  scene.log(`a call of trackEvent takes ${median} ms, one of a thousand ${rare} ms, the longest ${worst} ms`);
  scene.log(`longest tasks over ${LONG_TASK_MS} ms: ${tasks.map(task => task.toFixed(0)).join(' ')}`);
  assert.ok(Math.max(...heaps) - heaps[0] < MEMORY_MB, `memory grew from ${heaps[0]} to ${Math.max(...heaps)} MB`);
  await eventually('the memory of what was sent', async () => (await memory(session)) - heaps[0] < MEMORY_MB);
});
