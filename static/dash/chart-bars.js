// @ts-check
/*
 * A short ranking as bars, each with its name and its value written out, and two such rankings side by side for what
 * flows into something and out of it.
 *
 * Loaded by pages.
 */

import { h, nameOf } from './dom.js';
import { share } from './geometry.js';
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
 * @param {Row[]} rows
 * @param {number} [most] What the longest bar stands for, where other charts share the scale.
 * @returns {HTMLElement}
 */
export function bars(rows, most = Math.max(...rows.map(({ size }) => size))) {
  return h('ol', { class: 'bars' }, rows.map((row) => {
    const name = typeof row.name === 'string' ? nameOf(row.name) : row.name;
    const item = h('li', { style: { '--share': share(row.size, most) } },
      row.href ? h('a', { href: row.href, 'data-state': true }, name) : h('span', {}, name),
      h('span', { class: 'value' }, row.value));
    if (!row.tip) return item;
    if (!row.href) item.tabIndex = 0;
    item.append(h('span', { class: 'unseen' }, row.tip));
    return tip(item, row.tip);
  }));
}

/**
 * @typedef {{title: string, rows: Row[], none?: string}} Side `none` is what stands there where nothing is.
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
  const most = Math.max(...[...from.rows, ...to.rows].map(({ size }) => size));
  return h('div', { class: 'pair flow' }, side(from, most), side(to, most));
}

/**
 * @param {Side} side
 * @param {number} [most]
 * @returns {HTMLElement}
 */
function side({ title, rows, none }, most) {
  return h('div', {}, h('h3', {}, title), rows.length > 0 ? bars(rows, most) : h('p', { class: 'soft small' }, none));
}
