/** The overview: its figures are those of the reports, and it has words for every state. */
import assert from 'node:assert/strict';
import { assertAccessible, event, fulfill, openDash, panelOf, reportOf, rowsOf, settled } from './dash.mjs';
import { TURNED, eventually, scenario } from './harness.mjs';
import { post, seeded, token, visit } from './seed.mjs';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WIRE_BYTES = 100 * 1024;

const figure = (page, name) => page.locator(`[data-figure="${name}"]`).textContent();

scenario('the figures are those of the reports', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server);
  await settled(page);
  const [overview] = await reportOf(page, 'overview');
  assert.ok(overview.sessions > 100);
  assert.equal(await figure(page, 'sessions'), String(overview.sessions));
  assert.equal(await figure(page, 'touches_per_session_mean'), String(Math.round(overview.touches_per_session_mean * 10) / 10));
  assert.equal((await figure(page, 'utilisation')).replace(/\s/g, ' '), `${(overview.utilisation * 100).toFixed(1)} %`);

  const days = await reportOf(page, 'days');
  assert.equal(days.length, 30);
  const bars = page.getByRole('group', { name: 'Which days are busy?' }).getByRole('img');
  const said = await bars.evaluateAll(marks => marks.map(mark => mark.getAttribute('aria-label')));
  assert.deepEqual(said.map(text => Number(/\n(\d+) visit/.exec(text)[1])), days.map(day => day.sessions));

  const grid = await reportOf(page, 'grid');
  const cells = await page.getByRole('group', { name: 'At what hours do people come?' }).getByRole('img')
    .evaluateAll(marks => marks.map(mark => mark.getAttribute('aria-label')));
  assert.equal(cells.length, 168);
  assert.deepEqual(cells.map(text => Number(/\n(\d+) visit/.exec(text)[1])), grid.map(cell => cell.sessions));

  const dwell = await reportOf(page, 'dwell');
  const held = panelOf(page, 'What holds people?');
  await held.getByText('As a table').click();
  const rows = await rowsOf(held.locator('table'));
  assert.deepEqual(rows.map(([screen, views]) => [screen, Number(views)]), dwell.map(row => [row.screen, row.views]));

  const stops = await reportOf(page, 'stops');
  const ends = panelOf(page, 'How do visits end?');
  await ends.getByText('As a table').click();
  assert.deepEqual((await rowsOf(ends.locator('table'))).map(row => Number(row[1])), stops.map(row => row.sessions));

  const first = await reportOf(page, 'choices');
  await panelOf(page, 'What do visitors open first?').getByText('As a table').click();
  assert.deepEqual(
    (await rowsOf(panelOf(page, 'What do visitors open first?').locator('table'))).map(row => [row[0], Number(row[1])]),
    first.map(row => [row.screen, row.sessions]),
  );
});

