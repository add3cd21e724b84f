/** The real server as tests see it: a process on a port and a database file of its own. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { eventually } from './eventually.mjs';

const MICROTICKS = executable(process.env.MICROTICKS_BIN, 'the microticks binary (set MICROTICKS_BIN)');

/** What reading asks for where the server is behind a proxy. */
const READING_KEY = 'reading';

/** So many rows are read at a time. */
const PAGE_ROWS = 10_000;

/** The absolute path of a program. Without it nothing is tested, and that must never look like success. */
export function executable(file = '', what) {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new Error(`The browser tests need ${what}; "${file}" is no executable file.`);
  }
  return path.resolve(file);
}

/** The real binary on a database file of its own. */
export class Server {
  #folder;
  #www;
  #behindProxy;
  #process = null;
  #port = 0;

  /** With `behindProxy` it trusts a proxy on this computer, and reading needs a key. */
  constructor(folder, www, { behindProxy = false } = {}) {
    this.#folder = folder;
    this.#www = www;
    this.#behindProxy = behindProxy;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The address of the client. */
  get script() {
    return `${this.origin}/microticks.js`;
  }

  get #db() {
    return path.join(this.#folder, 'microticks.db');
  }

  /** Starts it, a second time on the same port and file. */
  async start() {
    const flags = ['--bind', `127.0.0.1:${this.#port}`, '--db', this.#db, ...(this.#www ? ['--www', this.#www] : [])];
    if (this.#behindProxy) {
      flags.push('--trusted-proxy', '127.0.0.1', '--key', READING_KEY);
    }
    this.#process = spawn(MICROTICKS, flags, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, HOME: this.#folder },
    });
    const lines = readline.createInterface({ input: this.#process.stdout });
    const first = await Promise.race([
      once(lines, 'line').then(([line]) => line),
      once(this.#process, 'exit').then(([code]) => `exit ${code}`),
    ]);
    const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(first) || assert.fail(`it began with: ${first}`);
    this.#port = Number(port);
  }

  async #end(signal) {
    const running = this.#process;
    this.#process = null;
    if (running) {
      running.kill(signal);
      return (await once(running, 'exit'))[0];
    }
    return 0;
  }

  /** Asks it to end, which it must do well. */
  async stop() {
    assert.equal(await this.#end('SIGTERM'), 0, 'the exit code after SIGTERM');
  }

  /** Ends it as a power cut does. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Adds a consumer while it runs, and returns the key. */
  async addConsumer(name = 'MyApp') {
    const { stdout } = await promisify(execFile)(MICROTICKS, ['--db', this.#db, '--add-consumer', name]);
    return /^Consumer key: ([0-9a-f]{32})$/m.exec(stdout)[1];
  }

  /** All rows of a list. */
  async read(list) {
    const rows = [];
    for (;;) {
      const query = `limit=${PAGE_ROWS}&offset=${rows.length}&key=${READING_KEY}`;
      const response = await fetch(`${this.origin}/${list}?${query}`);
      assert.equal(response.status, 200);
      const page = (await response.json())[list];
      rows.push(...page);
      if (page.length < PAGE_ROWS) {
        return rows;
      }
    }
  }

  /**
   * The rows of `GET /events`, in the order in which they were stored; only those of an action if one is named. A machine
   * that is held up makes a click a long press, which only `read` tells apart.
   */
  async events(action) {
    const events = await this.read('events');
    return events.map(event => (event.action === 'longpress' ? { ...event, action: 'click' } : event))
      .filter(event => !action || event.action === action);
  }

  /** The rows of `GET /sessions`. */
  async sessions() {
    return this.read('sessions');
  }

  /** Waits for so many events, no more and no fewer. */
  async awaitEvents(count, action) {
    let seen = [];
    return eventually(`${count} events${action ? ` ${action}` : ''}`, async () => {
      seen = await this.events(action);
      assert.equal(seen.length, count);
      return seen;
    });
  }
}
