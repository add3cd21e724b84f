// @ts-check
/*
 * How moments, spans, counts and events are said, the same everywhere. Pure: no page, no network, no clock of its own;
 * the zone is the viewer's.
 *
 * Loaded by the dashboard. Must give an honest word for every value that can be in the file, unreadable ones too.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The longest that one value of an event's data becomes in a line of text. */
const VALUE_CHARS = 80;
/** How many values of an event's data a line of text shows. */
const VALUES = 3;
/** Keys of an event's data that have their own place in a line, or say nothing to a curator. */
const KNOWN_KEYS = new Set(
  ['target', 'screen', 'clickX', 'clickY', 'viewWidth', 'viewHeight', 'pointer', 'lang'],
);

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const counts = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en');
const days = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const clocks = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/**
 * @param {string|null} text
 * @returns {number|null} Milliseconds since 1970, or null for what is no RFC 3339 time.
 */
export function parseTime(text) {
  if (text === null || !RFC_3339.test(text) || !isDay(text.slice(0, 10))) return null;
  // A leap second is the one before it, here as in the reports.
  const ms = Date.parse(text.toUpperCase().replace(/(T\d\d:\d\d):60/, '$1:59'));
  return Number.isNaN(ms) ? null : ms;
}

/**
 * @param {string} text
 * @returns {boolean} Whether it is a day of the calendar, as `2017-08-25`.
 */
export function isDay(text) {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/**
 * The moments at which a local day begins and ends, or nothing for no day.
 *
 * @param {string} day
 * @returns {{from: string, to: string}|{}}
 */
export function dayRange(day) {
  if (day === '') return {};
  const from = new Date(`${day}T00:00:00`);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

/**
 * `1,204`
 *
 * @param {number} number
 * @returns {string}
 */
export function count(number) {
  return counts.format(number);
}

/**
 * `1 touch`, `14 touches`
 *
 * @param {number} number
 * @param {string} one
 * @param {string} many
 * @returns {string}
 */
export function counted(number, one, many) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/**
 * `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: the two largest units, cut, not rounded.
 *
 * @param {number} ms
 * @returns {string}
 */
export function duration(ms) {
  /** @type {[string, number][]} */
  const units = [['d', DAY], ['h', HOUR], ['min', MINUTE], ['s', SECOND]];
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0 s';
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest %= size;
    return whole > 0 ? `${count(whole)} ${unit}` : '';
  });
  return parts.filter(Boolean).join(' ');
}

/**
 * `+12 s`, `−3 s`: how long after the start of a visit something happened; '' where one of the two is unknown.
 *
 * @param {string} time
 * @param {string} start
 * @returns {string}
 */
export function sinceStart(time, start) {
  const [at, began] = [parseTime(time), parseTime(start)];
  if (at === null || began === null) return '';
  return (at < began ? '−' : '+') + duration(Math.abs(at - began));
}

/**
 * `just now`, `12 minutes ago`, `1 day ago`, `in 3 hours` (a clock that is ahead).
 *
 * @param {number} ms
 * @param {number} now
 * @returns {string}
 */
export function ago(ms, now) {
  const away = ms - now;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['year', 365 * DAY], ['month', 30 * DAY], ['day', DAY], ['hour', HOUR], ['minute', MINUTE]];
  const fitting = units.find(([, size]) => Math.abs(away) >= size);
  if (!fitting) return 'just now';
  return relative.format(Math.trunc(away / fitting[1]), fitting[0]);
}

/**
 * `Wednesday, 25 August 2017`, by the viewer's clock.
 *
 * @param {number} ms
 * @returns {string}
 */
export function dayName(ms) {
  return days.format(ms);
}

/**
 * `17:09:19`, by the viewer's clock.
 *
 * @param {number} ms
 * @returns {string}
 */
export function clock(ms) {
  return clocks.format(ms);
}

/**
 * A moment in full, or the honest word for what is none.
 *
 * @param {string} text
 * @returns {string}
 */
export function moment(text) {
  const ms = parseTime(text);
  if (ms !== null) return `${dayName(ms)}, ${clock(ms)}`;
  return text === '' ? 'no time' : `“${shortened(text)}”, which is no time`;
}

/**
 * What stands in a tooltip: the moment as it is stored.
 *
 * @param {string} text
 * @returns {string}
 */
export function utc(text) {
  const ms = parseTime(text);
  if (ms === null) return `Stored as “${shortened(text)}”`;
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/**
 * How long a visit lasted: `3 min 20 s`, `still open`, or `unknown` where a time cannot be read or the clock ran
 * backwards.
 *
 * @param {{started_at: string, stopped_at: string|null}} session
 * @returns {string}
 */
export function lasted({ started_at, stopped_at }) {
  if (stopped_at === null) return 'still open';
  const [began, ended] = [parseTime(started_at), parseTime(stopped_at)];
  return began === null || ended === null || ended < began ? 'unknown' : duration(ended - began);
}

/**
 * What an event was about, in the words of its own data: the thing touched, the screen it was on, and up to three
 * other values.
 *
 * @param {unknown} data
 * @returns {{target: string, screen: string, rest: string}}
 */
export function describe(data) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { target: '', screen: '', rest: value(data) };
  }
  const { target, screen } = /** @type {Record<string, unknown>} */ (data);
  const others = Object.entries(data).filter(([key, held]) => !KNOWN_KEYS.has(key) && value(held) !== '');
  return {
    target: typeof target === 'string' ? shortened(target) : '',
    screen: typeof screen === 'string' ? shortened(screen) : '',
    rest: others.slice(0, VALUES).map(([key, held]) => `${shortened(key)} ${value(held)}`).join(', '),
  };
}

/**
 * An event's data in full, laid out for reading.
 *
 * @param {unknown} data
 * @returns {string}
 */
export function laidOut(data) {
  return typeof data === 'string' ? data : JSON.stringify(data, null, 2);
}

/**
 * @param {unknown} held
 * @returns {string} '' for what has no short form.
 */
function value(held) {
  return held === null || typeof held === 'object' ? '' : shortened(String(held));
}

/**
 * @param {string} text
 * @returns {string}
 */
function shortened(text) {
  const characters = [...text.slice(0, 2 * VALUE_CHARS)];
  return characters.length > VALUE_CHARS ? `${characters.slice(0, VALUE_CHARS).join('')}…` : text;
}
