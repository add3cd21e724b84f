/** The dashboard in a browser: opened on a seeded server, with the answers of some routes given by the test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** What a test gives where it does not care: nothing is known of devices, pictures and keys. */
const QUIET = {
  consumers: { consumers: [] },
  devices: { now: new Date().toISOString(), devices: [], names: [] },
  screens: { screens: [] },
  login: { key_is_set: false, logged_in: true },
  live: route => route.fulfill({ contentType: 'text/event-stream', body: event('now', { visits: [] }) }),
};

/** A message of `/live`. */
export function event(name, data) {
  return `event: ${name}\ndata: ${JSON.stringify({ time: new Date().toISOString(), ...data })}\n\n`;
}

/**
 * Opens `dash?QUERY`. `answers` are replies by route (`devices`, `reports/days`): an object is JSON with status 200, a text an
 * event stream, `{ status, ... }` an error, a function whatever it makes of the playwright route, null the server's own.
 */
export async function openDash(scene, server, query = '', { answers = {}, prepare = () => {}, ...options } = {}) {
  return scene.page(`${server.origin}/dash${query}`, {
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
    prepare: async page => {
      await prepare(page);
      await answerFor(page, { ...QUIET, ...answers });
    },
  });
}

async function answerFor(page, answers) {
  for (const [name, answer] of Object.entries(answers).filter(([, one]) => one !== null)) {
    const isReport = name.startsWith('reports/');
    await page.route(({ pathname }) => pathname.endsWith(`/${name}`) && isReport === pathname.includes('/reports/'), async route => {
      if (typeof answer === 'function') {
        await answer(route);
      } else if (typeof answer === 'string') {
        await route.fulfill({ contentType: 'text/event-stream', body: answer });
      } else {
        await fulfill(route, name === 'devices' ? { names: [], ...answer } : answer);
      }
    });
  }
}

/** Replies with JSON as the server does, its status in it. */
export function fulfill(route, { status = 200, headers = {}, ...body }) {
  return route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify({ status, ...body }) });
}

/** Waits until every panel of the page shows something. */
export async function settled(page) {
  await page.locator('.panel').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy]'));
}

/** The rows of a report as objects, asked for with the parameters that the page itself used. */
export async function reportOf(page, name) {
  const address = await page.locator(`a[href*="/reports/${name}?"]:not([download])`).first().getAttribute('href');
  const { columns, rows } = await (await fetch(address)).json();
  return rows.map(row => Object.fromEntries(row.map((value, index) => [columns[index], value])));
}

/** What stands in the rows of a table of the page, as text. A table that is unfolded takes a moment to have some. */
export async function rowsOf(table) {
  await table.locator('tbody tr').first().waitFor({ state: 'attached' });
  return table.locator('tbody tr').evaluateAll(lines =>
    lines.map(line => Array.from(line.cells, cell => cell.textContent.trim().replace(/\u00a0/g, ' '))));
}

/** The panel whose heading is this question. */
export function panelOf(page, question) {
  return page.locator('.panel').filter({ has: page.getByRole('heading', { name: question }) });
}

/** No rule of axe-core is broken on the page as it is, in the light and in the dark. */
export async function assertAccessible(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // The policy of the page forbids scripts of others, not those of the browser's own console.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`);
    assert.deepEqual(found, [], `in ${colorScheme}`);
  }
}
