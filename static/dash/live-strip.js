// @ts-check
/*
 * The live strip: visits that are going on, and the last sign of life of each device. The only thing that moves.
 *
 * Loaded by the overview.
 */

import { ReadError } from './api.js';
import { keyOf } from './device.js';
import { Devices } from './devices.js';
import { h, nameOf, setStyle, shortName } from './dom.js';
import { ago, count, parseTime, shortMoment } from './format.js';
import { phrase, say } from './language.js';
import { listen } from './live.js';
import { SHAPES } from './pulse.js';

/** So many devices are shown; those that need somebody come first. */
const SHOWN = 24;
const PULSE_MS = 700;
/** Where nothing has happened for so long, no visit is going on: its kiosk was turned off, or sends what waited in it. */
const VISIT_MS = 30 * 60_000;
/** A device that is silent for so long is in use no more. */
const RETIRED_MS = 30 * 24 * 60 * 60_000;

/** @typedef {import('./devices.js').Known} Device */
/**
 * A visit that is going on; until when its touches were counted before they were told, and when something happened in it
 * last, both by the server's clock.
 *
 * @typedef {{consumer_id: number, device: string|null, touches: number, counted: number, active: number}} Visit
 */

/**
 * @param {string} time
 * @returns {number} In milliseconds since 1970.
 */
const at = (time) => parseTime(time) ?? 0;

/**
 * @param {HTMLElement} container
 * @param {{consumer: string, device: string}} filter
 * @param {AbortSignal} signal
 * @returns {Promise<void>} Resolves when the devices are known.
 */
export async function liveStrip(container, filter, signal) {
  const devices = new Devices(filter, signal);
  /** @type {Map<number, Visit>} */
  const visits = new Map();
  /** @type {'waiting'|'live'|'lost'} */
  let state = 'waiting';

  const sentence = h('p', { class: 'answer', role: 'status' }, say('live.waiting'));
  const alarm = h('p', { class: 'answer few silent', hidden: true });
  const list = h('ul', { class: 'devices' });
  const section = h('section', { class: 'panel live' }, h('h2', {}, say('live.question')), sentence, alarm, list);
  container.append(section);
  listen(filter, {
    now({ time, visits: all }) {
      devices.hear(time);
      state = 'live';
      visits.clear();
      for (const visit of all) visits.set(visit.session_id, { ...visit, counted: at(visit.last_active), active: at(visit.last_active) });
      draw();
      devices.begin().then(draw);
    },
    start(visit) {
      visits.set(visit.session_id, { ...visit, touches: 0, counted: -Infinity, active: at(visit.time) });
      draw();
    },
    touch(touch) {
      const active = at(touch.time);
      const visit = visits.get(touch.session_id) ?? { ...touch, touches: 0, counted: -Infinity, active };
      const touches = visit.touches + (active > visit.counted ? 1 : 0);
      visits.set(touch.session_id, { ...visit, touches, active: Math.max(visit.active, active) });
      const device = devices.known.get(keyOf(touch.consumer_id, touch.device));
      if (device) device.touched = Date.now();
      draw();
    },
    stop({ session_id: id }) {
      visits.delete(id);
      draw();
    },
    alive(sign) {
      devices.see(sign);
      draw();
    },
    tick({ time }) {
      devices.hear(time);
      draw();
    },
    interrupted() {
      if (state === 'live') state = document.hidden ? 'waiting' : 'lost';
      devices.pause();
      draw();
    },
  }, signal);
  await devices.read().catch((error) => {
    // It is read again as soon as the news begin.
    if (!(error instanceof ReadError)) throw error;
  });
  draw();

  function draw() {
    for (const [id, { active }] of visits) if (devices.now() - active >= VISIT_MS) visits.delete(id);
    announce({
      waiting: () => say('live.waiting'),
      live: () => say('live.visits', { n: count(visits.size) }, visits.size),
      lost: () => say('live.lost', { at: shortMoment(new Date(devices.now()).toISOString()) }),
    }[state]());
    const all = [...devices.known].map(([key, device]) => ({ key, device, pulse: devices.pulse(device) }));
    warn(all.filter(({ pulse }) => pulse === 'silent').map(({ device }) => device));
    const order = ['silent', 'late', 'alive'];
    const first = all.length > SHOWN ? all.sort((a, b) => order.indexOf(a.pulse) - order.indexOf(b.pulse)) : all;
    list.replaceChildren(...first.slice(0, SHOWN).map(({ key, device, pulse }) => item(key, device, pulse)));
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
   * Names the one that fell silent last: the others may be long known, and some are in use no more.
   *
   * @param {Device[]} all
   */
  function warn(all) {
    const silent = all.filter((device) => devices.now() - at(device.last_alive) < RETIRED_MS);
    alarm.hidden = silent.length === 0;
    if (alarm.hidden) return;
    const latest = silent.reduce((before, device) => (device.last_alive > before.last_alive ? device : before));
    alarm.replaceChildren(mark('silent'), ' ', ...phrase('live.silent', {
      n: count(silent.length), name: latest.name ? shortName(latest.name) : say('device.unnamed'), ago: since(latest),
    }, silent.length));
  }

  /**
   * @param {import('./pulse.js').Pulse} pulse
   */
  function mark(pulse) {
    return h('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[pulse]);
  }

  /**
   * @param {Device} device
   * @returns {string}
   */
  function since({ last_alive: last }) {
    return ago(at(last), devices.now());
  }

  /**
   * @param {string} key
   * @param {Device} device
   * @param {import('./pulse.js').Pulse} pulse
   */
  function item(key, device, pulse) {
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
        h('span', { class: 'label' }, `${say(`pulse.${pulse}`)}, ${since(device)}`),
        device.isBehind && h('span', { class: 'label' }, say('device.waiting', { n: count(device.queued ?? 0) })),
        (device.dropped ?? 0) > 0 && h('span', { class: 'label' }, say('device.dropped', { n: count(device.dropped ?? 0) })),
        its.length > 0 && h('span', { class: 'label busy' }, say('live.touches', { n: count(touches) }, touches))));
  }
}
