/** A browser that can be killed: Chromium on a profile of its own, which outlives it as on a kiosk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { chromium } from 'playwright-core';

export class Profile {
  #program;
  #folder;
  #process = null;
  #browser = null;
  /** Errors that reached a page. */
  faults = [];

  constructor(program, folder) {
    this.#program = program;
    this.#folder = folder;
  }

  async start() {
    const flags = [
      '--headless', '--remote-debugging-port=0', `--user-data-dir=${this.#folder}`, '--disable-gpu', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', 'about:blank',
    ];
    this.#process = spawn(this.#program, process.getuid() === 0 ? ['--no-sandbox', ...flags] : flags, {
      stdio: ['ignore', 'ignore', 'pipe'], detached: true,
    });
    const address = /^DevTools listening on (.*)$/;
    for await (const line of readline.createInterface({ input: this.#process.stderr })) {
      if (address.test(line)) {
        this.#browser = await chromium.connectOverCDP(address.exec(line)[1]);
        break;
      }
    }
    this.#process.stderr.resume();
  }

  /** Opens a page in a tab of its own. */
  async open(url) {
    const page = await this.#browser.contexts()[0].newPage();
    page.on('pageerror', error => this.faults.push(`uncaught: ${error}`));
    await page.goto(url);
    return page;
  }

  /** Ends the browser as a power cut does. */
  async kill() {
    if (this.#process) {
      const gone = once(this.#process, 'exit');
      process.kill(-this.#process.pid, 'SIGKILL');
      await gone;
      this.#process = null;
    }
  }
}
