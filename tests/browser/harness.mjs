/**
 * The stage of the browser tests: the real server on a port of its own, other web servers and proxies beside it, and
 * pages in headless Chromium that must stay quiet.
 *
 * A test gets a `Scene`. What a scene started, it stops; a server that does not end well fails the test, and so does
 * a page that logged an error, broke its Content-Security-Policy or asked a host that is not in the scene.
 *
 * Environment: MICROTICKS_BIN (the server to test), CHROMIUM (default /usr/bin/chromium).
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { chromium } from 'playwright-core';
import { PATIENCE_MS } from './eventually.mjs';
import { html, tag } from './markup.mjs';
import { Profile } from './profile.mjs';
import { Server, executable } from './server.mjs';

export { eventually } from './eventually.mjs';
export * from './markup.mjs';

const CHROMIUM = executable(process.env.CHROMIUM || '/usr/bin/chromium', 'Chromium (set CHROMIUM)');

/** The answer of a proxy that never comes, and that of a network that is cut. */
export const SILENCE = Symbol('silence');
export const CUT = Symbol('cut');

let launched = null;

function browser() {
  launched = launched || chromium.launch({
    executablePath: CHROMIUM,
    chromiumSandbox: process.getuid() !== 0,
    args: [
      '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP kiosk.test 127.0.0.1',
    ],
  });
  return launched;
}

/** For `page()`: time passes in the page only as the test says, however slow the machine is. */
export const TURNED = { prepare: turned };

export async function turned(page) {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 10_000);
}

/**
 * Turns a page's clock on, through all that is due meanwhile, and waits for the storage: with two turns in a row it would
 * seem not to have answered for as long.
 */
export async function turn(page, ms) {
  await page.clock.runFor(ms);
  await page.evaluate(() => new Promise(done => {
    indexedDB.open('microticks').onsuccess = ({ target: { result: db } }) => {
      const { objectStoreNames: names } = db;
      if (!names.contains('items')) {
        done(db.close());
        return;
      }
      db.transaction('items').objectStore('items').count().onsuccess = () => done(db.close());
    };
  }));
}

/** The same as a machine that slept: what was due meanwhile happens once, now. */
export async function sleep(page, ms) {
  await page.clock.fastForward(ms);
  await page.evaluate('microticks.flush()');
}

/**
 * The items that a page sends from now on, again where it tries again. Their times are the page's own, where those that
 * are stored depend on how long each request takes.
 */
export function posted(page) {
  const items = [];
  page.on('request', request => request.method() === 'POST' && items.push(...request.postDataJSON().items));
  return items;
}

/** How many milliseconds after its first event the session stopped. */
export function stoppedAfter(items) {
  const [touch, stop] = ['event', 'stop'].map(type => items.find(item => item.type === type));
  return Date.parse(stop.ts) - Date.parse(touch.ts);
}

after(async () => launched && (await launched).close());

/** A test with a scene of its own. */
export function scenario(name, play) {
  test(name, async t => {
    const scene = new Scene(t);
    try {
      await play(scene);
      scene.assertQuiet();
    } finally {
      await scene.close();
    }
  });
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

class Scene {
  #test;
  #closers = [];
  #origins = new Set();
  #pages = [];

  constructor(t) {
    this.#test = t;
  }

  /** A folder with files, gone after the test. */
  folder(files = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), 'microticks-browser-'));
    this.#closers.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    }
    return folder;
  }

  /** The real server on a new file, serving `www` too. `options` are those of `Server`. */
  async server(www, options) {
    const server = new Server(this.folder(), www && this.folder(www), options);
    this.#closers.push(() => server.stop());
    await server.start();
    this.#origins.add(server.origin);
    return server;
  }

  /**
   * The usual kiosk: a server with one page of its own, which holds the client and `body`, and that page opened.
   * `attributes` are those of the script tag, all else is for `page()`.
   */
  async kiosk(body, { attributes, ...options } = {}) {
    const server = await this.server({ 'index.html': html(tag('/microticks.js', attributes), body) });
    await server.addConsumer();
    return { server, page: await this.page(server.origin, options) };
  }

  /** A web server that is not ours, on another origin: its host name is `localhost`. */
  async site(files) {
    return this.#host('localhost', (request, response) => {
      const content = files[new URL(request.url, 'http://site').pathname];
      const type = request.url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
      response.writeHead(content === undefined ? 404 : 200, { 'Content-Type': type });
      response.end(content);
    });
  }

  /** A browser with a profile of its own, which can be killed and started again. */
  async profile() {
    const profile = new Profile(CHROMIUM, this.folder());
    this.#closers.push(() => profile.kill());
    this.#pages.push(profile);
    await profile.start();
    return profile;
  }

  /**
   * A reverse proxy before `server` that strips `prefix`. Where `answer(request)` gives `{status, type, body}`, that
   * is the reply; for `SILENCE` there is none, for `CUT` the connection breaks. It may take its time.
   */
  async proxy(server, { prefix = '', answer = () => null } = {}) {
    return this.#host('127.0.0.1', async (request, response) => {
      const own = await answer(request);
      if (own === SILENCE) {
        return;
      }
      if (own === CUT) {
        response.destroy();
        return;
      }
      if (own) {
        response.writeHead(own.status, { 'Content-Type': own.type, 'Access-Control-Allow-Origin': '*' });
        response.end(own.body);
        return;
      }
      const { method, headers } = request;
      const upstream = http.request(server.origin + request.url.slice(prefix.length), { method, headers }, reply => {
        response.writeHead(reply.statusCode, reply.headers);
        reply.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      request.pipe(upstream);
    });
  }

  async #host(name, handler) {
    const server = http.createServer(handler);
    const port = await listen(server);
    this.#closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const origin = `http://${name}:${port}`;
    this.#origins.add(origin);
    return origin;
  }

  /** Something else to do at the end of the scene. */
  onClose(close) {
    this.#closers.push(close);
  }

  /** Another origin that pages of this scene may ask. */
  allow(origin) {
    this.#origins.add(origin);
  }

  /**
   * Opens a page. `tolerate` matches the console errors that belong to the test: browsers log every failed request.
   * `prepare(page)` runs before the page loads.
   */
  async page(url, { tolerate = /^$/, prepare = () => {}, ...options } = {}) {
    const context = await (await browser()).newContext(options);
    this.#closers.push(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.said = [];
    page.faults = [];
    page.on('pageerror', error => page.faults.push(`uncaught: ${error}`));
    page.on('console', message => {
      if (message.text().startsWith('[Microticks]')) {
        page.said.push(message.text());
      } else if (message.type() === 'error' && !tolerate.test(message.text())) {
        page.faults.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('request', request => {
      const { protocol, origin } = new URL(request.url());
      if (/^(http|ws)/.test(protocol) && !this.#origins.has(origin)) {
        page.faults.push(`foreign request: ${request.url()}`);
      }
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', event => {
        console.error(`policy ${event.violatedDirective} refuses ${event.blockedURI}`);
      });
    });
    this.#pages.push(page);
    await prepare(page);
    await page.goto(url);
    return page;
  }

  assertQuiet() {
    assert.deepEqual(this.#pages.flatMap(page => page.faults), []);
  }

  async close() {
    for (const close of this.#closers.reverse()) {
      await close();
    }
  }

  log(text) {
    this.#test.diagnostic(text);
  }
}
