/** The page of the screens: the table of all of them, and one with its heatmap. */
import assert from 'node:assert/strict';
import { assertAccessible, fulfill, openDash, panelOf, reportOf, rowsOf, settled } from './dash.mjs';
import { BUTTON, eventually, html, scenario, tag } from './harness.mjs';
import { post, seeded, token, visit } from './seed.mjs';

const DAY = 24 * 60 * 60 * 1000;

/** A picture twice as wide as it is high. */
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><rect width="800" height="400" fill="#789"/></svg>';

const all = page => page.getByRole('region', { name: 'Which screens are used, and how?' });

scenario('the table shows what the reports say', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=screens');
  await settled(page);
  const screens = (await reportOf(page, 'screens')).sort((a, b) => b.views - a.views);
  const rows = await rowsOf(all(page));
  assert.deepEqual(
    rows.map(row => [row[0], row[1], row[2], row[3], row[4], row[7]]),
    screens.map(row => [row.screen, row.views, row.sessions, row.landed, row.in_vain, row.last].map(String)),
  );
  const worst = screens.reduce((most, row) => (row.in_vain > most.in_vain ? row : most));
  assert.equal(worst.screen, 'map');
  await page.getByText(`In vain most on map: ${worst.in_vain} times`.replace('In vain', 'People tap in vain')).waitFor();
  await assertAccessible(page);
});

scenario('the table is sorted and searched by keyboard, and the address remembers', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=screens');
  await settled(page);
  const column = async index => (await rowsOf(all(page))).map(row => Number(row[index]));
  await page.getByRole('button', { name: 'In vain' }).focus();
  await page.keyboard.press('Enter');
  const sorted = await column(4);
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
  assert.equal(await page.getByRole('columnheader', { name: 'In vain' }).getAttribute('aria-sort'), 'descending');
  assert.match(page.url(), /sort=-in_vain/);
  await page.keyboard.press('Enter');
  assert.deepEqual(await column(4), [...sorted].reverse());
  await page.getByLabel('Search').fill('ma');
  assert.deepEqual((await rowsOf(all(page))).map(row => row[0]), ['map']);
  await page.reload();
  await settled(page);
  assert.deepEqual((await rowsOf(all(page))).map(row => row[0]), ['map']);
  await page.getByRole('link', { name: 'map' }).click();
  await page.getByRole('heading', { name: 'Where do fingers land?' }).waitFor();
  assert.deepEqual(await page.evaluate(() => [document.activeElement?.id, scrollY]), ['heading', 0]);
  await page.goBack();
  await settled(page);
  assert.equal(await page.getByLabel('Search').inputValue(), 'ma');
});

scenario('thousands of screens are shown 200 at a time', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const start = Date.now() - DAY;
  const items = Array.from({ length: 50 }, (_, person) => visit(token(person), start, {
    steps: Array.from({ length: 100 }, (_, step) => [step, 'click', { screen: `screen ${String(person * 100 + step).padStart(4, '0')}` }]),
    reason: 'idle',
  })).flat();
  await post(server.origin, key, items);
  const page = await openDash(scene, server, '?page=screens&sort=screen');
  await settled(page);
  assert.equal((await rowsOf(all(page))).length, 200);
  await page.getByText('1 to 200 of 5,000').waitFor();
  await page.getByRole('button', { name: 'Next 200' }).click();
  await page.getByText('201 to 400 of 5,000').waitFor();
  assert.equal((await rowsOf(all(page)))[0][0], 'screen 0200');
  await page.reload();
  await page.getByText('201 to 400 of 5,000').waitFor();
  await page.getByLabel('Search').fill('4999');
  assert.deepEqual((await rowsOf(all(page))).map(row => row[0]), ['screen 4999']);
});

