/** The page of the ways that people go. */
import assert from 'node:assert/strict';
import { assertAccessible, fulfill, openDash, panelOf, reportOf, rowsOf, settled } from './dash.mjs';
import { eventually, scenario } from './harness.mjs';
import { post, seeded, token, visit } from './seed.mjs';

const DAY = 24 * 60 * 60 * 1000;

const CHOICES = 'What do people open first, second and third?';
const JOURNEYS = 'Which whole journeys are commonest?';
const STEPS = 'Which steps are commonest?';
const WAYS = 'Where do people come from, and where do they go?';

async function tableOf(page, question) {
  const panel = panelOf(page, question);
  await panel.getByText('As a table').click();
  return rowsOf(panel.locator('table').first());
}

scenario('choices, journeys and steps are what the reports say', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=paths');
  await settled(page);
  const choices = await reportOf(page, 'choices');
  assert.deepEqual(await tableOf(page, CHOICES), choices.map(row => [row.nth, row.screen, row.sessions].map(String)));
  const begun = choices.filter(row => row.nth === 1).reduce((sum, row) => sum + row.sessions, 0);
  const share = Math.round((choices[0].sessions / begun) * 100);
  assert.match(await panelOf(page, CHOICES).locator('.answer').textContent(), new RegExp(`^${share}\\s% of visits begin with ${choices[0].screen}\\.`));
  // Its share is one of all visits that open a second screen, whatever was the first.
  const second = choices.filter(row => row.nth === 2);
  const then = Math.round((second[0].sessions / second.reduce((sum, row) => sum + row.sessions, 0)) * 100);
  assert.match(await panelOf(page, CHOICES).locator('.answer').textContent(),
    new RegExp(` Whatever came first, ${then}\\s% of the visits that go on open ${second[0].screen} second\\.$`));

  const journeys = await reportOf(page, 'journeys');
  const rows = await tableOf(page, JOURNEYS);
  assert.deepEqual(rows.map(row => [row[0], row[1], row[3]]),
    journeys.map(row => [row.path.join(' → '), String(row.sessions), String(row.stopped_idle)]));

  const transitions = await reportOf(page, 'transitions');
  assert.deepEqual(await tableOf(page, STEPS), transitions.map(row => [row.from_screen, row.to_screen, String(row.count)]));
  await assertAccessible(page);
});

scenario('the ways of one screen are chosen, and the address remembers which', async scene => {
  const { server } = await seeded(scene);
  const page = await openDash(scene, server, '?page=paths&screen=quiz');
  await settled(page);
  const panel = panelOf(page, WAYS);
  const select = panel.getByRole('combobox');
  assert.equal(await select.inputValue(), 'quiz');
  await select.selectOption('map');
  await settled(page);
  assert.match(page.url(), /screen=map/);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SELECT');
  const transitions = await reportOf(page, 'transitions');
  await panel.getByText('As a table').click();
  const from = (await rowsOf(panel.locator('.tabular').first())).filter(([name]) => !name.startsWith('('));
  assert.deepEqual(from, transitions.filter(row => row.to_screen === 'map').map(row => [row.from_screen, String(row.count)]));
  await page.goBack();
  await settled(page);
  assert.equal(await panelOf(page, WAYS).getByRole('combobox').inputValue(), 'quiz');
});

scenario('few visits are said to be few', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const walk = person => visit(token(person), Date.now() - DAY, { steps: ['a', 'b'].map((screen, index) => [index, 'click', { screen }]), reason: 'idle' });
  const few = async query => {
    const page = await openDash(scene, server, query);
    await settled(page);
    return page.getByText('Fewer than 20 visits').count();
  };
  await post(server.origin, key, Array.from({ length: 19 }, (_, person) => walk(person)).flat());
  assert.deepEqual([await few('?page=paths'), await few('?page=screens'), await few('')], [4, 1, 7]);
  await post(server.origin, key, walk(19));
  assert.deepEqual([await few('?page=paths'), await few('?page=screens'), await few('')], [0, 0, 0]);
});

scenario('without a visit the paths say what to do, and an error offers to try again', async scene => {
  const server = await scene.server();
  let broken = true;
  const page = await openDash(scene, server, '?page=paths&range=all', {
    tolerate: /status of 500/,
    answers: { 'reports/journeys': route => (broken ? fulfill(route, { status: 500, error: 'out of order', code: 'internal' }) : route.continue()) },
  });
  await settled(page);
  await page.getByText('microticks --add-consumer MyApp').waitFor();
  const panel = panelOf(page, JOURNEYS);
  await panel.getByText('It says: “out of order”').waitFor();
  await assertAccessible(page);
  broken = false;
  await panel.getByRole('button', { name: 'Try again' }).click();
  await panel.getByText('Nothing in this period.').waitFor();
});

scenario('thousands of screens with hostile names break no layout', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם مرحبا'];
  const many = Array.from({ length: 3000 }, (_, index) => `screen ${index}`);
  const start = Date.now() - DAY;
  const walk = (person, screens) => visit(token(person), start, {
    steps: screens.map((screen, index) => [index, 'click', { screen }]), reason: 'idle',
  });
  await post(server.origin, key, [
    ...walk(1, names), ...walk(2, names), ...Array.from({ length: 30 }, (_, part) => walk(10 + part, many.slice(part * 100, part * 100 + 100))).flat(),
  ]);
  for (const width of [1280, 390]) {
    const page = await openDash(scene, server, '?page=paths', { viewport: { width, height: 800 } });
    await settled(page);
    assert.equal(await page.locator('main script, main img').count(), 0);
    await panelOf(page, STEPS).getByText('As a table').click();
    assert.equal((await rowsOf(panelOf(page, STEPS).locator('table'))).length, 200);
    await eventually('no sideways scrolling', async () =>
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0) ?? true);
  }
});