scenario('the period before is that of its own report', async scene => {
  const { server } = await seeded(scene);
  const asked = [];
  const page = await openDash(scene, server, '?range=7', {
    prepare: opened => opened.on('request', request => request.url().includes('/overview?') && asked.push(new URL(request.url()))),
  });
  await settled(page);
  const today = Date.now();
  const day = days => new Date(today - days * DAY).toISOString().slice(0, 10);
  const ranges = asked.map(({ searchParams }) => [searchParams.get('from'), searchParams.get('to')]).sort();
  assert.deepEqual(ranges.map(([from]) => from), [day(13), day(6)]);
  // The day is not over, so it is compared with as much of the one before.
  assert.ok(Math.abs(Date.parse(ranges[0][1]) - (today - 7 * DAY)) < 60_000, ranges[0][1]);
  assert.equal(ranges[1][1], day(0));
  const overview = async ([from, to]) => {
    const { columns, rows } = await (await fetch(`${server.origin}/reports/overview?from=${from}&to=${to}&tz=UTC`)).json();
    return Object.fromEntries(columns.map((column, index) => [column, rows[0][index]]));
  };
  const [before, now] = await Promise.all(ranges.map(overview));
  const panel = panelOf(page, 'Is it used?');
  const change = now.sessions / before.sessions - 1;
  assert.ok(before.sessions > 0 && Math.abs(change) > 0.005);
  const share = Math.abs(change * 100).toFixed(Math.abs(change) < 0.1 ? 1 : 0).replace('.0', '');
  assert.equal((await panel.locator('.answer').textContent()).replace(/\u00a0/g, ' '),
    `${now.sessions} visits, ${share} % ${change > 0 ? 'more' : 'fewer'} than in the 7 days before, up to this time of day.`);
  const compared = await panel.locator('[data-figure="sessions"] + dd').textContent();
  assert.equal(compared, `${change > 0 ? '↑up' : '↓down'} from ${before.sessions}`);
  await panel.getByText('As a table').click();
  const number = value => (value === null ? '–' : String(Math.round(value * 1000) / 1000));
  assert.deepEqual((await rowsOf(panel.locator('table'))).map(row => row.slice(1).map(text => text.replaceAll(',', ''))),
    Object.keys(now).map(name => [number(now[name]), number(before[name])]));
  await page.getByLabel('Period').selectOption('today');
  await page.getByText(/visits?, .* than the day before, up to this time\.$|^Nobody in this period/).waitFor();
  await page.goto(`${server.origin}/dash?range=custom&from=${day(13)}&to=${day(7)}`);
  await page.getByText(/visits, .*in the 7 days before\.$/).waitFor();
});

scenario('a page that is left open shows the figures of the day that has begun', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const today = Math.floor(Date.now() / DAY) * DAY;
  await post(server.origin, key, [0, 1, 1].flatMap((daysAgo, index) => visit(token(index), today - daysAgo * DAY, {
    steps: [[0, 'click', { screen: 'home' }]], reason: 'idle',
  })));
  const page = await openDash(scene, server, '?range=today', {
    prepare: async opened => {
      await opened.clock.install({ time: today - 10 * MINUTE });
      await opened.clock.pauseAt(today - MINUTE / 2);
    },
  });
  await settled(page);
  assert.equal(await figure(page, 'sessions'), '2');
  await page.emulateMedia({ media: 'print' });
  const printed = async () => {
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    return page.locator('#printed').textContent();
  };
  const before = (await printed()).split(' – ')[0];
  await page.clock.runFor(MINUTE + 1000);
  await eventually('the new day', async () => (await figure(page, 'sessions')) === '1');
  assert.notEqual((await printed()).split(' – ')[0], before);
});

