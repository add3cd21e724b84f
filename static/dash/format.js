// @ts-check
/*
 * How moments, spans, counts and events are said, the same everywhere, in the reader's language and number format. No
 * page, no network, no clock of its own; the zone is the reader's unless another was chosen.
 *
 * Loaded by the dashboard. Must give an honest word for every value that can be in the file, unreadable ones too.
 */

import { locale, say } from './language.js';
import { isDay } from './range.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The longest that a name or a value becomes in a line of text. */
export const SHORT_CHARS = 80;
/** How many values of an event's data a line of text shows. */
const VALUES = 3;
/** Keys of an event's data that have their own place in a line, or say nothing to a curator. */
const KNOWN_KEYS = new Set(
  ['target', 'screen', 'clickX', 'clickY', 'viewWidth', 'viewHeight', 'pointer', 'lang'],
);

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Formatters are dear to make; each is made once for each language. @type {Map<string, any>} */
const made = new Map();

/** The zone in which moments are told. @type {string|undefined} */
let zone;

/** A space that keeps a number and its unit in one line. */
const NBSP = '\u00a0';

/**
 * Tells moments in a zone from now on: in the reader's own if none is named, or one that does not exist.
 *
 * @param {string} name
 */
export function tellIn(name) {
  try {
    zone = new Intl.DateTimeFormat('en', { timeZone: name || undefined }).resolvedOptions().timeZone;
  } catch {
    zone = undefined;
  }
}

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
 * `1,204`
 *
 * @param {number} number
 * @returns {string}
 */
export function count(number) {
  return formatter(Intl.NumberFormat, {}).format(number);
}

/**
 * `4.2`, or a dash for what is unknown.
 *
 * @param {number|null} number
 * @returns {string}
 */
export function decimal(number) {
  return number === null ? '–' : formatter(Intl.NumberFormat, { maximumFractionDigits: 1 }).format(number);
}

/**
 * `0.042`, as exactly as the reports have seconds, for a table; a dash for what is unknown.
 *
 * @param {number|null} number
 * @returns {string}
 */
export function exact(number) {
  return number === null ? '–' : formatter(Intl.NumberFormat, { maximumFractionDigits: 3 }).format(number);
}

/**
 * `38 %`, `4.5 %`, `<0.1 %`, of a share from 0 to 1; a dash for what is unknown.
 *
 * @param {number|null} share
 * @returns {string}
 */
export function percent(share) {
  if (share === null) return '–';
  const percents = share * 100;
  const digits = percents < 10 && percents > 0 ? 1 : 0;
  if (percents > 0 && percents < 0.1) return `<${decimal(0.1)}${NBSP}%`;
  return `${formatter(Intl.NumberFormat, { maximumFractionDigits: digits }).format(percents)}${NBSP}%`;
}

/**
 * `4.2 s`, `42 s`, `3 min 20 s`; a dash for what is unknown.
 *
 * @param {number|null} s
 * @returns {string}
 */
export function seconds(s) {
  if (s === null) return '–';
  return s > 0 && s < 10 ? `${decimal(s)}${NBSP}${say('unit.s')}` : duration(Math.round(s) * SECOND);
}

/**
 * `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: the two largest units, cut, not rounded.
 *
 * @param {number} ms
 * @returns {string}
 */
export function duration(ms) {
  /** @type {[string, number][]} */
  const units = [['unit.d', DAY], ['unit.h', HOUR], ['unit.min', MINUTE], ['unit.s', SECOND]];
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return `0${NBSP}${say('unit.s')}`;
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest %= size;
    return whole > 0 ? `${count(whole)}${NBSP}${say(unit)}` : '';
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
 * `now`, `12 minutes ago`, `1 day ago`, `in 3 hours` (a clock that is ahead). Spans, not days of the calendar: 46 hours
 * ago may be the day before yesterday.
 *
 * @param {number} ms
 * @param {number} now
 * @returns {string}
 */
export function ago(ms, now) {
  const away = ms - now;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['year', 365 * DAY], ['month', 30 * DAY], ['day', DAY], ['hour', HOUR], ['minute', MINUTE]];
  const [unit, size] = units.find(([, each]) => Math.abs(away) >= each) ?? ['second', SECOND];
  return formatter(Intl.RelativeTimeFormat, { numeric: unit === 'second' ? 'auto' : 'always' }).format(Math.trunc(away / size) || 0, unit);
}

/**
 * `Friday, 25 August 2017`, in the zone that was chosen.
 *
 * @param {number} ms
 * @returns {string}
 */
export function dayName(ms) {
  return inZone({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
}

/**
 * `Wed 25 Aug 2017`, of a date as the reports give it.
 *
 * @param {string} date
 * @returns {string}
 */
export function dateName(date) {
  return ofDate(date, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
}

/**
 * `25 Aug`
 *
 * @param {string} date
 * @returns {string}
 */
export function shortDate(date) {
  return ofDate(date, { day: 'numeric', month: 'short' });
}

/**
 * `August 2017`
 *
 * @param {string} date A date of that month.
 * @param {'long'|'short'} length
 * @returns {string}
 */
export function monthName(date, length) {
  return ofDate(date, { month: length, year: 'numeric' });
}

/**
 * @param {number} weekday 1 (Monday) to 7.
 * @param {'long'|'short'} length
 * @returns {string}
 */
export function weekdayName(weekday, length) {
  // 1 January 2024 was a Monday.
  return ofDate(`2024-01-0${weekday}`, { weekday: length });
}

/**
 * `17:09:19`, in the zone that was chosen.
 *
 * @param {number} ms
 * @returns {string}
 */
export function clock(ms) {
  return inZone({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
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
  return text === '' ? say('time.none') : say('time.unreadable', { text: shortened(text) });
}

/**
 * `Fri, 25 Aug 2017, 17:09`: the same where there are many.
 *
 * @param {string} text
 * @returns {string}
 */
export function shortMoment(text) {
  const ms = parseTime(text);
  if (ms === null) return moment(text);
  return inZone({
    weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit',
  }).format(ms);
}

/**
 * What stands in a tooltip: the moment as it is stored.
 *
 * @param {string} text
 * @returns {string}
 */
export function utc(text) {
  const ms = parseTime(text);
  if (ms === null) return say('time.stored', { text: shortened(text) });
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC');
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
 * @param {unknown} held
 * @returns {string} '' for what has no short form.
 */
function value(held) {
  return held === null || typeof held === 'object' ? '' : shortened(String(held));
}

/**
 * The beginning of a text, for where it must stay short.
 *
 * @param {string} text
 * @returns {string}
 */
export function shortened(text) {
  // A character may be two units long; no more of a long text is taken apart than could be shown.
  const characters = [...text.slice(0, 2 * SHORT_CHARS)];
  return characters.length > SHORT_CHARS ? `${characters.slice(0, SHORT_CHARS).join('')}…` : text;
}

/**
 * A date without a time is the same day in every zone.
 *
 * @param {string} date
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {string}
 */
function ofDate(date, options) {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) ? date : formatter(Intl.DateTimeFormat, { ...options, timeZone: 'UTC' }).format(ms);
}

/**
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {Intl.DateTimeFormat}
 */
function inZone(options) {
  return formatter(Intl.DateTimeFormat, { ...options, timeZone: zone });
}

/**
 * @template Formatter, Options
 * @param {new (locale: string, options: Options) => Formatter} Kind
 * @param {Options} options
 * @returns {Formatter}
 */
function formatter(Kind, options) {
  const key = `${Kind.name} ${locale()} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}
