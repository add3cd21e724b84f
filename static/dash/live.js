// @ts-check
/*
 * What happens at this moment, as the server tells it by `GET /live`. Rests while nobody looks, comes back by itself,
 * and never asks in a hurry.
 *
 * Loaded by pages.
 */

import { address, readDevices } from './api.js';
import { parseTime } from './format.js';
import { askForLogin } from './panel.js';

/** @typedef {{session_id: number, consumer_id: number, device: string|null, last_active: string, touches: number}} Visit */
/** @typedef {{consumer_id: number, device: string|null, time: string, queued: number|null, dropped: number|null}} Sign */

/**
 * @typedef {object} Listener
 * @property {(now: {time: string, visits: Visit[]}) => void} now All visits that are going on; again whenever some
 *   messages were missed.
 * @property {(visit: {session_id: number, consumer_id: number, device: string|null, time: string}) => void} start
 * @property {(touch: {session_id: number, consumer_id: number, device: string|null, time: string, action: string,
 *   target: string|null, screen: string|null}) => void} touch
 * @property {(visit: {session_id: number, consumer_id: number, device: string|null, time: string}) => void} stop
 * @property {(sign: Sign) => void} alive
 * @property {(tick: {time: string}) => void} tick The server's clock, every few seconds.
 * @property {() => void} interrupted Nobody listens, or the server does not tell any more; it is asked again later.
 */

/** The server tells the time every 5 s: where nothing comes for so long, the connection is broken. */
const BROKEN_MS = 20_000;
/** Where the browser gives up (an error status, say), these are the pauses before the stream is asked for again. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * How far the server's clock is ahead of this one, in milliseconds.
 *
 * @param {string} time The server's.
 * @returns {number}
 */
export function aheadOf(time) {
  const now = Date.now();
  return (parseTime(time) ?? now) - now;
}

/**
 * @param {{consumer?: string, device?: string}} filter
 * @param {Listener} listener
 * @param {AbortSignal} signal Ends it.
 */
export function listen({ consumer, device }, listener, signal) {
  /** @type {EventSource|null} */
  let source = null;
  let timer = 0;
  let watchdog = 0;
  let pause = FIRST_PAUSE_MS;

  function follow() {
    close();
    if (signal.aborted) return;
    if (document.hidden) {
      listener.interrupted();
      return;
    }
    source = new EventSource(address('live', { consumer, device }));
    for (const name of /** @type {const} */ (['now', 'start', 'touch', 'stop', 'alive', 'tick'])) {
      source.addEventListener(name, ({ data }) => {
        expectMore();
        listener[name](JSON.parse(data));
      });
    }
    expectMore();
    source.onopen = () => (pause = FIRST_PAUSE_MS);
    source.onerror = () => {
      listener.interrupted();
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(watchdog);
      // What the status was, browsers do not say here.
      readDevices(signal).catch(askForLogin);
      timer = setTimeout(follow, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    };
  }

  /** Browsers do not notice that a server is gone that could not say so. */
  function expectMore() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      listener.interrupted();
      follow();
    }, BROKEN_MS);
  }

  function close() {
    clearTimeout(timer);
    clearTimeout(watchdog);
    source?.close();
    source = null;
  }

  document.addEventListener('visibilitychange', follow, { signal });
  signal.addEventListener('abort', close);
  follow();
}
