// @ts-check
/*
 * Which days a choice like "30 days" means, and which came before them. Pure; the moment and the zone are given.
 *
 * Loaded by the dashboard.
 */

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_MS = Date.parse('0000-01-01');

/** How many days a choice has, today included. */
const DAYS = /** @type {Record<string, number>} */ ({ today: 1, 7: 7, 30: 30, 90: 90, year: 365 });

/**
 * Both days are included; '' is open: the first or the last day that there is.
 *
 * @typedef {{from: string, to: string}} Range
 */

/**
 * @param {string} text
 * @returns {boolean} Whether it is a day of the calendar, as `2017-08-25`.
 */
export function isDay(text) {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/**
 * @param {{range: string, from: string, to: string, tz: string}} state
 * @param {number} now
 * @returns {Range}
 */
export function rangeOf({ range, from, to, tz }, now) {
  if (range === 'custom') return { from, to };
  if (!(range in DAYS)) return { from: '', to: '' };
  const today = dayIn(zoneOf(tz), now);
  return { from: later(today, 1 - DAYS[range]), to: today };
}

/**
 * The range of the same length that ended the day before this one began.
 *
 * @param {Range} range
 * @returns {Range|null} Null where this one is open.
 */
export function rangeBefore({ from, to }) {
  if (from === '' || to === '' || to < from) return null;
  const length = lengthOf({ from, to });
  // The calendar of the reports begins with the year 0.
  if (Date.parse(from) - length * DAY_MS < FIRST_MS) return null;
  return { from: later(from, -length), to: later(from, -1) };
}

/**
 * Where in the period before it was as late as it is now, in a range that ends today; else its end.
 *
 * @param {Range} range
 * @param {Range} before
 * @param {string} tz
 * @param {number} now
 * @returns {string} A day, which is meant whole, or a moment.
 */
export function asFarAs(range, before, tz, now) {
  const isRunning = range.to === dayIn(zoneOf(tz), now);
  return isRunning ? new Date(now - lengthOf(range) * DAY_MS).toISOString() : before.to;
}

/**
 * @param {Range} range
 * @returns {number} In days.
 */
export function lengthOf({ from, to }) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/**
 * The zone that is asked for, or the browser's. One that nobody knows is left to the server, which says so.
 *
 * @param {string} tz
 * @returns {string}
 */
export function zoneOf(tz) {
  return tz || Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/**
 * @param {string} zone
 * @param {number} now
 * @returns {string}
 */
function dayIn(zone, now) {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now);
  } catch {
    return new Date(now).toISOString().slice(0, 10);
  }
}

/**
 * @param {string} day
 * @param {number} days
 * @returns {string}
 */
function later(day, days) {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