scenario('the app and the zone that are chosen change the figures', async scene => {
  const server = await scene.server();
  const [first, second] = [await server.addConsumer('Whales'), await server.addConsumer('Ships')];
  const midnight = Math.floor(Date.now() / DAY) * DAY - 3 * DAY;
  const at = (number, hour) => visit(token(number), midnight + hour * 60 * MINUTE, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' });
  await post(server.origin, first, [...at(1, 3), ...at(2, 12), ...at(3, 23)]);
  await post(server.origin, second, [...at(4, 12), ...at(5, 23)]);
  const day = new Date(midnight).toISOString().slice(0, 10);
  const page = await openDash(scene, server, `?range=custom&from=${day}&to=${day}`, { answers: { consumers: null } });
  const shows = async visits => {
    await eventually(`${visits} visits`, async () => (await figure(page, 'sessions')) === visits);
    await settled(page);
    assert.equal(String((await reportOf(page, 'overview'))[0].sessions), visits);
  };
  await shows('5');
  await page.getByLabel('App').selectOption('Ships');
  await shows('2');
  assert.match(page.url(), /consumer=2/);
  await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
  await shows('1');
  await page.getByLabel('App').selectOption('');
  await shows('3');
  await page.getByLabel('Time zone').selectOption('America/Los_Angeles');
  await shows('4');
});

scenario('a link shows what its sender saw, and the back button undoes', async scene => {
  const { server } = await seeded(scene, { days: 20 });
  const page = await openDash(scene, server, '?range=7&device=table-1', {
    answers: { devices: { devices: ['table-1', 'table-2'].map(name => ({
      consumer_id: 1, name, last_alive: new Date().toISOString(), queued: 0, dropped: 0, width: 1920, height: 1080,
    })) } },
  });
  await settled(page);
  assert.equal(await page.getByLabel('Period').inputValue(), '7');
  assert.equal(await page.getByLabel('Device').inputValue(), 'table-1');
  const one = await figure(page, 'sessions');
  await page.getByLabel('Device').selectOption('');
  await eventually('all devices', async () => Number(await figure(page, 'sessions')) > Number(one));
  assert.equal(new URL(page.url()).search, '?range=7');
  await page.getByLabel('Period').selectOption('all');
  await eventually('all time', async () => (await reportOf(page, 'days')).length >= 20);
  await page.goBack();
  await page.goBack();
  await settled(page);
  assert.equal(await figure(page, 'sessions'), one);
  await page.reload();
  await settled(page);
  assert.equal(await figure(page, 'sessions'), one);
  await page.getByLabel('Period').selectOption('custom');
  await page.getByLabel('From').waitFor();
  await eventually('the days in the address', () => /range=custom&from=2\d{3}-/.test(page.url()));
});

scenario('without a visit it says what to do next', async scene => {
  const server = await scene.server();
  const page = await openDash(scene, server, '?range=all');
  await page.getByText('Nobody yet').waitFor();
  await page.getByText('microticks --add-consumer MyApp').waitFor();
  await page.getByText('<script src=/microticks.js></script>').waitFor();
  await page.getByRole('button', { name: 'Copy' }).first().waitFor();
  await assertAccessible(page);
});

scenario('a period without a visit leads to one with some, and few visits are said to be few', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const long = Date.now() - 100 * DAY;
  await post(server.origin, key, visit(token(1), long, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' }));
  const page = await openDash(scene, server, '?range=7');
  await page.getByText('Nobody in this period').waitFor();
  await page.getByRole('link', { name: 'Show everything there is' }).click();
  await page.getByText('Fewer than 20 visits').first().waitFor();
  await settled(page);
  assert.equal(await figure(page, 'sessions'), '1');
});

scenario('an error says what happened and offers to try again', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  let broken = true;
  const page = await openDash(scene, server, '', {
    tolerate: /status of (400|401|500)/,
    answers: {
      'reports/days': route => (broken ? fulfill(route, { status: 500, error: 'out of order', code: 'internal' }) : route.continue()),
      'reports/stops': route => (broken ? fulfill(route, { status: 401, error: 'no', code: 'unauthorized' }) : route.continue()),
    },
  });
  await settled(page);
  const panel = panelOf(page, 'Which days are busy?');
  await panel.getByText('It says: “out of order”').waitFor();
  await panel.getByText('Collecting goes on').waitFor();
  await panelOf(page, 'How do visits end?').getByRole('link', { name: 'Log in' }).waitFor();
  await assertAccessible(page);
  broken = false;
  await panel.getByRole('button', { name: 'Try again' }).click();
  await panel.getByRole('group', { name: 'Which days are busy?' }).waitFor();
  await page.goto(`${server.origin}/dash?tz=Mars/Base`);
  await page.getByText('The server does not accept this request').first().waitFor();
});

scenario('a busy server is asked again when it says so', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  let asked = 0;
  const page = await openDash(scene, server, '', {
    tolerate: /status of 503/,
    answers: {
      'reports/grid': route => {
        asked += 1;
        return asked === 1
          ? fulfill(route, { status: 503, headers: { 'Retry-After': '1' }, error: 'busy', code: 'busy' }) : route.continue();
      },
    },
  });
  await page.getByRole('group', { name: 'At what hours do people come?' }).waitFor();
  assert.equal(asked, 2);
});

