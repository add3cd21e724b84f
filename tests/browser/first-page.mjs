/**
 * How long the first page of the dashboard takes until all of its panels are drawn, the median of seven loads, beside an
 * empty page of the same server.
 *
 *   MICROTICKS_BIN=… node first-page.mjs FILE.db [QUERY]
 *
 * FILE.db is a file such as `cargo bench --bench reports` makes; QUERY is the dashboard's, as `range=custom&from=…&to=…`.
 */
import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { settled } from './dash.mjs';
import { Server } from './server.mjs';

const ROUNDS = 7;
const [file, query = 'range=custom&from=2021-03-15&to=2021-04-13&tz=Europe/Oslo'] = process.argv.slice(2);
const folder = mkdtempSync(path.join(path.dirname(path.resolve(file)), 'first-page-'));
linkSync(file, path.join(folder, 'microticks.db'));
const server = new Server(folder);
await server.start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', chromiumSandbox: process.getuid() !== 0 });

async function time(address, ready) {
  const took = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Nothing is in the browser's cache.
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const begin = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await ready(page);
    took.push(performance.now() - begin);
    await page.close();
  }
  return took.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

const whole = await time(`${server.origin}/dash?${query}`, settled);
const empty = await time(`${server.origin}/healthz`, page => page.waitForLoadState());
console.log(`all panels ${whole.toFixed(0)} ms; an empty page ${empty.toFixed(0)} ms`);
await browser.close();
await server.stop();
rmSync(folder, { recursive: true });
