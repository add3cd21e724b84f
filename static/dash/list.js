// @ts-check
/*
 * The list of visits: their rows in groups by day, the line that says which they are, and the names its filter offers.
 *
 * Loaded by the dashboard. Must not fetch, and must not change the page's address except to open and close a visit.
 */

import { clock, count, dayName, parseTime } from './format.js';
import { stamp } from './stamp.js';
import { go } from './state.js';
import { Visit } from './visit.js';

/** @typedef {import('./api.js').Session} Session */
/** @typedef {import('./state.js').State} State */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class List {
  /**
   * @param {HTMLTableElement} table
   */
  constructor(table) {
    this.table = table;
    /** @type {Visit[]} */
    this.visits = [];
    /** @type {number[]} */
    this.open = [];
  }

  /**
   * Puts these visits in the place of those that were there, once the events of the opened ones have arrived.
   *
   * @param {Session[]} sessions
   * @param {State} state
   * @param {AbortSignal} signal
   */
  async show(sessions, state, signal) {
    const most = Math.max(...sessions.map((session) => session.clicks));
    const visits = sessions.map((session) => new Visit(session, state.key, most, (id) => this.toggle(id)));
    await setOpen(visits, state.open);
    if (signal.aborted) return;
    this.visits = visits;
    this.table.replaceChildren(/** @type {Node} */ (this.table.tHead), ...byDay(visits));
    const range = `Visits ${count(state.offset + 1)} to ${count(state.offset + sessions.length)}, newest first`;
    element('range').textContent = range;
    element('printed').textContent = [range, ...printed(state)].join(' · ');
    element('devices').replaceChildren(...deviceOptions(sessions));
  }

  /**
   * Opens and closes visits, so that exactly these are open.
   *
   * @param {number[]} ids
   */
  async setOpen(ids) {
    this.open = ids;
    await setOpen(this.visits, ids);
  }

  /**
   * @param {number} id
   */
  toggle(id) {
    const others = this.open.filter((one) => one !== id);
    go({ open: this.open.includes(id) ? others : [...others, id] });
  }
}

/**
 * @param {Visit[]} visits
 * @param {number[]} ids
 */
async function setOpen(visits, ids) {
  await Promise.all(visits.map((visit) => visit.setOpen(ids.includes(visit.session.id))));
}

/**
 * The rows in groups, one for each run of visits on the same local day.
 *
 * @param {Visit[]} visits
 * @returns {Element[]}
 */
function byDay(visits) {
  /** @type {Element[]} */
  const groups = [];
  let day = '';
  for (const { session, row, detail } of visits) {
    const ms = parseTime(session.started_at);
    const its = ms === null ? 'Day unknown' : dayName(ms);
    if (its !== day) groups.push(/** @type {Element} */ (stamp('day-rows', { day: its }).content.firstElementChild));
    day = its;
    groups[groups.length - 1].append(row, detail);
  }
  return groups;
}

/**
 * What a printed page says beside the range: filters, zone, and the moment of which it is true.
 *
 * @param {State} state
 * @returns {string[]}
 */
function printed({ day, device, action }) {
  const words = [day, device, action].filter(Boolean).join(', ');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = Date.now();
  return [words && `only ${words}`, `times of ${zone}`, `as of ${dayName(now)}, ${clock(now)}`].filter(Boolean);
}

/**
 * @param {Session[]} sessions
 * @returns {HTMLOptionElement[]}
 */
function deviceOptions(sessions) {
  const names = new Set(sessions.map((session) => session.device ?? '').filter(Boolean));
  return Array.from(names).sort().map((name) => new Option('', name));
}
