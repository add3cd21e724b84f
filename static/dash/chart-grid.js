// @ts-check
/*
 * Weekday × hour: how much happens when, as steps of one colour. An hour without any stands empty; a weekday that the
 * range does not touch is struck out.
 *
 * Loaded by pages.
 */

import { h } from './dom.js';
import { STEPS, step } from './geometry.js';
import { evenly } from './labels.js';
import { rove } from './rove.js';
import { tip } from './tip.js';

/**
 * @typedef {{value: number|null, tip: string}} Cell
 */

/**
 * @param {object} chart
 * @param {string} chart.label
 * @param {string[]} chart.rows The names of the rows, top down.
 * @param {string[]} chart.columns
 * @param {Cell[]} chart.cells Row by row.
 * @param {[string, string]} chart.ends What the lightest and the darkest step stand for.
 * @returns {HTMLElement}
 */
export function grid({ label, rows, columns, cells, ends }) {
  const most = Math.max(...cells.map(({ value }) => value ?? 0));
  const marks = cells.map(({ value, tip: text }) => tip(h('span', {
    class: value === null ? 'cell unknown' : `cell step-${step(value, most)}`,
    role: 'img',
    'aria-label': text,
  }), text));
  const axis = columns.map((column, index) =>
    h('span', { style: { left: `${((index + 0.5) / columns.length) * 100}%` } }, column));
  const chart = h('div', { class: 'hours', role: 'group', 'aria-label': label },
    rows.map((row, index) => h('div', { class: 'line' },
      h('span', { class: 'label', 'aria-hidden': 'true' }, row),
      marks.slice(index * columns.length, (index + 1) * columns.length))),
    evenly(h('div', { class: 'axis', 'aria-hidden': 'true' }, axis)),
    h('div', { class: 'key', 'aria-hidden': 'true' }, ends[0],
      Array.from({ length: STEPS }, (_, index) => h('span', { class: `cell step-${index + 1}` })), ends[1]));
  rove(chart, marks, columns.length);
  return chart;
}
