/** The page of films and languages. */
import assert from 'node:assert/strict';
import { assertAccessible, fulfill, openDash, panelOf, reportOf, rowsOf, settled } from './dash.mjs';
import { scenario } from './harness.mjs';
import { post, token, visit } from './seed.mjs';

const DAY = 24 * 60 * 60 * 1000;
const FILMS = 'Which films are played, and watched to the end?';
const LANGUAGES = 'Which languages do people use?';

/** A visit that plays a film in a language, for so many seconds. */
function watched(person, film, lang, seconds, end) {
  const media = (state, position_s) => ({ target: film, state, position_s, duration_s: 60 });
  return visit(token(person), Date.now() - DAY, {
    steps: [
      [0, 'click', { screen: 'film', target: 'play', ...(lang ? { lang } : {}) }],
      [1, 'media', media('play', 0)],
      [1 + seconds, 'media', media(end, seconds)],
    ],
    reason: 'idle',
  });
}

scenario('films and languages are what the reports say', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, [
    ...watched(1, 'whales', 'en', 60, 'ended'), ...watched(2, 'whales', 'nb', 20, 'pause'), ...watched(3, 'whales', 'en', 60, 'ended'),
    ...watched(4, 'ships', 'de-CH', 60, 'ended'), ...watched(5, 'ships', null, 10, 'pause'),
  ]);
  const page = await openDash(scene, server, '?page=media');
  await settled(page);
  const media = await reportOf(page, 'media');
  const films = panelOf(page, FILMS);
  assert.match(await films.locator('.answer').textContent(), /^whales is played most, with 3 plays\. whales is watched to the end most often: 67\s% of its plays\.$/);
  await films.getByText('As a table').click();
  assert.deepEqual((await rowsOf(films.locator('table'))).map(row => row.slice(0, 4)),
    media.map(row => [row.target, row.plays, row.completions, row.sessions].map(String)));
  const languages = await reportOf(page, 'languages');
  const tongues = panelOf(page, LANGUAGES);
  await tongues.getByText('As a table').click();
  const rows = await rowsOf(tongues.locator('table'));
  assert.deepEqual(rows.map(row => row.slice(1).map(Number)), languages.map(row => [row.sessions, row.touches]));
  assert.deepEqual(rows.map(row => row[0]).sort(), ['(not said by the page)', 'English (en)', 'Norwegian Bokmål (nb)', 'Swiss High German (de-CH)']);
  await assertAccessible(page);
});

scenario('one lucky play is not what happens most often, and few visits are said to be few', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const many = (count, first, film, end) => Array.from({ length: count }, (_, index) => watched(first + index, film, 'en', 20, end)).flat();
  await post(server.origin, key, [...many(1, 1, 'lucky', 'ended'), ...many(4, 10, 'whales', 'ended'), ...many(2, 20, 'whales', 'pause')]);
  const page = await openDash(scene, server, '?page=media');
  await settled(page);
  assert.match(await panelOf(page, FILMS).locator('.answer').textContent(), /whales is watched to the end most often: 67\s% of its plays\.$/);
  for (const question of [FILMS, LANGUAGES]) await panelOf(page, question).getByText('Fewer than 20 visits').waitFor();
  await post(server.origin, key, many(13, 30, 'whales', 'ended'));
  await page.reload();
  await settled(page);
  assert.equal(await page.getByText('Fewer than 20 visits').count(), 0);
});

scenario('without a film or a language it says how to have them', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  await post(server.origin, key, visit(token(1), Date.now() - DAY, { steps: [[0, 'click', { screen: 'a' }]], reason: 'idle' }));
  const page = await openDash(scene, server, '?page=media');
  await settled(page);
  await page.getByText('<video data-mt="whales"').waitFor();
  await page.getByText('<html lang="en">').waitFor();
  assert.equal(await page.locator('main video').count(), 0);
  await assertAccessible(page);
});

scenario('an error of one panel leaves the other, and hostile names stay text', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const names = ['<script>alert(1)</script>', 'x'.repeat(10_000), '\u202eשלום עולם', 'en_US.UTF-8; DROP'];
  await post(server.origin, key, names.flatMap((name, index) => watched(index, name, name, 5, 'pause')));
  for (const width of [1280, 390]) {
    let broken = true;
    const page = await openDash(scene, server, '?page=media', {
      viewport: { width, height: 800 },
      tolerate: /status of 500/,
      answers: { 'reports/languages': route => (broken ? fulfill(route, { status: 500, error: 'no', code: 'internal' }) : route.continue()) },
    });
    await settled(page);
    await panelOf(page, LANGUAGES).getByText('Collecting goes on').waitFor();
    await panelOf(page, FILMS).getByText('<script>alert(1)</script>').first().waitFor();
    broken = false;
    await panelOf(page, LANGUAGES).getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    await panelOf(page, LANGUAGES).getByText('<script>alert(1)</script>').first().waitFor();
    assert.equal(await page.locator('main script').count(), 0);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0);
  }
});
