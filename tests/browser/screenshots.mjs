/**
 * The pictures of the README, taken of `microticks --demo`: run by `scripts/screenshots`.
 *
 * Environment: MICROTICKS_BIN, CHROMIUM. Argument: the folder that they go to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { chromium } from 'playwright-core';
import { settled } from './dash.mjs';
import { executable } from './server.mjs';

const SIZE = { width: 1280, height: 1440 };
/** Name, address, and the panel that is wanted alone. */
const SHOTS = [
  ['overview', 'dash?range=30&tz=Europe/Oslo'],
  ['heatmap', 'dash?page=screens&screen=boats&range=90&tz=Europe/Oslo', 'Where do fingers land?'],
];
const MARGIN = 24;

const server = spawn(executable(process.env.MICROTICKS_BIN, 'the microticks binary'), ['--demo', '--bind', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [line] = await once(readline.createInterface({ input: server.stdout }), 'line');
const origin = line.replace('listening on ', '');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, chromiumSandbox: process.getuid() !== 0 });
const page = await browser.newPage({ viewport: SIZE, locale: 'en-GB', colorScheme: 'light' });
for (const [name, address, panel] of SHOTS) {
  await page.goto(`${origin}/${address}`);
  await settled(page);
  const box = panel && await page.locator('.panel', { hasText: panel }).boundingBox();
  const clip = box && {
    x: box.x - MARGIN, y: box.y - MARGIN, width: box.width + 2 * MARGIN, height: box.height + 2 * MARGIN,
  };
  await page.screenshot({ path: path.join(process.argv[2], `${name}.png`), clip: clip || undefined, fullPage: Boolean(clip) });
}
await browser.close();
server.kill('SIGTERM');
