// @ts-check
/*
 * The overview: is it used, when, by how many and for how long; what is opened first, what holds people, how visits
 * end; and whether it is alive right now.
 *
 * Loaded by main.js. Shows figures of the reports and no others.
 */

import { filterOf } from './api.js';
import { bars, pair } from './chart-bars.js';
import { grid } from './chart-grid.js';
import { series } from './chart-series.js';
import { h, shortName } from './dom.js';
import {
  count, dateName, decimal, exact, monthName, percent, seconds, shortDate, weekdayName,
} from './format.js';
import { phrase, say } from './language.js';
import { liveStrip } from './live-strip.js';
import { panel } from './panel.js';
import { asFarAs, lengthOf, rangeBefore } from './range.js';
import { reasonName } from './reasons.js';
import { reportsOf } from './reports.js';
import { href } from './state.js';
import { table } from './table.js';
import { firstSteps } from './first-steps.js';

/** So many rows of a ranking are drawn; all of them are in the table. */
const TOP = 6;
/** Longer ranges are drawn by month: a bar for each day would be thinner than a hair. */
const MOST_BARS = 400;
/** A screen counts as one that holds people from so many measured views on, if there is such a one. */
const MEASURED = 5;

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const filter = filterOf(state);
  const reports = reportsOf(filter, signal);
  const range = { from: filter.from ?? '', to: filter.to ?? '' };
  const before = rangeBefore(range);
  // A day that is not over is compared with as much of the one before.
  const to = before ? asFarAs(range, before, state.tz, Date.now()) : undefined;
  const reportsBefore = reportsOf({ ...filter, ...before, to }, signal);
  const words = before && say(to === before.to ? 'compared.days' : 'compared.until', { n: count(lengthOf(before)) }, lengthOf(before));
  const isOneDay = before !== null && lengthOf(range) === 1;
  const of = (/** @type {string} */ name, more = {}) => ({ name, parameters: { ...filter, ...more } });
  const halves = h('div', { class: 'halves' });

  const live = liveStrip(container, state, signal);
  const used = panel(container, {
    question: say('overview.used'),
    height: 210,
    load: async () => ({
      now: (await reports('overview')).rows[0],
      before: before && (await reportsBefore('overview')).rows[0],
    }),
    view: (data) => (data.now.sessions === 0 ? null : usedView(data, words)),
    nothing: () => firstSteps(state),
    report: of('overview'),
  }, signal);
  const days = isOneDay
    ? panel(container, {
      question: say('overview.hours'), height: 300, load: () => reports('hours'), view: hoursView, report: of('hours'),
    }, signal)
    : panel(container, {
      question: say('overview.days'),
      height: 300,
      load: async () => ({ days: (await reports('days')).rows, weekdays: (await reports('weekdays')).rows }),
      view: daysView,
      report: of('days'),
    }, signal);
  const hours = panel(container, {
    question: say('overview.grid'), height: 380, load: () => reports('grid'), view: gridView, report: of('grid'),
  }, signal);
  const screens = panel(container, {
    question: say('overview.screens'),
    height: 380,
    load: async () => {
      const [{ rows }, overview] = await Promise.all([reports('dwell'), reports('overview')]);
      return { rows, visits: overview.rows[0].sessions };
    },
    view: screensView,
    report: of('dwell'),
  }, signal);
  container.append(halves);
  const first = panel(halves, {
    question: say('overview.first'),
    height: 300,
    load: () => reports('choices', { n: 1 }),
    view: firstView,
    report: of('choices', { n: 1 }),
  }, signal);
  const last = panel(halves, {
    question: say('overview.last'), height: 300, load: () => reports('screens'), view: lastView, report: of('screens'),
  }, signal);
  const stops = panel(halves, {
    question: say('overview.stops'), height: 300, load: () => reports('stops'), view: stopsView, report: of('stops'),
  }, signal);
  await Promise.all([live, used, days, hours, screens, first, last, stops]);
}

/**
 * @param {{now: any, before: any}} data Rows of `overview`.
 * @param {string|null} words For the period before.
 * @returns {import('./panel.js').View}
 */
