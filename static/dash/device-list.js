// @ts-check
/*
 * The devices, each with its last sign of life; signs that come while the page is open show at once.
 *
 * Loaded by the set-up page.
 */

import { readDevices } from './api.js';
import { isMeant, keyOf } from './device.js';
import { h, nameOf } from './dom.js';
import { ago, count, parseTime, utc } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { pulseOf, SHAPES } from './pulse.js';
import { table } from './table.js';

/** How often the words for "how long ago" are made true again. */
const TICK_MS = 15_000;
/** More devices than these can be searched. */
const AT_A_GLANCE = 20;

/** @typedef {import('./api.js').Device} Device */

/**
 * @param {HTMLElement} place
 * @param {import('./state.js').State} state
 * @param {() => Promise<Map<number, string>>} readApps Their names, by their ids.
 * @param {() => (string|Node)[]} nothing What to do where there is no device.
 * @param {AbortSignal} signal
 * @returns {{shown: Promise<void>, see: (sign: import('./live.js').Sign) => void, setClock: (ahead: number) => void}}
 *   `see` is told each sign of life, `setClock` how far the server's clock is ahead of this one.
 */
export function deviceList(place, state, readApps, nothing, signal) {
  /** @type {Map<string, Device>} */
  const devices = new Map();
  /** @type {Set<string>} Devices with more in their queue than the last time. */
  const growing = new Set();
  /** @type {Map<string, {alive: HTMLElement, queued: HTMLElement, dropped: HTMLElement}>} The cells that change. */
  const cells = new Map();
  const sentence = h('span');
  let clockAhead = 0;
  const timer = setInterval(write, TICK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return { shown: show(), see, setClock };

  function show() {
    place.replaceChildren();
    return panel(place, {
      question: say('devices.question'),
      height: 260,
      load: async () => {
        const [all, apps] = await Promise.all([readDevices(signal), readApps()]);
        devices.clear();
        for (const device of all.filter(({ consumer_id: id, name }) => isMeant(state, id, name))) devices.set(keyOf(device.consumer_id, device.name), device);
        return apps;
      },
      view: (apps) => (devices.size === 0 ? null : { answer: [sentence], chart: listOf(apps) }),
      nothing,
    }, signal);
  }

  /**
   * @param {import('./live.js').Sign} sign
   */
  function see({ consumer_id: id, device, time, queued, dropped }) {
    const name = device ?? '';
    const key = keyOf(id, name);
    const before = devices.get(key);
    if (before) {
      growing[(queued ?? 0) > (before.queued ?? 0) ? 'add' : 'delete'](key);
      devices.set(key, { ...before, last_alive: time, queued, dropped });
      write();
    } else if (isMeant(state, id, name)) {
      show();
    }
  }

  /**
   * @param {number} ahead
   */
  function setClock(ahead) {
    clockAhead = ahead;
    write();
  }

  /**
   * @param {Map<number, string>} apps
   */
  function listOf(apps) {
    cells.clear();
    const rows = [...devices].map(([key, device]) => {
      cells.set(key, { alive: h('span', { class: 'device' }), queued: h('span'), dropped: h('span') });
      return {
        ...device,
        key,
        app: apps.get(device.consumer_id) ?? null,
        size: device.width && device.height ? `${device.width} × ${device.height}` : null,
      };
    });
    write();
    return table({
      label: say('devices.question'),
      search: rows.length > AT_A_GLANCE ? (row) => row.name : undefined,
      columns: [
        { key: 'name', label: say('column.device'), isName: true, show: ({ name }) => (name ? nameOf(name) : say('device.unnamed')) },
        { key: 'last_alive', label: say('column.alive'), isName: true, show: ({ key }) => cells.get(key)?.alive ?? null },
        { key: 'app', label: say('column.app'), isName: true },
        { key: 'queued', label: say('column.queued'), show: ({ key }) => cells.get(key)?.queued ?? null },
        { key: 'dropped', label: say('column.dropped'), show: ({ key }) => cells.get(key)?.dropped ?? null },
        { key: 'size', label: say('column.size'), isName: true },
        { key: 'version', label: say('column.version'), isName: true },
      ],
      rows,
    });
  }

  /** Makes the words true for this moment. */
  function write() {
    const now = Date.now() + clockAhead;
    let alive = 0;
    for (const [key, { last_alive: last, queued, dropped }] of devices) {
      const ms = parseTime(last) ?? 0;
      const pulse = pulseOf({ last_alive: ms, dropped, isQueueGrowing: growing.has(key) }, now);
      if (pulse === 'alive') alive += 1;
      const cell = cells.get(key);
      if (!cell) continue;
      cell.alive.className = `device ${pulse}`;
      cell.alive.title = utc(last);
      cell.alive.replaceChildren(h('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[pulse]),
        h('span', {}, `${say(`pulse.${pulse}`)}, ${ago(ms, now)}`));
      cell.queued.textContent = queued === null ? '–' : count(queued);
      cell.dropped.textContent = dropped === null ? '–' : count(dropped);
    }
    sentence.replaceChildren(...phrase('devices.answer', {
      n: h('b', {}, count(alive)), all: say('devices', { n: count(devices.size) }, devices.size),
    }));
  }
}