scenario('a server that goes on being busy says with what', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const page = await openDash(scene, server, '', {
    tolerate: /status of 503/,
    answers: { 'reports/grid': { status: 503, error: '120 of 600 sessions are done', code: 'deriving' } },
  });
  await panelOf(page, 'At what hours do people come?').getByText('It says: “120 of 600 sessions are done”').waitFor();
});

scenario('the live strip tells of visits and of the last sign of life of each device', async scene => {
  const server = await scene.server();
  const now = Date.now();
  const ago = minutes => new Date(now - minutes * MINUTE).toISOString();
  const device = (name, minutes, more) => ({
    consumer_id: 1, name, last_alive: ago(minutes), queued: 0, dropped: 0, version: '1.0.0', width: 1920, height: 1080, ...more,
  });
  const page = await openDash(scene, server, '', {
    answers: {
      devices: { devices: [device('a', 1), device('b', 5), device('c', 60), device('d', 0, { dropped: 3 })] },
      live: [
        ['now', { time: ago(0), visits: [{ session_id: 1, consumer_id: 1, device: 'a', touches: 2, last_active: ago(2) }] }],
        // This one is among the two.
        ['touch', { session_id: 1, consumer_id: 1, device: 'a', time: ago(2), action: 'click', target: null, screen: null }],
        ['touch', { session_id: 1, consumer_id: 1, device: 'a', time: ago(0), action: 'click', target: null, screen: null }],
        ['start', { session_id: 2, consumer_id: 1, device: 'b', time: ago(0) }],
        ['stop', { session_id: 2, consumer_id: 1, device: 'b', time: ago(0), reason: 'idle' }],
        ['start', { session_id: 3, consumer_id: 1, device: 'c', time: ago(60) }],
        ['touch', { session_id: 3, consumer_id: 1, device: 'c', time: ago(59), action: 'click', target: null, screen: null }],
      ].map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join(''),
    },
  });
  const items = page.locator('.device');
  await eventually('the strip', async () => {
    const texts = await items.evaluateAll(all => all.map(one => one.textContent));
    assert.match(texts[0], /^●a.*alive, 1 minute ago.*in use: 3 touches so far in this visit$/);
    assert.match(texts[1], /^▲b.*needs a look, 5 minutes ago/);
    assert.match(texts[2], /^■c.*silent, 1 hour ago$/);
    assert.match(texts[3], /^●d.*3 lost/);
    return true;
  });
  await page.getByText('■ c is silent: its last sign of life came 1 hour ago.').waitFor();
  await assertAccessible(page);
});

scenario('of many silent devices the one that fell silent last is named, of none nothing is said', async scene => {
  const server = await scene.server();
  const device = (name, minutes) => ({ consumer_id: 1, name, last_alive: new Date(Date.now() - minutes * MINUTE).toISOString(), queued: 0, dropped: 0 });
  const page = await openDash(scene, server, '', { answers: { devices: { devices: [device('a', 200), device('b', 60), device('c', 1)] } } });
  await page.getByText('■ 2 devices are silent, most recently b: its last sign of life came 1 hour ago.').waitFor();
  const lively = await openDash(scene, server, '', { answers: { devices: { devices: [device('c', 1)] } } });
  await lively.locator('.device').waitFor();
  assert.equal(await lively.getByText('silent').count(), 0);
});

