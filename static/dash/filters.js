// @ts-check
/*
 * The filters under the navigation: range, zone, app and device. Each change is an address of its own.
 *
 * Loaded by main.js. Must offer what the address names, also where the server does not know it (any more).
 */

import { filterOf, readConsumers, readDevices, readOr } from './api.js';
import { onDay } from './date-field.js';
import { h } from './dom.js';
import { clock, dateName, dayName, shortened } from './format.js';
import { say } from './language.js';
import { zoneOf } from './range.js';
import { go, RANGES, read } from './state.js';

/** @typedef {import('./state.js').State} State */

/** Names that were asked for so long ago are asked for again with the next page. */
const FRESH_MS = 60_000;

export class Filters {
  /**
   * @param {HTMLFormElement} form Its controls are named like the filters.
   */
  constructor(form) {
    this.form = form;
    /** @type {State|null} */
    this.state = null;
    /** What that meant when it was shown. @type {import('./api.js').Filter} */
    this.filter = {};
    /** When the names were asked for last. */
    this.asked = -Infinity;
    /** @type {import('./api.js').Consumer[]} */
    this.consumers = [];
    /** @type {string[]} */
    this.devices = [];
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('change', ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target);
      if (name === 'range' && value === 'custom') this.openCustom();
      else go({ [name]: value });
    });
    for (const name of /** @type {const} */ (['from', 'to'])) onDay(this.control(name), (day) => this.chooseDay(name, day));
  }

  /**
   * @param {State} state
   */
  show(state) {
    this.state = state;
    this.filter = filterOf(state);
    this.speak();
    if (performance.now() - this.asked > FRESH_MS) this.read();
  }

  /** Fills the controls anew, in the language that is chosen. */
  speak() {
    if (!this.state) return;
    const { range, from, to, tz } = this.state;
    this.fill('range', RANGES.map((one) => [one, say(`range.${one}`)]), range);
    const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
    const own = zoneOf('');
    this.fill('tz', [['', own], ...zones.filter((zone) => zone !== own).map(same)], tz);
    this.control('from').value = from;
    this.control('to').value = to;
    /** @type {HTMLElement} */ (this.form.querySelector('.custom')).hidden = range !== 'custom';
    this.name();
  }

  /** Offers the names that there are. */
  name() {
    if (!this.state) return;
    const { consumer, device } = this.state;
    const apps = this.consumers.map(({ id, name }) => /** @type {[string, string]} */ ([String(id), shortened(name)]));
    this.fill('consumer', [['', say('filter.any.consumer')], ...apps], consumer);
    this.fill('device', [['', say('filter.any.device')], ...this.devices.map(same)], device);
  }

  /**
   * @param {'from'|'to'} name
   * @param {string} day
   */
  chooseDay(name, day) {
    if (day !== this.state?.[name]) go({ [name]: day, range: 'custom' });
  }

  /** A custom range begins with the one that was shown. */
  openCustom() {
    const { from = '', to = '' } = this.filter;
    go({ range: 'custom', from, to });
    this.control('from').focus();
  }

  /** Asks for the names that there are; without them the filters of the address still work. */
  async read() {
    this.asked = performance.now();
    const [apps, devices] = await Promise.all([readOr(readConsumers(), null), readOr(readDevices(), null)]);
    if (apps) this.consumers = apps.consumers;
    if (devices) this.devices = [...new Set([...devices.names, ...devices.devices.map(({ name }) => name)])].filter(Boolean).sort();
    if (!(apps && devices)) this.asked = -Infinity;
    this.name();
  }

  /**
   * What a printed page says of itself: range, zone, filters, and the moment of which it is true.
   *
   * @returns {string}
   */
  printed() {
    if (!this.state) return '';
    const { from, to, tz } = this.filter;
    // What a page notes in the address by itself is not in the state.
    const { action, q } = read();
    const app = this.consumers.find(({ id }) => String(id) === this.state?.consumer)?.name ?? this.state.consumer;
    const now = Date.now();
    return [
      rangeName(from, to),
      tz,
      shortened(app),
      shortened(this.state.device),
      shortened(action),
      q && `${say('table.search')}: ${shortened(q)}`,
      say('print.made', { at: `${dayName(now)}, ${clock(now)}` }),
    ].filter(Boolean).join(' · ');
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement & HTMLSelectElement}
   */
  control(name) {
    return /** @type {any} */ (this.form.elements.namedItem(name));
  }

  /**
   * @param {string} name
   * @param {[string, string][]} options Values and words.
   * @param {string} chosen
   */
  fill(name, options, chosen) {
    const all = options.some(([value]) => value === chosen) ? options : [...options, same(chosen)];
    this.control(name).replaceChildren(...all.map(([value, word]) => h('option', { value, selected: value === chosen }, word)));
  }
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function same(text) {
  return [text, shortened(text)];
}

/**
 * @param {string} [from]
 * @param {string} [to]
 * @returns {string}
 */
function rangeName(from, to) {
  if (from && to) return `${dateName(from)} – ${dateName(to)}`;
  if (from) return say('range.since', { day: dateName(from) });
  return to ? say('range.until', { day: dateName(to) }) : say('range.all');
}
