/** The set-up page: tags, the live check, devices, marked visits and downloads. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { assertAccessible, event, fulfill, openDash, panelOf, rowsOf, settled } from './dash.mjs';
import { eventually, html, scenario } from './harness.mjs';
import { post, seed, token, visit } from './seed.mjs';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const APPS = 'Which apps are counted, and which tag goes into their pages?';
const ADDRESS = 'How do other machines reach this server?';
const DEVICES = 'Which devices are alive?';
const MARKED = 'Which visits are left out as staff tests?';

/** The server's own answers on who sends. */
const REAL = { consumers: null, devices: null, live: null };

const app = (id, name, more) => ({
  id, name, key: String(id).repeat(32).slice(0, 32), ip_filter: null, created_at: '2026-01-01T00:00:00.000Z', deleted_at: null, last_event: null, ...more,
});
const device = (name, minutes, more) => ({
  consumer_id: 1, name, last_alive: new Date(Date.now() - minutes * MINUTE).toISOString(), queued: 0, dropped: 0, version: '1.0.0', width: 1920, height: 1080, ...more,
});

scenario('the tag that is copied is the one that works, and the live check says so', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer('Whales & Co');
  const page = await openDash(scene, server, '?page=setup', { answers: REAL, permissions: ['clipboard-read', 'clipboard-write'] });
  await settled(page);
  // It says so for a moment only.
  const copied = panelOf(page, APPS).getByRole('button', { name: 'Copied' }).waitFor();
  await panelOf(page, APPS).getByRole('button', { name: 'Copy' }).click();
  await copied;
  const tag = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(tag, `<script async src="${server.script}" data-consumer-key="${key}"></script>`);
  await page.getByText('Touch your page now').waitFor();

  const site = await scene.site({ '/': html(tag, '<button data-mt="door">Door</button>') });
  const kiosk = await scene.page(site);
  await kiosk.getByText('Door').click();
  await page.getByText('Received: door').waitFor();
});

scenario('apps, addresses and devices are told as they are', async scene => {
  const server = await scene.server();
  const page = await openDash(scene, server, '?page=setup', {
    answers: {
      consumers: {
        listening: '0.0.0.0:8001', from_elsewhere: 'http://192.0.2.2:8001/',
        consumers: [app(1, 'Whales', { last_event: new Date(Date.now() - 5 * MINUTE).toISOString() }), app(2, 'Ships', { ip_filter: '10.0.0.0/8' }),
          app(3, 'Old (removed 3)', { deleted_at: '2026-02-01T00:00:00.000Z' })],
      },
      devices: { devices: [device('table-1', 1), device('table-2', 5), device('table-3', 60), device('', 1, { dropped: 2 })] },
    },
  });
  await settled(page);
  const apps = panelOf(page, APPS);
  assert.equal(await apps.locator('.answer').textContent(), '2 apps. The latest event came 5 minutes ago, from Whales.');
  assert.deepEqual(await apps.locator('pre').allTextContents(), [2, 1].map(id =>
    `<script async src="http://192.0.2.2:8001/microticks.js" data-consumer-key="${String(id).repeat(32)}"></script>`));
  await apps.getByText('As a table').click();
  assert.equal((await rowsOf(apps.locator('table'))).length, 3);
  await panelOf(page, ADDRESS).getByText('At http://192.0.2.2:8001/').waitFor();
  const devices = panelOf(page, DEVICES);
  assert.equal(await devices.locator('.answer').textContent(), '2 of 4 devices alive.');
  const rows = await rowsOf(devices.locator('table'));
  assert.deepEqual(rows.map(row => row.slice(0, 3)), [
    ['table-1', '●alive, 1 minute ago', 'Whales'], ['table-2', '▲needs a look, 5 minutes ago', 'Whales'],
    ['table-3', '■silent, 1 hour ago', 'Whales'], ['Device without a name', '●alive, 1 minute ago', 'Whales'],
  ]);
  await assertAccessible(page);
});

scenario('behind a proxy the tag has the address by which the reader came', async scene => {
  const server = await scene.server(undefined, { behindProxy: true });
  const key = await server.addConsumer('Whales');
  const { port } = new URL(await scene.proxy(server, { prefix: '/counts' }));
  const origin = `http://kiosk.test:${port}`;
  scene.allow(origin);
  const page = await openDash(scene, { origin: `${origin}/counts` }, '?page=setup', { answers: { ...REAL, login: null }, tolerate: /status of 401/ });
  await page.getByLabel('Key').fill('reading');
  await page.keyboard.press('Enter');
  const script = `${origin}/counts/microticks.js`;
  assert.equal(await panelOf(page, APPS).locator('pre').textContent(), `<script async src="${script}" data-consumer-key="${key}"></script>`);
  await panelOf(page, ADDRESS).getByText(`At ${origin}/counts/`).waitFor();
  assert.equal(await panelOf(page, ADDRESS).locator('pre').textContent(), script);
});

scenario('devices are judged by the clock of the server', async scene => {
  const server = await scene.server();
  const ahead = 5 * 60 * MINUTE;
  const page = await openDash(scene, server, '?page=setup', {
    answers: {
      consumers: null,
      devices: {
        now: new Date(Date.now() + ahead).toISOString(),
        devices: [device('table-1', 2 - ahead / MINUTE), device('table-2', 20 - ahead / MINUTE)],
      },
    },
  });
  await panelOf(page, DEVICES).getByText('alive, 2 minutes ago').waitFor();
  await panelOf(page, DEVICES).getByText('silent, 20 minutes ago').waitFor();
  assert.equal(await panelOf(page, DEVICES).locator('.answer').textContent(), '1 of 2 devices alive.');
});

