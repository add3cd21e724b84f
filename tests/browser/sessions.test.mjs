/** One visitor is one session: where it begins, and where it ends by itself. */
import assert from 'node:assert/strict';
import { BUTTON, TURNED, eventually, html, posted, scenario, sleep, stoppedAfter, tag, turn } from './harness.mjs';

const reasons = async server => (await server.sessions()).map(session => session.stop_reason);

scenario('a session stops as idle, and the next touch begins another', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { attributes: 'data-idle-timeout="1"' });
  const sent = posted(page);
  await page.click('#map');
  const stopped = await eventually('the idle stop', async () => {
    const [session] = await server.sessions();
    return session.stopped_at && session;
  });
  assert.equal(stopped.stop_reason, 'idle');
  const idleMs = stoppedAfter(sent);
  assert.ok(idleMs > 990 && idleMs < 1100, `stopped ${idleMs} ms after the touch`);

  await page.click('#map');
  const events = await server.awaitEvents(2);
  assert.notEqual(events[0].session_id, events[1].session_id);
});

scenario('each activity counts the idle time anew, screens and passive events do not', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.click('#map');
  await sleep(page, 40_000);
  await page.keyboard.press('ArrowDown');
  await sleep(page, 40_000);
  await page.evaluate('microticks.trackEvent("sensor", {}, {passive: true}); microticks.setScreen("attract")');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), [null]);
  await sleep(page, 40_000);
  await eventually('the idle stop', async () => (await reasons(server))[0] === 'idle');
});

scenario('a touch after the idle time begins a session, also where the timer comes late', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  await page.clock.pauseAt(Date.now() + 3_600_000);
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), ['idle', null]);
});

scenario('data-idle-timeout="0" never stops a session', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, { attributes: 'data-idle-timeout="0"', ...TURNED });
  await page.click('#map');
  await sleep(page, 86_400_000);
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), [null]);
});

scenario('pauseIdle stops the idle clock, resumeIdle lets it go on where it stood', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.click('#map');
  await sleep(page, 50_000);
  await page.evaluate('microticks.pauseIdle()');
  await sleep(page, 600_000);
  await page.evaluate('microticks.resumeIdle(); microticks.flush()');
  assert.deepEqual(await reasons(server), [null]);
  await sleep(page, 11_000);
  await eventually('the idle stop', async () => (await reasons(server))[0] === 'idle');
});

scenario('scrolling begins a session, and nothing sets a cookie', async scene => {
  const { server, page } = await scene.kiosk(`${BUTTON}<p style="height: 3000px">Long</p>`);
  await page.mouse.move(300, 300);
  await page.mouse.wheel(0, 200);
  await eventually('a session', async () => {
    await page.evaluate('microticks.flush()');
    return (await server.sessions()).length === 1;
  });
  assert.deepEqual(await server.events(), []);
  assert.deepEqual(await page.context().cookies(), []);
});

scenario('each page load numbers its events from a base of its own', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.click('#map');
  await page.click('#map');
  await server.awaitEvents(2);
  await page.reload();
  await page.click('#map');
  const numbers = (await server.awaitEvents(3, 'click')).map(event => event.seq);
  assert.equal(numbers[1], numbers[0] + 1);
  assert.notEqual(Math.floor(numbers[2] / 2 ** 20), Math.floor(numbers[0] / 2 ** 20));
  numbers.forEach(number => assert.ok(Number.isSafeInteger(number)));
});

scenario('a wall clock that jumps ends the session at its last activity, with the reason clock', async scene => {
  for (const jumpMs of [86_400_000, -86_400_000]) {
    const { server, page } = await scene.kiosk(BUTTON);
    const sent = posted(page);
    await page.click('#map');
    await page.evaluate(ms => {
      const { now } = Date;
      Date.now = () => now() + ms;
    }, jumpMs);
    const [session] = await eventually('the stop', async () => {
      const rows = await server.sessions();
      return rows[0].stopped_at && rows;
    });
    assert.equal(session.stop_reason, 'clock');
    const afterMs = stoppedAfter(sent);
    assert.ok(Math.abs(afterMs) < 100, `stopped ${afterMs} ms after the touch`);
  }
});

scenario('a machine that slept goes on with a new session', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  const sent = posted(page);
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  await sleep(page, 8 * 3_600_000);
  await page.click('#map');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), ['idle', null]);
  const idleMs = stoppedAfter(sent);
  assert.ok(idleMs >= 60_000 && idleMs < 61_000, `stopped ${idleMs} ms after the touch`);
});

scenario('a drag keeps a session going', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  await page.mouse.move(300, 300);
  await page.mouse.down();
  for (let step = 1; step <= 4; step += 1) {
    await sleep(page, 50_000);
    await page.mouse.move(300 + 20 * step, 300);
  }
  await page.mouse.up();
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), [null]);
});

scenario('keys that are pressed to keep a screen awake are nobody', async scene => {
  const { server, page } = await scene.kiosk(BUTTON, TURNED);
  for (const key of ['F12', 'ScrollLock', 'NumLock', 'ArrowDown']) {
    await page.keyboard.press(key);
    await page.evaluate('microticks.flush()');
    assert.equal((await server.sessions()).length, key === 'ArrowDown' ? 1 : 0, key);
  }
});

scenario('a screen with a shorter idle time ends no session before it was shown', async scene => {
  const rules = JSON.stringify({ book: 300, home: 60 }).replaceAll('"', '&quot;');
  const { server, page } = await scene.kiosk(BUTTON, { attributes: `data-idle-rules="${rules}"`, ...TURNED });
  const sent = posted(page);
  await page.evaluate('microticks.setScreen("book")');
  await page.click('#map');
  await turn(page, 200_000);
  await page.evaluate('microticks.setScreen("home")');
  await turn(page, 1000);
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), ['idle']);
  const shown = sent.find(item => item.data && item.data.screen === 'home');
  const stop = sent.find(item => item.type === 'stop');
  assert.equal(stop.ts, shown.ts);
});

scenario('a frame that knows only the usual idle time minds the rule of the one in which somebody reads', async scene => {
  const rules = JSON.stringify({ book: 300 }).replaceAll('"', '&quot;');
  const server = await scene.server({
    'index.html': html(tag('microticks.js'), '<iframe src="exhibit.html"></iframe>'),
    'exhibit.html': html(tag('microticks.js', `data-idle-rules="${rules}"`), BUTTON),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin, TURNED);
  const exhibit = page.frame({ url: /exhibit/ });
  await exhibit.click('#map');
  await turn(page, 2000);
  await exhibit.evaluate('microticks.setScreen("book")');
  await turn(page, 200_000);
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), [null]);
  await turn(page, 110_000);
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await reasons(server), ['idle']);
});