function usedView({ now, before }, words) {
  const figure = (/** @type {string} */ key, /** @type {(value: number) => string} */ format) => {
    const [value, old] = [now[key], before?.[key] ?? null];
    return h('div', {},
      h('dt', {}, say(`figure.${key}`)),
      h('dd', { class: 'figure', 'data-figure': key }, value === null ? '–' : format(value)),
      before && h('dd', { class: 'soft small' }, compared(value, old, format)),
      h('dd', { class: 'label' }, say(`figure.${key}.means`)));
  };
  const change = before && before.sessions > 0 ? now.sessions / before.sessions - 1 : null;
  const visits = say('visits', { n: count(now.sessions) }, now.sessions);
  return {
    answer: change === null || words === null
      ? say('overview.used.plain', { visits })
      : say(`overview.used.${change > 0.005 ? 'more' : change < -0.005 ? 'fewer' : 'same'}`, {
        visits, share: percent(Math.abs(change)), before: words,
      }),
    chart: h('dl', { class: 'figures' },
      figure('sessions', count),
      figure('touches_per_session_mean', decimal),
      figure('active_s_median', seconds),
      figure('utilisation', percent)),
    visits: now.sessions,
    table: () => table({
      label: say('overview.used'),
      columns: [
        { key: 'name', label: say('column.figure'), isName: true },
        { key: 'now', label: say('column.now'), show: (row) => exact(row.now) },
        ...(before ? [/** @type {const} */ ({ key: 'before', label: say('column.before'), show: (/** @type {any} */ row) => exact(row.before) })] : []),
      ],
      rows: Object.keys(now).map((name) => ({ name: say(`overview.column.${name}`), now: now[name], before: before?.[name] ?? null })),
    }),
  };
}

/**
 * A figure and the one before it, in a word and an arrow.
 *
 * @param {number|null} now
 * @param {number|null} before
 * @param {(value: number) => string} format
 * @returns {(string|Node)[]}
 */
function compared(now, before, format) {
  if (now === null || before === null) return [say('compared.unknown')];
  const [arrow, word] = now > before ? ['↑', 'up'] : now < before ? ['↓', 'down'] : ['→', 'same'];
  return [h('span', { class: 'arrow', 'aria-hidden': 'true' }, arrow), say(`compared.${word}`, { before: format(before) })];
}

/**
 * @param {{days: any[], weekdays: any[]}} data
 * @returns {import('./panel.js').View|null}
 */
function daysView({ days, weekdays }) {
  const visits = sum(days, 'sessions');
  if (visits === 0) return null;
  const busiest = most(days, 'sessions');
  const weekday = most(weekdays, 'sessions_per_date');
  const isLong = days.length > MOST_BARS;
  const bar = (/** @type {any} */ row, /** @type {string} */ when, /** @type {string|undefined} */ at) => ({
    value: row.sessions,
    at,
    tip: `${when}\n${say('visits', { n: count(row.sessions) }, row.sessions)}, ${say('touches', { n: count(row.touches) }, row.touches)}`,
  });
  const months = byMonth(days);
  return {
    answer: [
      ...(weekday.dates > 1 ? phrase('overview.days.weekday', {
        day: h('b', {}, capital(weekdayName(weekday.weekday, 'long'))), n: decimal(weekday.sessions_per_date),
      }) : []),
      ...phrase('overview.days.busiest', {
        day: h('b', {}, dateName(busiest.date)), visits: say('visits', { n: count(busiest.sessions) }, busiest.sessions),
      }),
    ],
    chart: series({
      label: say('overview.days'),
      format: count,
      bars: isLong
        ? months.map((row) => bar(row, monthName(row.date, 'long'), monthName(row.date, 'short')))
        : days.map((row) => bar(row, dateName(row.date), shortDate(row.date))),
    }),
    visits,
    table: () => table({
      label: say('overview.days'),
      columns: [
        { key: 'date', label: say('column.date'), isName: true, show: (row) => dateName(row.date) },
        { key: 'sessions', label: say('column.visits'), bar: true },
        { key: 'touches', label: say('column.touches') },
        { key: 'views', label: say('column.views') },
        { key: 'active_s', label: say('column.active'), show: (row) => seconds(row.active_s) },
      ],
      rows: days,
    }),
  };
}

/**
 * @param {{rows: any[]}} report
 * @returns {import('./panel.js').View|null}
 */