scenario('a heatmap lies right over the picture at any size', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const click = (x, y, vain) => [{ screen: 'hall', clickX: x, clickY: y, viewWidth: 800, viewHeight: 400 }, vain];
  const points = [click(0, 0, true), click(799, 399, true), click(400, 200, true), click(401, 201, true)];
  await post(server.origin, key, visit(token(1), Date.now() - DAY, {
    steps: points.map(([data], index) => [index * 10, 'click', data]), reason: 'idle',
  }));
  const page = await openDash(scene, server, '?page=screens&screen=hall', {
    answers: {
      screens: { screens: ['hall'] },
      hall: route => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }),
    },
  });
  await settled(page);
  const cells = await reportOf(page, 'heatmap');
  assert.equal(cells.reduce((sum, cell) => sum + cell.clicks, 0), 4);
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(viewport);
    const surface = await page.locator('.surface').boundingBox();
    assert.ok(Math.abs(surface.width / surface.height - 2) < 0.02, 'the shape of the screen');
    for (const [x, y] of [[0, 0], [799, 399], [400, 200]]) {
      const at = { x: surface.x + ((x + 0.5) / 800) * surface.width, y: surface.y + ((y + 0.5) / 400) * surface.height };
      await page.evaluate(top => scrollBy(0, top - 300), at.y);
      const box = await page.locator('.surface').boundingBox();
      const hit = await page.evaluate(([left, top]) => document.elementFromPoint(left, top)?.closest('.cell')?.getAttribute('aria-label') ?? null,
        [at.x, at.y - surface.y + box.y]);
      assert.match(hit ?? 'no cell', x === 400 ? /^2 touches in 1 visit/ : /^1 touch in 1 visit/, `at ${x}, ${y}`);
      await page.evaluate(() => scrollTo(0, 0));
    }
  }
  assert.equal(await page.locator('.surface .ring').count(), 3);
  await assertAccessible(page);
  const hottest = () => page.locator('.surface .step-7').evaluate(cell => getComputedStyle(cell, '::before').backgroundColor);
  const inLight = await page.emulateMedia({ colorScheme: 'light' }).then(hottest);
  assert.equal(await page.emulateMedia({ colorScheme: 'dark' }).then(hottest), inLight, 'the picture is the same in the dark');
});

scenario('without a picture, the page itself lies under the heatmap, as on the kiosk, and records nothing', async scene => {
  const kiosk = html(tag('/microticks.js'), `<style>body { margin: 0 }</style>${BUTTON}`);
  const server = await scene.server({ 'hall.html': kiosk, 'other.html': '<p>Without the client</p>' });
  const key = await server.addConsumer();
  await post(server.origin, key, ['/hall.html#map', '/other.html', '/gone.html', '//elsewhere.example/', '/snapshot'].flatMap((screen, person) =>
    visit(token(person), Date.now() - DAY, {
      steps: [[0, 'click', { screen, clickX: 5, clickY: 5, viewWidth: 1200, viewHeight: 900 }]], reason: 'idle',
    })));
  const device = { consumer_id: 1, name: 'table', last_alive: '2026-01-01T00:00:00Z', width: 1200, height: 900 };
  const open = (screen, asked = []) => openDash(scene, server, `?page=screens&screen=${encodeURIComponent(screen)}`, {
    answers: { devices: { devices: [device] } },
    prepare: opened => opened.on('request', request => asked.push(`${request.method()} ${new URL(request.url()).pathname}`)),
    // A page that is not there is logged by the browser.
    tolerate: /404/,
  });
  const page = await open('/hall.html#map');
  await settled(page);
  await page.getByText('on a screen of 1,200 × 900 pixels').waitFor();
  const frame = await eventually('the page', () => page.frames().find(each => each.url().endsWith('/hall.html#map')));
  await frame.waitForFunction('window.microticks');
  await frame.evaluate('microticks.startSession(), microticks.trackEvent("touch"), microticks.flush()');
  await frame.evaluate(async address => {
    const service = new MicroticksService(address, 'key');
    service.trackEvent('touch');
    return microticks.flush();
  }, server.origin);
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(viewport);
    const surface = await page.locator('.surface').boundingBox();
    await eventually('the page to fit', async () => {
      const shown = await page.locator('.surface iframe').boundingBox();
      return Object.keys(surface).every(side => Math.abs(shown[side] - surface[side]) < 1.5);
    });
    assert.deepEqual(await frame.evaluate('[innerWidth, innerHeight]'), [1200, 900]);
  }
  await assertAccessible(page);
  for (const screen of ['/other.html', '/gone.html', '//elsewhere.example/', '/snapshot']) {
    const asked = [];
    const plain = await open(screen, asked);
    await settled(plain);
    // A screen may be called like something that is no page, and is costly to make.
    assert.ok(!asked.includes('GET /snapshot'), asked.join());
    assert.equal(await plain.locator('.surface .cell').count(), 1);
    assert.equal(await plain.locator('.surface iframe').count(), 0, screen);
  }
  assert.equal((await server.events('touch')).length, 0);
  assert.equal((await server.sessions()).length, 5);
});

