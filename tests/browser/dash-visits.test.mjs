/** The page of visits: the list, one visit with its replay, and the mark of a staff test. */
import assert from 'node:assert/strict';
import { assertAccessible, fulfill, openDash, panelOf, reportOf, rowsOf, settled } from './dash.mjs';
import { eventually, scenario } from './harness.mjs';
import { post, seeded, token, visit } from './seed.mjs';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const REPLAY = 'What did they do?';
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><rect width="800" height="400" fill="#789"/></svg>';

const list = page => page.getByRole('region', { name: 'Visits, the latest first' });
const dots = page => page.locator('.dot').evaluateAll(all => all.map(one => [
  Number(one.dataset.touch), Math.round(parseFloat(one.style.left)), Math.round(parseFloat(one.style.top)),
]));
const touch = (screen, target, x, y) => ['click', { screen, target, clickX: x, clickY: y, viewWidth: 1000, viewHeight: 500 }];

/** A visit of two screens and four touches, one of them without a place. */
const STEPS = [
  [0, 'screen', { screen: 'home' }],
  [2, ...touch('home', 'door', 100, 100)],
  [4, ...touch('home', 'to map', 500, 250)],
  [4.3, 'screen', { screen: 'map' }],
  [10, 'swipe', { screen: 'map', target: 'map' }],
  [20, ...touch('map', 'oslo', 900, 450)],
];

async function withOne(scene, steps = STEPS) {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, visit(token(1), Date.now() - HOUR, { steps, reason: 'idle', length: 60 }));
  return { server, key };
}

scenario('the list shows what the report says, the latest first, and is sorted and searched', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=visits');
  await settled(page);
  const sessions = (await reportOf(page, 'sessions')).reverse();
  const rows = await rowsOf(list(page));
  assert.equal(rows.length, 200);
  assert.deepEqual(rows.map(row => [row[1], row[3], row[4], row[5], row[6]]), sessions.slice(0, 200).map(row =>
    [row.device, String(row.touches), String(row.distinct_screens), row.first_screen, row.last_screen]));
  await page.getByText(`${sessions.length} visits. The latest began`).waitFor();
  await page.getByRole('button', { name: 'Next 200' }).click();
  assert.equal((await rowsOf(list(page)))[0][3], String(sessions[200].touches));
  await page.reload();
  await settled(page);
  assert.equal((await rowsOf(list(page)))[0][3], String(sessions[200].touches));
  await page.getByLabel('Search').fill('quiz');
  const fit = sessions.filter(row => [row.first_screen, row.last_screen].includes('quiz')).length;
  await page.getByText(`${fit} rows`).waitFor();
  await assertAccessible(page);
});

scenario('whoever comes back to the list finds the place that was left', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=visits');
  await settled(page);
  const place = () => page.evaluate(() => [Math.round(scrollY), Math.round(document.querySelector('.scroller').scrollTop)]);
  await list(page).locator('tbody tr').nth(150).scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollBy(0, 40));
  const before = await place();
  assert.ok(before[0] + before[1] > 500, before.join());
  await list(page).locator('tbody tr').nth(150).getByRole('link').first().click();
  await page.getByRole('link', { name: '← All visits' }).waitFor();
  assert.equal(await page.evaluate('scrollY'), 0);
  await page.goBack();
  await eventually('the place', async () => {
    assert.deepEqual(await place(), before);
    return true;
  });
});

scenario('a day, a device and an action narrow the list, and are in the address', async scene => {
  const { server, key } = await seeded(scene, { days: 10 });
  await post(server.origin, key, visit(token(99_999), Date.now() - 3 * DAY, { device: 'table-2', steps: [[0, 'swipe', { screen: 'odd' }]], reason: 'idle' }));
  const page = await openDash(scene, server, '?page=visits&device=table-2');
  await settled(page);
  await page.getByLabel('With').selectOption('swipe');
  await eventually('one visit', async () => assert.equal((await rowsOf(list(page))).length, 1) ?? true);
  assert.match(page.url(), /action=swipe/);
  assert.equal((await rowsOf(list(page)))[0][5], 'odd');
  const day = new Date(Date.now() - 3 * DAY).toISOString().slice(0, 10);
  await page.getByLabel('One day').fill(day);
  await eventually('the day in the address', () => page.url().includes(`from=${day}&to=${day}`));
  await settled(page);
  assert.equal((await rowsOf(list(page))).length, 1);
  await page.getByLabel('With').selectOption('');
  await settled(page);
  const sessions = await reportOf(page, 'sessions');
  assert.equal((await rowsOf(list(page))).length, sessions.length);
  assert.ok(sessions.every(row => row.device === 'table-2' && row.started_at.startsWith(day)));
});