scenario('while there are no news nobody falls silent, and afterwards the signs are read again', async scene => {
  const server = await scene.server();
  const news = { asked: 0, mend: null };
  const mended = new Promise(resolve => { news.mend = resolve; });
  let passed = 0;
  let read = 0;
  const page = await openDash(scene, server, '', {
    prepare: opened => opened.clock.install(),
    answers: {
      devices: route => {
        read = passed;
        const now = Date.now() + passed * MINUTE;
        const at = ms => new Date(ms).toISOString();
        return fulfill(route, {
          now: at(now),
          names: [],
          devices: [{ consumer_id: 1, name: 'a', last_alive: at(now - 70_000), queued: 0, dropped: 0, version: '1', width: 1, height: 1 }],
        });
      },
      live: async route => {
        news.asked += 1;
        if (news.asked > 1) await mended;
        await route.fulfill({ contentType: 'text/event-stream', body: event('now', { visits: [] }) }).catch(() => {});
      },
    },
  });
  const text = () => page.locator('.device').textContent();
  await eventually('the device', async () => /alive, 1 minute ago/.test(await text()));
  await eventually('the break', () => news.asked > 1);
  passed = 40;
  await page.clock.fastForward(passed * MINUTE);
  await page.clock.runFor(10_000);
  assert.match(await text(), /alive, 1 minute ago/);
  news.mend();
  await eventually('the signs to be read again', () => read === passed);
  await page.clock.runFor(10_000);
  assert.match(await text(), /alive, 1 minute ago/);
});

scenario('bars of shares are scaled to all visits, and lead to the rest in the table', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, Array.from({ length: 20 }, (_, index) => visit(token(index), Date.now() - DAY, {
    steps: [[0, 'click', { screen: index < 12 ? 'home' : `screen ${index}` }]], reason: 'idle',
  })).flat());
  const page = await openDash(scene, server);
  await settled(page);
  const first = panelOf(page, 'What do visitors open first?');
  const sizes = panel => panel.locator('.bars').first().locator('li').evaluateAll(all => all.map(one => one.style.getPropertyValue('--share')));
  assert.deepEqual((await sizes(first)).slice(0, 2), ['0.6', '0.05']);
  assert.deepEqual((await sizes(panelOf(page, 'What holds people?')))[0], '1');
  await first.getByRole('button', { name: '+ 3 more' }).press('Enter');
  assert.equal((await rowsOf(first.locator('table'))).length, 9);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'As a table');
});

scenario('a value stands on no other bar', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, Array.from({ length: 141 }, (_, index) => visit(token(index), Date.now() - (index === 0 ? 0 : DAY), {
    steps: [[0, 'click', { screen: 'a' }]], reason: 'idle',
  })).flat());
  // Of a quarter, a bar is thinner than the figure.
  const page = await openDash(scene, server, '?range=90', { viewport: { width: 390, height: 800 } });
  await settled(page);
  const shown = () => page.locator('.written span:not(.crowded)').allTextContents();
  await eventually('the highest', async () => assert.deepEqual(await shown(), ['140']) ?? true);
  await page.getByLabel('Period').selectOption('7');
  await eventually('both', async () => assert.deepEqual(await shown(), ['140', '1']) ?? true);
});

