// @ts-check
/*
 * The devices, each with its last sign of life; signs that come while the page is open show at once.
 *
 * Loaded by the set-up page.
 */

import { Devices } from './devices.js';
import { h, nameOf } from './dom.js';
import { ago, count, parseTime, utc } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { SHAPES } from './pulse.js';
import { table } from './table.js';

/** More devices than these can be searched. */
const AT_A_GLANCE = 20;

/**
 * @typedef {object} DeviceList
 * @property {Promise<void>} shown Resolves when it shows something.
 * @property {(sign: import('./live.js').Sign) => void} see Told each sign of life.
 * @property {(tick: {time: string}) => void} hear Told the server's clock, every few seconds.
 * @property {() => Promise<void>} begin Told that the news begin.
 * @property {() => void} pause Told that they have broken off.
 */

/**
 * @param {HTMLElement} place
 * @param {import('./state.js').State} state
 * @param {() => Promise<Map<number, string>>} readApps Their names, by their ids.
 * @param {() => (string|Node)[]} nothing What to do where there is no device.
 * @param {AbortSignal} signal
 * @returns {DeviceList}
 */
export function deviceList(place, state, readApps, nothing, signal) {
  const devices = new Devices(state, signal);
  /** @type {Map<string, {alive: HTMLElement, queued: HTMLElement, dropped: HTMLElement}>} The cells that change. */
  const cells = new Map();
  const sentence = h('span');
  let isShowing = false;
  return {
    shown: show(),
    see(sign) {
      devices.see(sign);
      update();
    },
    hear({ time }) {
      devices.hear(time);
      write();
    },
    async begin() {
      await devices.begin();
      update();
    },
    pause: () => devices.pause(),
  };

  async function show() {
    isShowing = true;
    place.replaceChildren();
    await panel(place, {
      question: say('devices.question'),
      height: 260,
      load: async () => {
        const [apps] = await Promise.all([readApps(), devices.read()]);
        return apps;
      },
      view: (apps) => (devices.known.size === 0 ? null : { answer: [sentence], chart: listOf(apps) }),
      nothing,
    }, signal);
    isShowing = false;
  }

  /** A device that is new needs a row. */
  function update() {
    if (isShowing) return;
    if ([...devices.known.keys()].every((key) => cells.has(key))) write();
    else show();
  }

  /**
   * @param {Map<number, string>} apps
   */
  function listOf(apps) {
    cells.clear();
    const rows = [...devices.known].map(([key, device]) => {
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
    let alive = 0;
    for (const [key, device] of devices.known) {
      const pulse = devices.pulse(device);
      if (pulse === 'alive') alive += 1;
      const cell = cells.get(key);
      if (!cell) continue;
      const { last_alive: last, queued, dropped } = device;
      cell.alive.className = `device ${pulse}`;
      cell.alive.title = utc(last);
      cell.alive.replaceChildren(h('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[pulse]),
        h('span', {}, `${say(`pulse.${pulse}`)}, ${ago(parseTime(last) ?? 0, devices.now())}`));
      cell.queued.textContent = queued === null ? '–' : count(queued);
      cell.dropped.textContent = dropped === null ? '–' : count(dropped);
    }
    const { size } = devices.known;
    sentence.replaceChildren(...phrase('devices.answer', { n: h('b', {}, count(alive)), all: say('devices', { n: count(size) }, size) }));
  }
}