scenario('a day is typed by keyboard, and counts when it is done', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const page = await openDash(scene, server, '?page=visits');
  await settled(page);
  let loads = 0;
  page.on('request', request => (loads += Number(new URL(request.url()).pathname === '/reports/sessions')));
  const entries = () => page.evaluate(() => history.length);
  const before = await entries();
  await page.getByLabel('One day').focus();
  // The same whether the day or the month comes first.
  await page.keyboard.type('09092017');
  assert.equal(await page.getByLabel('One day').inputValue(), '2017-09-09');
  assert.deepEqual([new URL(page.url()).search, await entries(), loads], ['?page=visits', before, 0]);
  await page.keyboard.press('Enter');
  await eventually('the day in the address', () => page.url().includes('from=2017-09-09&to=2017-09-09'));
  await settled(page);
  assert.deepEqual([await entries(), loads], [before + 1, 1]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'visits-day');
  await page.getByLabel('From').focus();
  await page.keyboard.type('08082017');
  assert.equal(await entries(), before + 1);
  await page.getByLabel('With').focus();
  await eventually('the range in the address', () => page.url().includes('from=2017-08-08&to=2017-09-09'));
  await settled(page);
  assert.equal(await entries(), before + 2);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'visits-action');
});

scenario('a visit begins at the top of the page, for eyes and for keys', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=visits');
  await settled(page);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await list(page).getByRole('link').nth(5).focus();
  await page.keyboard.press('Enter');
  const place = () => page.evaluate(() => [document.activeElement?.id, scrollY]);
  await page.getByRole('link', { name: '← All visits' }).waitFor();
  assert.deepEqual(await place(), ['heading', 0]);
  await page.getByRole('link', { name: '← All visits' }).click();
  await list(page).waitFor();
  assert.deepEqual(await place(), ['heading', 0]);
});

scenario('order and search stay in the rows and through a mark', async scene => {
  const { server } = await seeded(scene, { days: 10 });
  for (let id = 1; id <= 12; id += 1) await fetch(`${server.origin}/sessions/${id}/exclude`, { method: 'POST', headers: { Origin: server.origin } });
  const page = await openDash(scene, server, '?page=visits&only=marked');
  await settled(page);
  await page.getByLabel('Search').fill('table-1');
  await list(page).getByRole('button', { name: 'Touches' }).click();
  for (const href of await list(page).getByRole('link').evaluateAll(all => all.map(one => one.href))) {
    assert.match(href, /sort=-touches&q=table-1/);
  }
  const before = await rowsOf(list(page));
  assert.equal(before.length, 4);
  await page.getByRole('button', { name: /^Count it again/ }).first().click();
  await page.getByText('11 visits, left out of every figure.').waitFor();
  assert.deepEqual(await rowsOf(list(page)), before.slice(1));
  assert.equal(await page.getByLabel('Search').inputValue(), 'table-1');
});

scenario('a double tap on a mark shows what is stored', async scene => {
  const { server } = await withOne(scene);
  const held = [];
  const page = await openDash(scene, server, '?page=visits&visit=1', { answers: { 'sessions/1/exclude': route => void held.push(route) } });
  await page.getByRole('button', { name: 'Mark as staff test' }).dblclick();
  await eventually('both', () => held.length === 2);
  for (const route of held) await route.continue();
  await page.getByText('is a staff test now').waitFor();
  await page.getByRole('button', { name: 'Count it again' }).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await page.getByRole('button', { name: 'Mark as staff test' }).count(), 0);
  assert.notEqual((await server.sessions())[0].excluded_at, null);
});