scenario('the live strip rests while nobody looks, and comes back after a cut', async scene => {
  const { server, key } = await seeded(scene, { days: 2 });
  let asked = 0;
  const page = await openDash(scene, server, '', {
    tolerate: /ERR_/,
    answers: {
      devices: null,
      live: route => {
        asked += 1;
        return route.continue();
      },
    },
  });
  await page.getByText('0 visits are going on.').waitFor();
  await settled(page);
  const look = isHidden => page.evaluate(value => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
  const over = page.waitForEvent('requestfailed', request => new URL(request.url()).pathname === '/live');
  await look(true);
  await over;
  await post(server.origin, key, visit(token(999_999), Date.now(), { steps: [[0, 'click', { screen: 'home' }]] }));
  assert.equal(asked, 1);
  assert.equal(await page.getByText('1 visit is going on.').count(), 0);
  await look(false);
  await page.getByText('1 visit is going on.').waitFor();
  assert.equal(asked, 2);

  const others = [];
  page.on('request', request => new URL(request.url()).pathname !== '/live' && others.push(request.url()));
  const began = Date.now();
  await server.kill();
  await page.getByText(/^No word from the server since .+\. This is what was known then:$/).waitFor();
  await eventually('another try', () => asked > 2);
  await server.start();
  await page.getByText(/visits? (is|are) going on\./).waitFor();
  assert.ok(asked - 2 <= 1 + (Date.now() - began) / 1000, `${asked - 2} requests in ${Date.now() - began} ms`);
  // The signs of life are read again with the news.
  assert.deepEqual(others.filter(url => !url.endsWith('/devices')), []);
  assert.ok(others.length <= asked - 2, others.join());
});

scenario('a server that refuses the live view is asked ever more seldom', async scene => {
  const server = await scene.server();
  let asked = 0;
  const page = await openDash(scene, server, '?page=media', {
    tolerate: /status of 503/,
    answers: {
      live: route => {
        asked += 1;
        return fulfill(route, { status: 503, error: 'busy', code: 'busy' });
      },
    },
  });
  await page.addInitScript(() => {
    globalThis.refused = 0;
    globalThis.EventSource = class extends EventSource {
      constructor(address) {
        super(address);
        this.addEventListener('error', () => (globalThis.refused += 1));
      }
    };
  });
  // Time passes only as the test says.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + MINUTE);
  await page.goto(`${server.origin}/dash`);
  for (const [index, pause] of [5, 10, 20, 40, 60, 60].entries()) {
    await eventually('the refusal', async () => (await page.evaluate('refused')) === index + 1);
    await page.clock.runFor(pause * 1000 - 500);
    assert.equal(asked, index + 1, `before ${pause} s`);
    await page.clock.runFor(500);
    await eventually(`a request after ${pause} s`, () => asked === index + 2);
  }
});

scenario('a live view that breaks without a word is asked for again', async scene => {
  const server = await scene.server();
  let asked = 0;
  const page = await openDash(scene, server, '', {
    ...TURNED,
    answers: {
      live: () => {
        asked += 1;
        return new Promise(() => {});
      },
    },
  });
  for (const tries of [1, 2, 3]) {
    await eventually('a request', () => asked === tries);
    await page.clock.runFor(19_000);
    assert.equal(asked, tries);
    await page.clock.runFor(1000);
  }
});

scenario('visits in which nothing has happened for half an hour are not going on', async scene => {
  const server = await scene.server();
  const ago = minutes => new Date(Date.now() - minutes * MINUTE).toISOString();
  const going = (id, minutes) => ({ session_id: id, consumer_id: 1, device: 'a', touches: 10 * id, last_active: ago(minutes) });
  const page = await openDash(scene, server, '', {
    answers: {
      devices: { devices: [{ consumer_id: 1, name: 'a', last_alive: ago(0), queued: 0, dropped: 0, version: '1', width: 1, height: 1 }] },
      live: event('now', { visits: [going(1, 29), going(2, 31), going(3, 600)] }),
    },
  });
  await page.getByText('in use: 10 touches so far in this visit').waitFor();
});

scenario('a clock of the browser that is set makes nobody silent', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const alive = { type: 'alive', device: 'table-9', queued: 0, dropped: 0, version: '1', width: 1920, height: 1080 };
  await post(server.origin, key, [alive]);
  const page = await openDash(scene, server, '', {
    answers: { live: null, devices: null },
    prepare: opened => opened.addInitScript(hours => {
      const { now } = Date;
      globalThis.wrong = hours;
      Date.now = () => now() + globalThis.wrong * 3_600_000;
      globalThis.ticks = 0;
      globalThis.EventSource = class extends EventSource {
        constructor(address) {
          super(address);
          this.addEventListener('tick', () => (globalThis.ticks += 1));
        }
      };
    }, -8),
  });
  const device = page.locator('.device', { hasText: 'table-9' });
  await device.getByText('alive,').waitFor();
  await page.evaluate('ticks = wrong = 0');
  await eventually('a tick', async () => (await page.evaluate('ticks')) > 0);
  await post(server.origin, key, visit(token(1), Date.now(), { device: 'table-9', steps: [[0, 'click', { screen: 'home' }]] }));
  await page.getByText('1 visit is going on.').waitFor();
  await device.getByText('alive,').waitFor();
});

