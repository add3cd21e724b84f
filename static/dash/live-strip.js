// @ts-check
/*
 * The live strip: visits that are going on, and the last sign of life of each device. The only thing that moves.
 *
 * Loaded by the overview.
 */

import { readDevices, ReadError } from './api.js';
import { isMeant, keyOf } from './device.js';
import { h, nameOf, setStyle, shortName } from './dom.js';
import { ago, count, parseTime } from './format.js';
import { phrase, say } from './language.js';
import { aheadOf, listen } from './live.js';
import { pulseOf, SHAPES } from './pulse.js';

/** How often the words for "how long ago" are made true again. */
const TICK_MS = 5_000;
/** So many devices are shown; those that need somebody come first. */
const SHOWN = 24;
const PULSE_MS = 700;

/**
 * @typedef {object} Device
 * @property {string} name
 * @property {number} last_alive
 * @property {number|null} queued
 * @property {number|null} dropped
 * @property {boolean} isQueueGrowing
 * @property {number} touched When its last touch arrived, by this browser's clock.
 */

/**
 * @param {HTMLElement} container
 * @param {{consumer: string, device: string}} filter
 * @param {AbortSignal} signal
 * @returns {Promise<void>} Resolves when the devices are known.
 */
export async function liveStrip(container, filter, signal) {
  /** @type {Map<string, Device>} */
  const devices = new Map();
  /** @type {Map<number, import('./live.js').Visit>} */
  const visits = new Map();
  let clockAhead = 0;
  let isLive = false;

  const sentence = h('p', { class: 'answer', role: 'status' }, say('live.waiting'));
  const alarm = h('p', { class: 'answer few silent', hidden: true });
  const list = h('ul', { class: 'devices' });
  const section = h('section', { class: 'panel live' }, h('h2', {}, say('live.question')), sentence, alarm, list);
  container.append(section);
  listen(filter, {
    now({ time, visits: all }) {
      clockAhead = aheadOf(time);
      isLive = true;
      visits.clear();
      for (const visit of all) visits.set(visit.session_id, visit);
      draw();
    },
    start(visit) {
      visits.set(visit.session_id, { ...visit, touches: 0 });
      draw();
    },
    touch(touch) {
      const visit = visits.get(touch.session_id) ?? { ...touch, touches: 0 };
      visits.set(touch.session_id, { ...visit, touches: visit.touches + 1 });
      const device = devices.get(keyOf(touch.consumer_id, touch.device));
      if (device) device.touched = Date.now();
      draw();
    },
    stop({ session_id: id }) {
      visits.delete(id);
      draw();
    },
    alive(sign) {
      see({ ...sign, name: sign.device ?? '', last_alive: sign.time });
      draw();
    },
    interrupted() {
      isLive = false;
      draw();
    },
  }, signal);
  const timer = setInterval(() => !document.hidden && draw(), TICK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  await readDevices(signal).then((all) => all.forEach(see), (error) => {
    if (!(error instanceof ReadError)) throw error;
  });
  draw();

  /**
   * @param {{consumer_id: number, name: string, last_alive: string, queued: number|null, dropped: number|null}} sign
   */
  function see({ consumer_id: consumer, name, last_alive: time, queued, dropped }) {
    if (!isMeant(filter, consumer, name)) return;
    const key = keyOf(consumer, name);
    const before = devices.get(key);
    devices.set(key, {
      name,
      last_alive: Math.max(parseTime(time) ?? 0, before?.last_alive ?? 0),
      queued,
      dropped,
      isQueueGrowing: before !== undefined && (queued ?? 0) > (before.queued ?? 0),
      touched: before?.touched ?? 0,
    });
  }

  function draw() {
    const now = Date.now() + clockAhead;
    announce(isLive ? say('live.visits', { n: count(visits.size) }, visits.size) : say('live.waiting'));
    const all = [...devices].map(([key, device]) => ({ key, device, pulse: pulseOf(device, now) }));
    warn(all.filter(({ pulse }) => pulse === 'silent').map(({ device }) => device), now);
    const order = ['silent', 'late', 'alive'];
    const first = all.length > SHOWN ? all.sort((a, b) => order.indexOf(a.pulse) - order.indexOf(b.pulse)) : all;
    list.replaceChildren(...first.slice(0, SHOWN).map(({ key, device, pulse }) => item(key, device, pulse, now)));
    if (all.length > SHOWN) list.append(h('li', { class: 'soft' }, say('live.more', { n: count(all.length - SHOWN) }, all.length - SHOWN)));
  }

  /**
   * @param {string} text
   */
  function announce(text) {
    // Written only where it changed: a screen reader reads it out each time.
    if (sentence.textContent !== text) sentence.textContent = text;
  }

  /**
   * Names the one that fell silent last: the others may be long known.
   *
   * @param {Device[]} silent
   * @param {number} now
   */
  function warn(silent, now) {
    alarm.hidden = silent.length === 0;
    if (alarm.hidden) return;
    const latest = silent.reduce((before, device) => (device.last_alive > before.last_alive ? device : before));
    alarm.replaceChildren(mark('silent'), ' ', ...phrase('live.silent', {
      n: count(silent.length), name: latest.name ? shortName(latest.name) : say('device.unnamed'), ago: ago(latest.last_alive, now),
    }, silent.length));
  }

  /**
   * @param {import('./pulse.js').Pulse} pulse
   */
  function mark(pulse) {
    return h('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[pulse]);
  }

  /**
   * @param {string} key
   * @param {Device} device
   * @param {import('./pulse.js').Pulse} pulse
   * @param {number} now
   */
  function item(key, device, pulse, now) {
    const its = [...visits.values()].filter((visit) => keyOf(visit.consumer_id, visit.device) === key);
    const touches = its.reduce((sum, visit) => sum + visit.touches, 0);
    const shape = mark(pulse);
    const age = Date.now() - device.touched;
    if (age < PULSE_MS) {
      shape.classList.add('touched');
      setStyle(shape, { 'animation-delay': `${-age}ms` });
    }
    return h('li', { class: `device ${pulse}` }, shape,
      h('span', {}, device.name ? nameOf(device.name) : say('device.unnamed'),
        h('span', { class: 'label' }, `${say(`pulse.${pulse}`)}, ${ago(device.last_alive, now)}`),
        (device.dropped ?? 0) > 0 && h('span', { class: 'label' }, say('device.dropped', { n: count(device.dropped ?? 0) })),
        its.length > 0 && h('span', { class: 'label busy' }, say('live.touches', { n: count(touches) }, touches))));
  }
}