scenario('numbers of an event are shown as they are written', async scene => {
  const server = await scene.server();
  const consumer_key = await server.addConsumer();
  const data = { screen: 'a', id: 'LONG', clickX: 1e300, clickY: 5, viewWidth: 10, viewHeight: 10 };
  const items = visit(token(1), Date.now() - HOUR, { steps: [[0, 'click', data]], reason: 'idle' });
  const body = JSON.stringify({ consumer_key, sent_at: new Date().toISOString(), items }).replace('"LONG"', '12345678901234567890');
  assert.equal((await fetch(`${server.origin}/batch`, { method: 'POST', body })).status, 200);
  const page = await openDash(scene, server, '?page=visits&visit=1&at=1');
  await settled(page);
  const [row] = await rowsOf(panelOf(page, 'What was recorded, event by event?').locator('table'));
  assert.equal(row[4], 'id 12345678901234567890');
  assert.deepEqual(await dots(page), [[1, 100, 50]]);
});

scenario('a range of more than ten years is listed, too', async scene => {
  const { server } = await withOne(scene);
  const page = await openDash(scene, server, '?page=visits&range=custom&from=1900-01-01');
  await settled(page);
  assert.equal((await rowsOf(list(page))).length, 1);
});

scenario('one visit tells what the reports say of it', async scene => {
  const { server } = await withOne(scene);
  const page = await openDash(scene, server, '?page=visits&visit=1');
  await settled(page);
  const [row] = await reportOf(page, 'sessions');
  assert.deepEqual([row.touches, row.distinct_screens, row.active_s], [4, 2, 20]);
  assert.match(await panelOf(page, 'Visit 1').locator('.answer').textContent(), /^20\ss with 4 touches, at table-1/);
  const paths = await reportOf(page, 'paths');
  const course = panelOf(page, 'What held them?');
  await course.getByText('As a table').click();
  assert.deepEqual((await rowsOf(course.locator('table'))).map(cells => [cells[1], cells[3]]), [['home', '4.3 s'], ['map', 'until they left']]);
  assert.deepEqual(paths.map(view => [view.screen, view.dwell_s]), [['home', 4.3], ['map', null]]);
  assert.equal((await rowsOf(panelOf(page, 'What was recorded, event by event?').locator('table'))).length, 6);
  await assertAccessible(page);
});

scenario('a device without a name is one in the middle of a sentence, in every language', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const items = visit(token(1), Date.now() - HOUR, { steps: STEPS, reason: 'idle' });
  delete items[0].device;
  await post(server.origin, key, items);
  for (const [locale, words] of [
    ['en-GB', /^20\ss with 4 touches, at a device without a name, on \w+day, /], ['nn-NO', /^20\ss med 4 berøringer, på en enhet uten navn, \p{L}+dag /u],
    ['de-DE', /^20\ss mit 4 Berührungen, an einem Gerät ohne Namen, /],
  ]) {
    const page = await openDash(scene, server, '?page=visits&visit=1', { locale });
    await settled(page);
    assert.match(await page.locator('.answer').first().textContent(), words);
  }
});

scenario('the replay shows each touch at its time, at its place, on its screen, by keyboard alone', async scene => {
  const { server } = await withOne(scene);
  const page = await openDash(scene, server, '?page=visits&visit=1', {
    answers: { screens: { screens: ['map'] }, 'screens/map': route => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }) },
  });
  await settled(page);
  const panel = panelOf(page, REPLAY);
  const screen = () => panel.locator('.replay-screen').textContent();
  const tabTo = async name => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.textContent) === name) return;
    }
    assert.fail(`${name} is not reached`);
  };
  await tabTo('Mark as staff test');
  await tabTo('Next touch');
  const seen = [];
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press('Enter');
    seen.push([await screen(), await dots(page), await panel.locator('.stage img').count()]);
  }
  assert.deepEqual(seen, [
    ['home', [[1, 10, 20]], 0],
    ['home', [[1, 10, 20], [2, 50, 50]], 0],
    ['map', [], 1],
    ['map', [[4, 90, 90]], 1],
  ]);
  await panel.getByText('After 20 s: touched oslo.').waitFor();
  assert.match(page.url(), /at=20/);
  await page.reload();
  await settled(page);
  assert.deepEqual(await dots(page), [[4, 90, 90]]);
  const scrubber = panel.getByLabel('Moment of the visit');
  await scrubber.focus();
  await page.keyboard.press('Home');
  assert.deepEqual([await screen(), await dots(page)], ['home', []]);
  assert.match(await scrubber.getAttribute('aria-valuetext'), /^0\ss of 20\ss, home$/);
});