scenario('after a break the live check waits for a touch again', async scene => {
  const server = await scene.server();
  let asked = 0;
  const touch = event('touch', { session_id: 1, consumer_id: 1, device: null, action: 'click', target: 'door', screen: 'hall' });
  const page = await openDash(scene, server, '?page=setup', {
    answers: {
      consumers: null,
      live: async route => {
        asked += 1;
        await route.fulfill({ contentType: 'text/event-stream', body: event('now', { visits: [] }) + (asked === 1 ? touch : '') });
      },
    },
  });
  await page.locator('.received').getByText('door').waitFor();
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push(document.querySelector('[role="status"].answer').textContent))
      .observe(document.querySelector('[role="status"].answer'), { childList: true });
  });
  await eventually('the touch again', () => page.evaluate(() => globalThis.said.some(text => text.startsWith('Touch your page now'))));
  assert.equal(await page.locator('.received li').count(), 1);
});

scenario('without an app and an address for others it says what to do', async scene => {
  const server = await scene.server();
  const page = await openDash(scene, server, '?page=setup', { answers: REAL });
  await settled(page);
  await panelOf(page, APPS).getByText('microticks --add-consumer MyApp').waitFor();
  await panelOf(page, ADDRESS).getByText(/--bind 0\.0\.0\.0:\d+$/).waitFor();
  await panelOf(page, DEVICES).getByText('data-device="table-1"').waitFor();
  await panelOf(page, MARKED).getByRole('link', { name: 'Open a visit, and mark it there' }).waitFor();
  await assertAccessible(page);
});

scenario('an error of one panel leaves the others', async scene => {
  const server = await scene.server();
  let broken = true;
  const page = await openDash(scene, server, '?page=setup', {
    tolerate: /status of 500/,
    answers: {
      // News would have the devices read anew.
      live: () => {},
      devices: route => (broken ? fulfill(route, { status: 500, error: 'no', code: 'internal' }) : fulfill(route, { devices: [device('table-1', 1)], names: [] })),
      consumers: route => (broken ? fulfill(route, { status: 500, error: 'no', code: 'internal' })
        : fulfill(route, { listening: '127.0.0.1:1', from_elsewhere: null, consumers: [app(1, 'Whales')] })),
    },
  });
  await settled(page);
  broken = false;
  for (const question of [DEVICES, APPS, ADDRESS]) {
    await panelOf(page, question).getByRole('button', { name: 'Try again' }).click();
  }
  await settled(page);
  await panelOf(page, DEVICES).getByText('alive, 1 minute ago').waitFor();
  await panelOf(page, APPS).getByText('1 app. Nothing has arrived yet').waitFor();
});

scenario('marked visits are listed, and counted again from here', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, visit(token(1), Date.now() - 400 * DAY, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' }));
  await fetch(`${server.origin}/sessions/1/exclude`, { method: 'POST', headers: { Origin: server.origin } });
  const page = await openDash(scene, server, '?page=setup', { answers: REAL });
  await settled(page);
  const marked = panelOf(page, MARKED);
  await marked.getByText('1 visit, of all time.').waitFor();
  await marked.getByRole('button', { name: 'Count it again: visit 1' }).click();
  await marked.getByText('None: every visit counts.').waitFor();
  await page.getByText('Visit 1 counts again.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await marked.getByText('1 visit, of all time.').waitFor();
});

scenario('downloads are the files that they say', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await seed(server.origin, key, { days: 3 });
  const page = await openDash(scene, server, '?page=setup&range=7', { answers: REAL });
  await settled(page);
  const links = await page.locator('.downloads a').evaluateAll(all => all.map(one => one.href));
  const csv = links.filter(href => /format=csv/.test(href));
  assert.equal(csv.length, 22);
  for (const href of csv) {
    const reply = await fetch(href);
    assert.equal(reply.status, 200, href);
    assert.match(reply.headers.get('Content-Type'), /^text\/csv/);
  }
  const workbooks = links.filter(href => /format=xlsx/.test(href));
  assert.equal(workbooks.length, 20);
  for (const href of workbooks) {
    const bytes = Buffer.from(await (await fetch(href)).arrayBuffer());
    assert.equal(bytes.toString('latin1', 0, 2), 'PK', href);
  }
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Days: CSV', exact: true }).click()]);
  assert.match(download.suggestedFilename(), /^days-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  assert.match(readFileSync(await download.path(), 'utf8'), /^date,sessions/);
  assert.match(await page.getByRole('link', { name: 'Download the database' }).getAttribute('href'), /\/snapshot$/);
});

scenario('hostile names of apps and devices break no layout', async scene => {
  const server = await scene.server();
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם مرحبا'];
  for (const width of [1280, 390]) {
    const page = await openDash(scene, server, '?page=setup', {
      viewport: { width, height: 800 },
      answers: {
        consumers: { listening: '127.0.0.1:1', from_elsewhere: null, consumers: names.map((name, index) => app(index + 1, name)) },
        devices: { devices: Array.from({ length: 300 }, (_, index) => device(`${names[index % 3]}${index}`, index)) },
        live: ['now', 'touch'].map(name => `event: ${name}\ndata: ${JSON.stringify({
          time: new Date().toISOString(), visits: [], session_id: 1, consumer_id: 1, device: names[0], action: 'click', target: names[1], screen: names[2],
        })}\n\n`).join(''),
      },
    });
    await settled(page);
    await page.locator('.received li').first().waitFor();
    assert.equal(await page.locator('main script').count(), 0);
    await eventually('no sideways scrolling', async () =>
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0) ?? true);
  }
});
