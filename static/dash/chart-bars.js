// @ts-check
/*
 * A short ranking as bars, each with its name and its value written out, and two such rankings side by side for what
 * flows into something and out of it.
 *
 * Loaded by pages.
 */

import { h, nameOf } from './dom.js';
import { count } from './format.js';
import { share } from './geometry.js';
import { say } from './language.js';
import { openTable } from './panel.js';
import { tip } from './tip.js';

/**
 * @typedef {object} Row
 * @property {string|Node} name
 * @property {number} size How long the bar is; all share one scale that begins at zero.
 * @property {string} value What is written at it.
 * @property {string} [tip] What else there is to say.
 * @property {string} [href] An address made with `href` of state.js.
 */

/**
 * @typedef {object} How
 * @property {number} [whole] What a bar over the full width stands for; by default the greatest value. Shares give what
 *   they are shares of, so that bars side by side can be compared.
 * @property {number} [more] How many rows only the table of the panel has.
 */

/**
 * @param {Row[]} rows
 * @param {How} [how]
 * @returns {HTMLElement}
 */
export function bars(rows, { whole = Math.max(...rows.map(({ size }) => size)), more = 0 } = {}) {
  const list = h('ol', { class: 'bars' }, rows.map((row) => {
    const name = typeof row.name === 'string' ? nameOf(row.name) : row.name;
    const item = h('li', { style: { '--share': share(row.size, whole) } },
      row.href ? h('a', { href: row.href, 'data-state': true }, name) : h('span', {}, name),
      h('span', { class: 'value' }, row.value));
    if (!row.tip) return item;
    if (!row.href) item.tabIndex = 0;
    item.append(h('span', { class: 'unseen' }, row.tip));
    return tip(item, row.tip);
  }));
  if (more <= 0) return list;
  const rest = h('button', { type: 'button', class: 'more', onclick: () => openTable(rest) }, say('panel.more', { n: count(more) }));
  return h('div', {}, list, rest);
}

/**
 * @typedef {{title: string, rows: Row[], none?: string} & How} Side `none` is what stands there where nothing is.
 */

/**
 * Two or three rankings side by side, each with a scale of its own.
 *
 * @param {...Side} sides
 * @returns {HTMLElement}
 */
export function pair(...sides) {
  return h('div', { class: 'pair' }, sides.map((one) => side(one)));
}

/**
 * Where people came from, and where they went to: two rankings on one scale.
 *
 * @param {Side} from
 * @param {Side} to
 * @returns {HTMLElement}
 */
export function flow(from, to) {
  const whole = Math.max(...[...from.rows, ...to.rows].map(({ size }) => size));
  return h('div', { class: 'pair flow' }, side({ ...from, whole }), side({ ...to, whole }));
}

/**
 * @param {Side} side
 * @returns {HTMLElement}
 */
function side({ title, rows, none, ...how }) {
  return h('div', {}, h('h3', {}, title), rows.length > 0 ? bars(rows, how) : h('p', { class: 'soft small' }, none));
}