function hoursView({ rows }) {
  const visits = sum(rows, 'sessions');
  if (visits === 0) return null;
  const busiest = most(rows, 'sessions');
  return {
    answer: phrase('overview.hours.busiest', {
      hour: h('b', {}, say('hour.between', { from: busiest.hour, to: busiest.hour + 1 })), visits: say('visits', { n: count(busiest.sessions) }, busiest.sessions),
    }),
    chart: series({
      label: say('overview.hours'),
      format: count,
      bars: rows.map((row) => ({
        value: row.sessions,
        at: String(row.hour),
        tip: `${hourName(row.hour)}\n${say('visits', { n: count(row.sessions) }, row.sessions)}, ${say('touches', { n: count(row.touches) }, row.touches)}`,
      })),
    }),
    visits,
    table: () => table({
      label: say('overview.hours'),
      columns: [
        { key: 'hour', label: say('column.hour'), isName: true, show: (row) => hourName(row.hour) },
        { key: 'sessions', label: say('column.visits'), bar: true },
        { key: 'touches', label: say('column.touches') },
        { key: 'views', label: say('column.views') },
      ],
      rows,
    }),
  };
}

/**
 * @param {{rows: any[]}} report
 * @returns {import('./panel.js').View|null}
 */
function gridView({ rows }) {
  const visits = sum(rows, 'sessions');
  if (visits === 0) return null;
  const cells = rows.map((row) => ({ ...row, each: row.dates > 0 ? row.sessions / row.dates : null }));
  const busiest = most(cells, 'each');
  const place = (/** @type {any} */ row) => say('overview.grid.place', {
    day: weekdayName(row.weekday, 'long'), hour: hourName(row.hour),
  });
  return {
    answer: phrase(busiest.dates > 1 ? 'overview.grid.busiest' : 'overview.grid.busiest.once', {
      place: h('b', {}, place(busiest)), n: decimal(busiest.each), visits: say('visits', { n: count(busiest.sessions) }, busiest.sessions),
    }),
    chart: grid({
      label: say('overview.grid'),
      rows: [1, 2, 3, 4, 5, 6, 7].map((weekday) => weekdayName(weekday, 'short')),
      columns: Array.from({ length: 24 }, (_, hour) => String(hour)),
      cells: cells.map((row) => ({
        value: row.each,
        tip: row.each === null ? `${place(row)}\n${say('overview.grid.never')}` : `${place(row)}\n${say('overview.grid.tip', {
          visits: say('visits', { n: count(row.sessions) }, row.sessions),
          days: say('days', { n: count(row.dates) }, row.dates),
          each: decimal(row.each),
        })}`,
      })),
      ends: [say('overview.grid.few'), say('visits', { n: decimal(busiest.each) }, busiest.each)],
    }),
    visits,
    table: () => table({
      label: say('overview.grid'),
      columns: [
        { key: 'weekday', label: say('column.weekday'), isName: true, show: (row) => weekdayName(row.weekday, 'long') },
        { key: 'hour', label: say('column.hour'), show: (row) => hourName(row.hour) },
        { key: 'sessions', label: say('column.visits'), bar: true },
        { key: 'touches', label: say('column.touches') },
        { key: 'dates', label: say('column.dates') },
      ],
      rows,
    }),
  };
}

/**
 * @param {{rows: any[], visits: number}} report
 * @returns {import('./panel.js').View|null}
 */
function screensView({ rows, visits }) {
  if (rows.length === 0) return null;
  const measured = rows.filter((row) => row.measured >= MEASURED);
  const held = (measured.length > 0 ? measured : rows.filter((row) => row.measured > 0))
    .sort((a, b) => b.median_s - a.median_s);
  const link = (/** @type {any} */ row) => href({ page: 'screens', screen: row.screen });
  return {
    answer: [
      ...phrase('overview.screens.viewed', { name: shortName(rows[0].screen), views: say('views', { n: count(rows[0].views) }, rows[0].views) }),
      ...(held.length > 0 ? phrase('overview.screens.held', { name: shortName(held[0].screen), time: seconds(held[0].median_s) }) : []),
    ],
    visits,
    chart: pair(
      { title: say('overview.screens.most'), more: rows.length - TOP, rows: rows.slice(0, TOP).map((row) => ({
        name: row.screen, size: row.views, value: count(row.views), href: link(row),
      })) },
      { title: say('overview.screens.longest'), more: held.length - TOP, rows: held.slice(0, TOP).map((row) => ({
        name: row.screen,
        size: row.median_s,
        value: seconds(row.median_s),
        href: link(row),
        tip: say('overview.screens.tip', { n: count(row.measured), p90: seconds(row.p90_s) }),
      })) },
    ),
    table: () => table({
      label: say('overview.screens'),
      columns: [
        { key: 'screen', label: say('column.screen'), isName: true },
        { key: 'views', label: say('column.views'), bar: true },
        { key: 'measured', label: say('column.measured') },
        { key: 'median_s', label: say('column.median'), show: (row) => seconds(row.median_s) },
        { key: 'p90_s', label: say('column.p90'), show: (row) => seconds(row.p90_s) },
        { key: 'max_s', label: say('column.max'), show: (row) => seconds(row.max_s) },
      ],
      rows,
    }),
  };
}