scenario('a touch shows in the live strip within two seconds', async scene => {
  const { server, key } = await seeded(scene, { days: 2 });
  const page = await openDash(scene, server, '', { answers: { live: null, devices: null } });
  await page.getByText('0 visits are going on.').waitFor();
  const alive = { type: 'alive', device: 'table-9', queued: 0, dropped: 0, version: '1', width: 1920, height: 1080 };
  const steps = [[0, 'click', { screen: 'home', target: 'x' }]];
  const began = Date.now();
  await post(server.origin, key, [alive, ...visit(token(999_999), Date.now(), { device: 'table-9', steps })]);
  await page.getByText('1 visit is going on.').waitFor();
  await page.locator('.device', { hasText: 'table-9' }).getByText('in use: 1 touch').waitFor();
  scene.log(`${Date.now() - began} ms after the touch was sent`);
});

scenario('the language is that of the browser until somebody chooses another', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const page = await openDash(scene, server, '', { locale: 'nb-NO' });
  await page.getByRole('heading', { name: 'Hvordan går det med installasjonen?' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'nb');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Wie läuft die Station?' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Wie läuft die Station?' }).waitFor();
  await settled(page);
  const [{ touches_per_session_mean: mean }] = await reportOf(page, 'overview');
  assert.equal(await figure(page, 'touches_per_session_mean'), mean.toFixed(1).replace('.', ',').replace(',0', ''));
});

scenario('every page speaks every language', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const page = await openDash(scene, server, '', { answers: { consumers: null } });
  const words = async () => {
    await settled(page);
    const said = await page.locator('h1, h2, .answer, th, summary').allTextContents();
    return said.filter(text => /\p{L}{3}/u.test(text) && /\s/.test(text));
  };
  for (const name of ['overview', 'screens', 'paths', 'visits', 'media', 'setup']) {
    await page.goto(`${server.origin}/dash?page=${name}&range=7`);
    await page.getByRole('button', { name: 'English' }).click();
    const english = await words();
    assert.ok(english.length > 2, name);
    for (const language of ['Norsk', 'Deutsch']) {
      await page.getByRole('button', { name: language }).click();
      assert.deepEqual((await words()).filter(text => english.includes(text)), [], `${name} in ${language}`);
    }
  }
});

scenario('it is for every eye and every hand', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server);
  await settled(page);
  await panelOf(page, 'Which days are busy?').getByText('As a table').click();
  await assertAccessible(page);

  const chart = page.getByRole('group', { name: 'Which days are busy?' });
  const marks = chart.getByRole('img');
  await marks.first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const label = await marks.nth(2).getAttribute('aria-label');
  assert.equal(await page.locator('.tip').textContent(), label);
  await page.keyboard.press('End');
  assert.equal(await page.locator('.tip').textContent(), await marks.last().getAttribute('aria-label'));
  assert.equal(await chart.locator('[tabindex="0"]').count(), 1);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.tip').isVisible(), false);
  await marks.nth(5).hover();
  assert.equal(await page.locator('.tip').textContent(), await marks.nth(5).getAttribute('aria-label'));
});

scenario('labels of an axis never overlap, nothing is wider than the window', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server);
  for (const width of [1280, 700, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    await eventually(`room at ${width}`, async () => {
      const { overlaps, scroll, shown } = await page.evaluate(() => {
        const axes = Array.from(document.querySelectorAll('.axis, .written'), axis =>
          Array.from(axis.children).filter(label => !label.classList.contains('crowded'))
            .map(label => label.getBoundingClientRect()).sort((a, b) => a.left - b.left));
        return {
          overlaps: axes.flatMap(boxes => boxes.slice(1).filter((box, index) => box.left < boxes[index].right)).length,
          shown: axes.flat().length,
          scroll: document.documentElement.scrollWidth - innerWidth,
        };
      });
      assert.equal(overlaps, 0);
      assert.ok(shown > 8);
      assert.ok(scroll <= 0, `${scroll} px too wide`);
      return true;
    });
  }
});