for (const reducedMotion of ['no-preference', 'reduce']) {
  scenario(`the replay plays in order and can be stopped, motion: ${reducedMotion}`, async scene => {
    const { server } = await withOne(scene);
    const page = await openDash(scene, server, '?page=visits&visit=1', { reducedMotion });
    await settled(page);
    await page.evaluate(() => {
      globalThis.order = [];
      globalThis.isMoving = false;
      new MutationObserver(() => {
        globalThis.isMoving ||= document.getAnimations().length > 0;
        const last = document.querySelector('.dot:last-child')?.getAttribute('data-touch');
        if (last && globalThis.order.at(-1) !== last) globalThis.order.push(last);
      }).observe(document.querySelector('.dots'), { childList: true });
    });
    await page.getByLabel('Speed').selectOption('16');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Play again' }).waitFor();
    assert.deepEqual(await page.evaluate('order'), ['1', '2', '4']);
    await page.getByLabel('Speed').selectOption('1');
    await page.getByRole('button', { name: 'Play again' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    assert.doesNotMatch(await page.locator('.replay-clock').textContent(), /^20\s/);
    assert.equal(await page.evaluate('isMoving'), reducedMotion === 'no-preference');
  });
}

scenario('a printed list has all its columns on the paper, and nothing to press', async scene => {
  const { server } = await seeded(scene, { days: 5 });
  const page = await openDash(scene, server, '?page=visits', { viewport: { width: 718, height: 1000 } });
  await settled(page);
  await page.emulateMedia({ media: 'print' });
  const [width, pressed] = await page.evaluate(() => [
    Math.max(...Array.from(document.querySelectorAll('th, td'), cell => cell.getBoundingClientRect().right)),
    Array.from(document.querySelectorAll('button, input, select')).filter(one => one.checkVisibility() && !one.matches('.sorter')).length,
  ]);
  assert.ok(width <= 718, `the last column ends at ${width} px`);
  assert.equal(pressed, 0);
});

scenario('a staff mark changes all figures, and is taken back', async scene => {
  const { server } = await seeded(scene, { days: 10 });
  const page = await openDash(scene, server, '?page=visits');
  await settled(page);
  const { reports } = await (await fetch(`${server.origin}/reports`)).json();
  const figures = async (query = '') => Object.fromEntries(await Promise.all(reports.map(async ({ name }) =>
    [name, JSON.stringify((await (await fetch(`${server.origin}/reports/${name}${query}`)).json()).rows)])));
  const before = await figures();
  const all = (await reportOf(page, 'sessions')).length;
  await list(page).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Mark as staff test' }).waitFor();
  const without = await figures(`?exclude=${new URL(page.url()).searchParams.get('visit')}`);
  await page.getByRole('button', { name: 'Mark as staff test' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('is a staff test now').waitFor();
  await page.getByRole('button', { name: 'Count it again' }).waitFor();
  const marked = await figures();
  assert.deepEqual(marked, without, 'all figures are those without it');
  for (const name of ['overview', 'days', 'screens', 'choices']) assert.notEqual(marked[name], before[name], name);
  await page.goBack();
  await page.getByText(`${all - 1} visits. The latest`).waitFor();
  await page.getByLabel('Staff tests').check();
  await page.getByText('1 visit, left out of every figure.').waitFor();
  assert.match(page.url(), /only=marked/);
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Overview' }).click();
  await settled(page);
  assert.equal(await page.locator('[data-figure="sessions"]').textContent(), String(all - 1));
  await page.goBack();
  await page.getByRole('button', { name: /^Count it again/ }).click();
  await page.getByText('counts again.').waitFor();
  await page.getByText('None is marked in this period.').waitFor();
  assert.deepEqual(await figures(), before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 visit, left out of every figure.').waitFor();
  assert.deepEqual(await figures(), marked);
});

scenario('visits that look like no visitor say why, and echoes are marked at once', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const start = Date.now() - 5 * HOUR;
  const steps = [1, 5, 9, 14].map(at => [at, ...touch('home', 'x', 100 * at, 50)]);
  await post(server.origin, key, [
    ...visit(token(1), start, { steps: [...steps, [30, 'scroll', {}]], reason: 'idle' }),
    ...visit(token(2), start + 10, { steps, reason: 'idle' }),
    ...visit(token(3), start + HOUR, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' }),
  ]);
  const page = await openDash(scene, server, '?page=visits&only=suspect');
  await settled(page);
  const suspects = (await reportOf(page, 'sessions')).filter(row => row.suspect !== null);
  assert.deepEqual(suspects.map(row => row.suspect), ['echo']);
  const rows = await rowsOf(list(page));
  assert.equal(rows.length, 1);
  assert.match(rows[0][8], /^repeats another visit.*Mark as staff test$/);
  await assertAccessible(page);
  await page.getByRole('button', { name: `Leave out visit ${suspects[0].session_id}, the second copy` }).click();
  await page.getByText('None: every visit of this period looks like somebody.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 visit to look at.').waitFor();
});

scenario('a visit that no figure has is listed only as a suspect, and no column of it is cut off', async scene => {
  const { server, key } = await withOne(scene);
  // Dirt on the glass.
  const steps = Array.from({ length: 200 }, (_, index) => [index * 30, ...touch('stuck', 'x', 100, 50)]);
  await post(server.origin, key, visit(token(2), Date.now() - 3 * HOUR, { steps, reason: 'idle' }));
  const page = await openDash(scene, server, '?page=visits&range=7', { viewport: { width: 1280, height: 800 } });
  await page.getByText('1 visit. The latest began').waitFor();
  assert.deepEqual((await rowsOf(list(page))).map(row => row[5]), ['home']);
  const overview = await openDash(scene, server, '?range=7');
  await overview.getByText('1 visit in this period.').waitFor();
  await page.getByRole('link', { name: '1 looks like no visitor' }).click();
  await page.getByText('1 visit to look at.').waitFor();
  for (const language of ['English', 'Norsk', 'Deutsch']) {
    await page.getByRole('button', { name: language }).click();
    await settled(page);
    const [row] = await rowsOf(page.locator('.page-visits'));
    assert.equal(row[5], 'stuck');
    assert.equal(await page.locator('.scroller').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), 0, language);
  }
});

scenario('on a phone the names of a table stay in sight', async scene => {
  const { server } = await seeded(scene, { days: 3 });
  const page = await openDash(scene, server, '?page=visits', { viewport: { width: 390, height: 800 } });
  await settled(page);
  const lefts = () => list(page).evaluate(region => {
    const left = element => Math.round(element.getBoundingClientRect().left - region.getBoundingClientRect().left);
    return [...region.querySelectorAll('thead th:first-child, tbody tr:first-child th, tbody tr:first-child td:last-child')].map(left);
  });
  const before = await lefts();
  await list(page).evaluate(region => region.scrollBy({ left: 150 }));
  assert.deepEqual(await lefts(), [0, 0, before[2] - 150]);
});

scenario('empty, unknown and broken visits are told apart', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const page = await openDash(scene, server, '?page=visits&range=all');
  await page.getByText('microticks --add-consumer MyApp').waitFor();
  await assertAccessible(page);
  const missing = await openDash(scene, server, '?page=visits&visit=77');
  await missing.getByText('There is no visit of this number').waitFor();
  const wrong = await openDash(scene, server, `?page=visits&visit=${encodeURIComponent('<b>x')}`, { tolerate: /status of 400/ });
  await wrong.getByText('The server does not accept this request').first().waitFor();
  await post(server.origin, key, visit(token(1), Date.now() - HOUR, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' }));
  let broken = true;
  const failing = await openDash(scene, server, '?page=visits', {
    tolerate: /status of 500/,
    answers: {
      'reports/sessions': route => (broken ? fulfill(route, { status: 500, error: 'out of order', code: 'internal' }) : route.continue()),
      'sessions/1/exclude': route => fulfill(route, { status: 500, error: 'disk', code: 'internal' }),
    },
  });
  await failing.getByText('It says: “out of order”').waitFor();
  broken = false;
  await failing.getByRole('button', { name: 'Try again' }).click();
  await list(failing).getByRole('link').click();
  await failing.getByRole('button', { name: 'Mark as staff test' }).click();
  await failing.getByText('It says: “disk”').waitFor();
  await assertAccessible(failing);
});

scenario('a visit without an event and one that cannot be read say so', async scene => {
  const { server, key } = await withOne(scene);
  await post(server.origin, key, visit(token(2), Date.now() - HOUR, { reason: 'idle' }));
  const silent = await openDash(scene, server, '?page=visits&visit=2');
  await settled(silent);
  assert.equal(await silent.getByText('Nothing was recorded in this visit.').count(), 2);
  await silent.getByText('No screen was seen in this visit').waitFor();
  await assertAccessible(silent);
  let broken = true;
  const fail = route => (broken ? fulfill(route, { status: 500, error: 'out of order', code: 'internal' }) : route.continue());
  const page = await openDash(scene, server, '?page=visits&visit=1', {
    tolerate: /status of 500/, answers: { 'reports/paths': fail, 'reports/sessions': fail, events: fail },
  });
  await settled(page);
  const panels = ['Visit 1', REPLAY, 'What held them?', 'What was recorded, event by event?'].map(question => panelOf(page, question));
  for (const panel of panels) await panel.getByText('It says: “out of order”').waitFor();
  await assertAccessible(page);
  broken = false;
  for (const panel of panels) await panel.getByRole('button', { name: 'Try again' }).click();
  await panels[0].getByText('with 4 touches').waitFor();
  await panels[1].getByRole('button', { name: 'Play' }).waitFor();
  await panels[2].getByText('until they left').first().waitFor();
  await panels[3].getByText('6 events.').waitFor();
});

scenario('a large file is listed from its end, and says so', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, Array.from({ length: 5100 }, (_, index) => visit(token(index + 1), Date.now() - DAY * (index < 100 ? 2 : 1), {
    steps: [[0, index < 100 ? 'swipe' : index < 200 ? 'tap' : 'click', { screen: 'a' }]], reason: 'idle',
  })).flat());
  const page = await openDash(scene, server, '?page=visits');
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
    .format(Date.now() - DAY);
  await page.getByText(`Only the latest are listed, since ${day}.`).waitFor();
  await page.getByText('1 to 200 of 5,000').waitFor();
  assert.equal((await reportOf(page, 'sessions')).length, 5000);
  // It says nothing of visits that it has not read.
  await page.getByLabel('With').selectOption('swipe');
  await page.getByText(`None since ${day}. Earlier visits were not looked at`).waitFor();
  await page.getByLabel('With').selectOption('tap');
  await page.getByText('100 rows').waitFor();
  await page.getByText(`Only the latest are listed, since ${day}.`).waitFor();
});

scenario('hostile visits neither run nor break the layout', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם مرحبا', '../../etc/passwd?#%00'];
  await post(server.origin, key, names.flatMap((screen, index) => visit(token(index), Date.now() - HOUR * (index + 1), {
    device: screen.slice(0, 60),
    steps: [
      [0, 'click', { screen, target: screen, clickX: -1e9, clickY: 1e300, viewWidth: 10, viewHeight: 10 }],
      [5, 'click', { screen, target: screen, clickX: 5, clickY: 5, viewWidth: 1e-300, viewHeight: 1e300 }],
      [6, screen.slice(0, 200), [1, 2]], [7, 'click', 'no json'], [8, 'tap', { x: 'a', y: null }],
    ],
    reason: screen.slice(0, 60),
  })));
  for (const width of [1280, 390]) {
    for (const query of ['', '&visit=1&at=5', '&visit=2&at=99999', '&visit=3&at=x', '&visit=4']) {
      const page = await openDash(scene, server, `?page=visits${query}`, {
        viewport: { width, height: 800 }, answers: { screens: { screens: names } }, tolerate: /status of 404/,
      });
      await settled(page);
      assert.equal(await page.locator('main script').count(), 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, `${query} at ${width}`);
      const stage = await page.locator('.stage').boundingBox().catch(() => null);
      if (query) assert.ok(stage.height < 2000 && stage.height > 50);
    }
  }
});