/**
 * @param {{rows: any[]}} report Of `choices`, the first ones.
 * @returns {import('./panel.js').View|null}
 */
function firstView({ rows }) {
  return shares(rows, 'sessions', 'overview.first', (row) => shortName(row.screen), (row) => ({
    name: row.screen, href: href({ page: 'screens', screen: row.screen }),
  }), say('column.screen'));
}

/**
 * @param {{rows: any[]}} report Of `screens`.
 * @returns {import('./panel.js').View|null}
 */
function lastView({ rows }) {
  const last = rows.filter((row) => row.last > 0).sort((a, b) => b.last - a.last);
  return shares(last, 'last', 'overview.last', (row) => shortName(row.screen), (row) => ({
    name: row.screen, href: href({ page: 'screens', screen: row.screen }),
  }), say('column.screen'));
}

/**
 * @param {{rows: any[]}} report Of `stops`.
 * @returns {import('./panel.js').View|null}
 */
function stopsView({ rows }) {
  return shares(rows, 'sessions', 'overview.stops', (row) => h('b', {}, reasonName(row.reason)), (row) => ({
    name: reasonName(row.reason),
  }), say('column.reason'));
}

/**
 * How visits divide among some names: a ranking with shares of all of them.
 *
 * @param {any[]} rows The greatest first.
 * @param {string} key What is counted.
 * @param {string} question Its sentence is that with `.answer`.
 * @param {(row: any) => Node} name
 * @param {(row: any) => {name: string, href?: string}} shown
 * @param {string} label Of the column of names.
 * @returns {import('./panel.js').View|null}
 */
function shares(rows, key, question, name, shown, label) {
  const all = sum(rows, key);
  if (all === 0) return null;
  const visits = (/** @type {any} */ row) => say('visits', { n: count(row[key]) }, row[key]);
  return {
    answer: phrase(`${question}.answer`, { name: name(rows[0]), share: h('b', {}, percent(rows[0][key] / all)) }),
    chart: bars(rows.slice(0, TOP).map((row) => ({
      ...shown(row), size: row[key], value: percent(row[key] / all), tip: visits(row),
    })), { whole: all, more: rows.length - TOP }),
    visits: all,
    table: () => table({
      label: say(question),
      columns: [
        { key: 'name', label, isName: true },
        { key: 'visits', label: say('column.visits'), bar: true },
        { key: 'share', label: say('column.share'), show: (row) => percent(row.share) },
      ],
      rows: rows.map((row) => ({ name: shown(row).name, visits: row[key], share: row[key] / all })),
    }),
  };
}

/**
 * @param {any[]} days
 * @returns {{date: string, sessions: number, touches: number}[]}
 */
function byMonth(days) {
  /** @type {Map<string, {date: string, sessions: number, touches: number}>} */
  const months = new Map();
  for (const { date, sessions, touches } of days) {
    const month = months.get(date.slice(0, 7)) ?? { date, sessions: 0, touches: 0 };
    months.set(date.slice(0, 7), { date: month.date, sessions: month.sessions + sessions, touches: month.touches + touches });
  }
  return [...months.values()];
}

/**
 * A name that begins a sentence; Norwegian weekdays are small ones.
 *
 * @param {string} text
 * @returns {string}
 */
function capital(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/**
 * `14–15`
 *
 * @param {number} hour
 * @returns {string}
 */
function hourName(hour) {
  return say('hour', { from: hour, to: hour + 1 });
}

/**
 * @param {any[]} rows
 * @param {string} key
 * @returns {number}
 */
function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}

/**
 * @param {any[]} rows
 * @param {string} key
 * @returns {any} The first row with the greatest value.
 */
function most(rows, key) {
  return rows.reduce((best, row) => ((row[key] ?? -1) > (best[key] ?? -1) ? row : best));
}
