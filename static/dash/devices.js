// @ts-check
/*
 * The devices and their last signs of life. They are read whenever the news of `live.js` begin, since signs may have
 * been missed; while there are no news, nobody grows older.
 *
 * Loaded by the live strip and the set-up page.
 */

import { readDevices, ReadError } from './api.js';
import { isMeant, keyOf } from './device.js';
import { parseTime } from './format.js';
import { aheadOf } from './live.js';
import { isFallingBehind, pulseOf } from './pulse.js';

/**
 * A device, whether more waits or is lost in it than at the sign before, and when its last touch arrived, by this
 * browser's clock.
 *
 * @typedef {import('./api.js').Device & {isBehind: boolean, touched: number}} Known
 */

/** What was asked for so long ago is still true. */
const FRESH_MS = 5_000;

export class Devices {
  /** @type {Map<string, Known>} By `keyOf`. */
  known = new Map();
  /** How far the server's clock is ahead of this one, in milliseconds. */
  #ahead = 0;
  /** When the news broke off, by the server's clock; null while they come. @type {number|null} */
  #until = 0;
  /** How often they began or broke off. */
  #turns = 0;
  /** When they were asked for last, by the page's own clock, and the answer. */
  #asked = -Infinity;
  #answer = Promise.resolve();

  /**
   * @param {{consumer: string, device: string}} filter
   * @param {AbortSignal} signal
   */
  constructor(filter, signal) {
    this.filter = filter;
    this.signal = signal;
  }

  /**
   * The server's clock, or when it was last heard of.
   *
   * @returns {number} In milliseconds since 1970.
   */
  now() {
    return this.#until ?? Date.now() + this.#ahead;
  }

  /**
   * Reads them all. Throws a `ReadError`.
   *
   * @returns {Promise<void>}
   */
  read() {
    this.#asked = performance.now();
    this.#answer = this.#read().catch((error) => {
      this.#asked = -Infinity;
      throw error;
    });
    return this.#answer;
  }

  async #read() {
    const { devices, now } = await readDevices(this.signal);
    this.hear(now);
    if (this.#until !== null) this.#until = Date.now() + this.#ahead;
    for (const device of devices.filter(({ consumer_id: consumer, name }) => isMeant(this.filter, consumer, name))) {
      const key = keyOf(device.consumer_id, device.name);
      const before = this.known.get(key);
      // A sign may have come while the answer was under way.
      if (before === undefined || before.last_alive < device.last_alive) {
        this.known.set(key, { ...device, isBehind: isFallingBehind(before, device), touched: before?.touched ?? 0 });
      }
    }
  }

  /**
   * @param {string} time What the server's clock shows now: this one may have been set since.
   */
  hear(time) {
    this.#ahead = aheadOf(time);
  }

  /** The news begin. Where the devices cannot be read, time goes on only with their signs. */
  async begin() {
    this.#turns += 1;
    const turn = this.#turns;
    try {
      await (performance.now() - this.#asked < FRESH_MS ? this.#answer : this.read());
      if (turn === this.#turns) this.#until = null;
    } catch (error) {
      if (!(error instanceof ReadError || this.signal.aborted)) throw error;
    }
  }

  /** The news have broken off. */
  pause() {
    this.#turns += 1;
    this.#until = this.now();
  }

  /**
   * @param {import('./live.js').Sign} sign
   */
  see({ consumer_id: consumer, device, time, queued, dropped }) {
    if (this.#until !== null) this.#until = Math.max(this.#until, parseTime(time) ?? 0);
    const name = device ?? '';
    if (!isMeant(this.filter, consumer, name)) return;
    const key = keyOf(consumer, name);
    const before = this.known.get(key);
    const unknown = { consumer_id: consumer, name, version: null, width: null, height: null, touched: 0 };
    this.known.set(key, {
      ...(before ?? unknown), last_alive: time, queued, dropped, isBehind: isFallingBehind(before, { queued, dropped }),
    });
  }

  /**
   * @param {Known} device
   * @returns {import('./pulse.js').Pulse}
   */
  pulse({ last_alive: last, isBehind }) {
    return pulseOf({ last_alive: parseTime(last) ?? 0, isBehind }, this.now());
  }
}
