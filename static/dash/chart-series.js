// @ts-check
/*
 * Bars over time, from zero, one for each day, hour or month. Nothing is drawn where nothing is known (null), and a day
 * without visits stands empty on the line. The values that matter (highest, last, first) are written at their bars.
 *
 * Loaded by pages.
 */

import { h } from './dom.js';
import { scale, share } from './geometry.js';
import { byImportance, evenly } from './labels.js';
import { rove } from './rove.js';
import { tip } from './tip.js';

/** So much higher than a label's own bar another may be under it, as a share of the chart. */
const SLACK = 0.02;

/**
 * @typedef {object} Bar
 * @property {number|null} value
 * @property {string} tip What the bar says: its time and its value.
 * @property {string} [at] What the axis says below it; only some bars need one.
 */

/**
 * @param {object} chart
 * @param {string} chart.label Of the whole, for a screen reader.
 * @param {Bar[]} chart.bars
 * @param {(value: number) => string} chart.format
 * @returns {HTMLElement}
 */
export function series({ label, bars, format }) {
  const values = bars.map(({ value }) => value ?? 0);
  const lines = scale(Math.max(...values));
  const top = lines[lines.length - 1];
  const middle = (/** @type {number} */ index) => `${((index + 0.5) / bars.length) * 100}%`;
  const marks = bars.map((bar) => tip(h('span', {
    class: bar.value === null ? 'mark unknown' : 'mark',
    role: 'img',
    'aria-label': bar.tip,
    style: { '--size': share(bar.value, top) },
  }), bar.tip));
  const notable = [values.indexOf(Math.max(...values)), bars.length - 1, 0];
  const labelled = [...new Set(notable)].filter((index) => values[index] > 0);
  const written = labelled.map((index) =>
    h('span', { style: { left: middle(index), bottom: `${share(values[index], top) * 100}%` } }, format(values[index])));
  // A value that would stand on a higher bar beside its own is left to the tooltip.
  const isFree = (/** @type {number} */ label, /** @type {number} */ start, /** @type {number} */ end) =>
    values.slice(Math.floor(start * bars.length), Math.ceil(end * bars.length))
      .every((value) => share(value, top) <= share(values[labelled[label]], top) + SLACK);
  const places = bars.map((bar, index) => ({ at: bar.at, index })).filter(({ at }) => at);
  const axis = places.map(({ at, index }) => h('span', { style: { left: middle(index) } }, at));
  const chart = h('div', { class: 'series', role: 'group', 'aria-label': label },
    h('div', { class: 'plot', 'aria-hidden': 'true' }, lines.map((line) =>
      h('div', { class: 'rule', style: { bottom: `${(line / top) * 100}%` } }, h('span', {}, format(line))))),
    h('div', { class: 'marks' }, marks),
    byImportance(h('div', { class: 'written', 'aria-hidden': 'true' }, written), isFree),
    evenly(h('div', { class: 'axis', 'aria-hidden': 'true' }, axis)));
  rove(chart, marks);
  return chart;
}