scenario('the shape of a screen is that of a device of the chosen app, and never absurd', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, visit(token(1), Date.now() - DAY, {
    steps: [[0, 'click', { screen: 'hall', clickX: 5, clickY: 5, viewWidth: 1200, viewHeight: 900 }]], reason: 'idle',
  }));
  const device = (consumer_id, width, height) => ({ consumer_id, name: `table-${consumer_id}`, last_alive: '2026-01-01T00:00:00Z', width, height });
  const ratio = async (query, devices) => {
    const page = await openDash(scene, server, `?page=screens&screen=hall${query}`, { answers: { devices: { devices } } });
    await settled(page);
    const { width, height } = await page.locator('.surface').boundingBox();
    return (width / height).toFixed(2);
  };
  const [portrait, wide] = [device(2, 1080, 1920), device(1, 1600, 800)];
  assert.equal(await ratio('', [portrait, wide]), '0.56');
  assert.equal(await ratio('&consumer=1', [portrait, wide]), '2.00');
  assert.equal(await ratio('&device=table-1', [portrait, wide]), '2.00');
  assert.equal(await ratio('', [device(1, 9e15, 1)]), '6.00');
});

scenario('a screen that is called like a stream is read no further', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, visit(token(1), Date.now() - DAY, {
    steps: ['/live', '//'].map((screen, index) => [index, 'click', { screen, clickX: 5, clickY: 5, viewWidth: 10, viewHeight: 10 }]), reason: 'idle',
  }));
  const page = await openDash(scene, server, '?page=screens', { answers: { live: null } });
  await settled(page);
  const over = page.waitForEvent('requestfailed', request => new URL(request.url()).pathname === '/live');
  await page.getByRole('link', { name: '/live' }).click();
  await page.locator('.surface .cell').waitFor();
  await over;
  await page.goto(`${server.origin}/dash?page=screens&screen=%2F%2F`);
  await page.locator('.surface .cell').waitFor();
});

scenario('without a visit the screens say what to do, and an error offers to try again', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const empty = await openDash(scene, server, '?page=screens&range=all');
  await empty.getByText('microticks --add-consumer MyApp').waitFor();
  await assertAccessible(empty);
  await post(server.origin, key, visit(token(1), Date.now() - DAY, {
    steps: [[0, 'click', { screen: 'hall', clickX: 5, clickY: 5, viewWidth: 1200, viewHeight: 900 }]], reason: 'idle',
  }));
  for (const [query, report, question, then] of [
    ['', 'screens', 'Which screens are used, and how?', '1 row'],
    ['&screen=hall', 'heatmap', 'Where do fingers land?', '1 touch with a place'],
  ]) {
    let broken = true;
    const page = await openDash(scene, server, `?page=screens${query}`, {
      tolerate: /status of 500/,
      answers: { [`reports/${report}`]: route => (broken ? fulfill(route, { status: 500, error: 'out of order', code: 'internal' }) : route.continue()) },
    });
    await settled(page);
    const panel = panelOf(page, question);
    await panel.getByText('It says: “out of order”').waitFor();
    await assertAccessible(page);
    broken = false;
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByText(then).first().waitFor();
  }
});

scenario('a heatmap counts touches or visits, and the address says which', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const hammer = (person, times) => visit(token(person), Date.now() - DAY, {
    steps: Array.from({ length: times }, (_, index) => [index * 5, 'click', { screen: 'hall', clickX: person * 300, clickY: 500, viewWidth: 1920, viewHeight: 1080 }]),
    reason: 'idle',
  });
  await post(server.origin, key, [...hammer(1, 20), ...hammer(2, 2), ...hammer(3, 1)]);
  const page = await openDash(scene, server, '?page=screens&screen=hall');
  await settled(page);
  const steps = () => page.locator('.surface .cell').evaluateAll(cells => cells.map(cell => /step-(\d)/.exec(cell.className)[1]));
  assert.deepEqual(await steps(), ['7', '1', '1']);
  await page.getByLabel('Visits', { exact: true }).check();
  assert.deepEqual(await steps(), ['7', '7', '7']);
  assert.match(page.url(), /by=visits/);
  await page.goBack();
  await settled(page);
  assert.deepEqual(await steps(), ['7', '1', '1']);
});