scenario('a printed page says what it shows, and when', async scene => {
  const { server } = await seeded(scene, { days: 5 });
  const page = await openDash(scene, server);
  await settled(page);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.match(await page.locator('#printed').textContent(), /^\w{3}.* – .*20\d\d · UTC · printed .*\d\d:\d\d:\d\d$/);
  assert.equal(await page.locator('.filters').isVisible(), false);
  assert.equal(await page.locator('.pages').isVisible(), false);
  for (const [query, words] of [['from=2026-01-01', 'since Thu, 1 Jan 2026'], ['to=2026-01-01', 'until Thu, 1 Jan 2026'], ['', 'All time']]) {
    const open = await openDash(scene, server, `?range=custom&${query}`);
    await settled(open);
    await open.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal((await open.locator('#printed').textContent()).split(' · ')[0], words);
  }
});

scenario('a page that does not exist is the overview', async scene => {
  const server = await scene.server();
  for (const name of ['nowhere', 'constructor', '__proto__']) {
    const page = await openDash(scene, server, `?page=${name}`);
    await page.getByRole('heading', { name: 'How is the exhibit doing?' }).waitFor();
    await settled(page);
  }
});

scenario('it works under any path', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const proxy = await scene.proxy(server, { prefix: '/museum/stats' });
  const page = await openDash(scene, { origin: `${proxy}/museum/stats` });
  await settled(page);
  assert.ok(Number(await figure(page, 'sessions')) > 0);
  await page.getByRole('link', { name: 'Screens', exact: true }).click();
  await page.getByRole('heading', { name: 'What do people look at?' }).waitFor();
  assert.match(page.url(), /\/museum\/stats\/dash\?page=screens$/);
});

scenario('what pages sent is never markup, and breaks no layout', async scene => {
  const { server, key } = await seeded(scene, { days: 3 });
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם مرحبا', '<img src=x onerror=alert(1)>'];
  const start = Date.now() - DAY;
  await post(server.origin, key, names.flatMap((screen, index) => visit(token(500 + index), start, {
    device: names[index].slice(0, 60),
    steps: [[0, 'click', { screen, target: screen, clickX: -1e9, clickY: 1e300, viewWidth: 10, viewHeight: 10 }], [9, 'click', { screen: 'b' }]],
    reason: screen.slice(0, 60),
  })));
  for (const width of [1280, 390]) {
    const page = await openDash(scene, server, '', {
      viewport: { width, height: 800 },
      answers: { devices: { devices: names.map(name => ({ consumer_id: 1, name, last_alive: new Date().toISOString(), queued: 0, dropped: 0 })) } },
    });
    await settled(page);
    assert.equal(await page.locator('main script, main img').count(), 0);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(scroll <= 0, `${scroll} px too wide at ${width}`);
    await page.locator('main').getByText('<script>alert(1)</script>').first().waitFor();
  }
});

scenario('the first page is small', async scene => {
  const { server } = await seeded(scene);
  const answers = Object.fromEntries(['consumers', 'devices', 'screens', 'login', 'live'].map(name => [name, null]));
  const page = await openDash(scene, server, '', { answers });
  await settled(page);
  const network = await page.context().newCDPSession(page);
  let wire = 0;
  let isPacked = false;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (wire += encodedDataLength));
  network.on('Network.responseReceived', ({ type, response }) => {
    isPacked = isPacked || (type === 'Script' && 'content-encoding' in response.headers);
  });
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.reload();
  await settled(page);
  scene.log(`${wire} bytes on the wire, reports included${isPacked ? '' : '; a debug build packs no files'}`);
  assert.ok(wire <= (isPacked ? WIRE_BYTES : 5 * WIRE_BYTES), `${wire} bytes`);
});