scenario('where people came from and went to is what the reports say', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=screens&screen=map');
  await settled(page);
  const transitions = await reportOf(page, 'transitions');
  const panel = panelOf(page, 'Where do people come from, and where do they go?');
  await panel.getByText('As a table').click();
  const count = side => rows => rows.filter(([name]) => !name.startsWith('(')).map(([name, times]) => [name, Number(times)]);
  const shareOf = async (table, outside) => {
    const rows = (await rowsOf(table)).map(([name, times]) => [name, Number(times.replace(',', ''))]);
    const share = Math.round((rows[0][1] / rows.reduce((sum, [, times]) => sum + times, 0)) * 100);
    return rows[0][0].startsWith('(') ? `${share} % of its views ${outside}` : `${share} % of its views LEADS ${rows[0][0]}`;
  };
  const said = [await shareOf(panel.locator('.tabular').first(), 'begin a visit'), await shareOf(panel.locator('.tabular').last(), 'end a visit')];
  assert.equal((await panel.locator('.answer').textContent()).replace(/\u00a0/g, ' '),
    `${said[0].replace('LEADS', 'come from')}. ${said[1].replace('LEADS', 'lead on to')}.`);
  const from = count()(await rowsOf(panel.locator('.tabular').first()));
  const to = count()(await rowsOf(panel.locator('.tabular').last()));
  assert.deepEqual(from, transitions.filter(row => row.to_screen === 'map').map(row => [row.from_screen, row.count]));
  assert.deepEqual(to, transitions.filter(row => row.from_screen === 'map').map(row => [row.to_screen, row.count]));
  await assertAccessible(page);
  await page.locator('.flow a').first().click();
  await eventually('another screen', () => /screen=(?!map)/.test(page.url()));
});

scenario('what is touched on a screen is what the report says', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=screens&screen=map');
  await settled(page);
  const targets = (await reportOf(page, 'targets')).filter(row => row.screen === 'map');
  assert.ok(targets.length > 1);
  const panel = panelOf(page, 'What do they touch here?');
  await panel.getByText('As a table').click();
  assert.deepEqual(await rowsOf(panel.locator('table')), targets.map(row => [row.target, row.touches, row.sessions].map(String)));
  assert.equal((await panel.locator('.answer').textContent()).replace(/\u00a0/g, ' '),
    `Most of all ${targets[0].target}: ${targets[0].touches} touches.`);
});

scenario('a screen that nobody knows is said to be one', async scene => {
  const { server } = await seeded(scene, { days: 2 });
  const page = await openDash(scene, server, `?page=screens&screen=${encodeURIComponent('<b>no such</b>')}`);
  await settled(page);
  await page.getByRole('heading', { name: '<b>no such</b>' }).waitFor();
  assert.ok(await page.getByText('Nothing in this period.').count() >= 3);
});

scenario('hostile names and places break neither the table nor the heatmap', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם مرحبا', '../../etc/passwd?#%00'];
  await post(server.origin, key, names.flatMap((screen, index) => visit(token(index), Date.now() - DAY, {
    steps: [
      [0, 'click', { screen, target: screen, clickX: -1e9, clickY: 1e300, viewWidth: 10, viewHeight: 10 }],
      [5, 'click', { screen, target: screen, clickX: 5, clickY: 5, viewWidth: 1e-300, viewHeight: 1e300 }],
    ],
    reason: 'idle',
  })));
  for (const width of [1280, 390]) {
    for (const screen of ['', ...names]) {
      if (screen.length > 1000) continue;
      const page = await openDash(scene, server, `?page=screens&screen=${encodeURIComponent(screen)}`, { viewport: { width, height: 800 } });
      await settled(page);
      assert.equal(await page.locator('main script').count(), 0);
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(scroll <= 0, `${scroll} px too wide at ${width}`);
      if (screen) {
        const surface = await page.locator('.surface').boundingBox();
        for (const cell of await page.locator('.surface .cell').all()) {
          const box = await cell.boundingBox();
          assert.ok(box.x >= surface.x - 1 && box.x + box.width <= surface.x + surface.width + 1);
        }
      }
    }
  }
});
