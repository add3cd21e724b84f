// @ts-check
/*
 * A table that can be sorted, searched and paged, with thin bars under its main column so that it reads as a chart.
 * Thousands of rows are shown 200 at a time.
 *
 * Loaded by pages and panels.
 */

import { h, nameOf } from './dom.js';
import { count } from './format.js';
import { share } from './geometry.js';
import { locale, say } from './language.js';

/** So many rows are in the page at a time. */
const PAGE = 200;

/**
 * @template {object} Row
 * @typedef {object} Column
 * @property {keyof Row & string} key What the column shows, and what it is sorted by.
 * @property {string} label
 * @property {(row: Row) => string|Node|null} [show] How; by default a name as it is, a number with its separators.
 *   Null is a dash: unknown.
 * @property {boolean} [isName] Names stand left, all else right.
 * @property {boolean} [bar] The main column: its value is also a thin bar.
 */

/**
 * Where the reader is in the table: `sort` is a column's key, with `-` in front the greatest first.
 *
 * @typedef {{sort: string, q: string, offset: string}} Place
 */

/**
 * @template {object} Row
 * @param {object} table
 * @param {string} table.label Its caption, for a screen reader.
 * @param {Column<Row>[]} table.columns
 * @param {Row[]} table.rows In their own order, which is the report's.
 * @param {Partial<Place>} [table.place]
 * @param {(row: Row) => string} [table.search] The text of a row that is searched; without it there is no search.
 * @param {(place: Partial<Place>, how?: {replace?: boolean}) => void} [table.onMove] Told where the reader went; give
 *   `note` of state.js to keep it in the address.
 * @returns {HTMLElement}
 */
export function table({ label, columns, rows, place = {}, search, onMove = () => {} }) {
  const at = { sort: '', q: '', offset: '', ...place };
  const most = Object.fromEntries(columns.filter(({ bar }) => bar).map(({ key }) =>
    [key, rows.reduce((greatest, row) => Math.max(greatest, Number(row[key] ?? 0)), 0)]));
  const body = h('tbody');
  const said = h('p', { class: 'soft small', role: 'status' });
  const earlier = h('button', { type: 'button', onclick: () => turn(-PAGE) }, say('table.previous'));
  const later = h('button', { type: 'button', onclick: () => turn(PAGE) }, say('table.next'));
  const heads = columns.map((column) => h('th', { scope: 'col', class: column.isName ? null : 'number' },
    h('button', { type: 'button', class: 'sorter', onclick: () => sortBy(column) }, column.label)));
  const field = search && h('input', { type: 'search', value: at.q, oninput: find, autocomplete: 'off', spellcheck: 'false' });
  const scroller = h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', {}, h('caption', { class: 'unseen' }, label), h('thead', {}, h('tr', {}, heads)), body));
  let first = 0;
  const element = h('div', { class: 'tabular' },
    field && h('label', { class: 'search label' }, say('table.search'), field),
    scroller,
    h('div', { class: 'pager' }, said, earlier, later));
  fill();
  return element;

  function fill() {
    const found = search && at.q ? rows.filter((row) => search(row).toLowerCase().includes(at.q.toLowerCase())) : rows;
    const sorted = inOrder(found, at.sort);
    const offset = Math.min(Number(at.offset) || 0, Math.max(0, sorted.length - 1));
    first = offset - (offset % PAGE);
    const page = sorted.slice(first, first + PAGE);
    body.replaceChildren(...page.map(line));
    heads.forEach((head, index) => {
      const { key } = columns[index];
      const order = at.sort === key ? 'ascending' : at.sort === `-${key}` ? 'descending' : null;
      if (order) head.setAttribute('aria-sort', order);
      else head.removeAttribute('aria-sort');
    });
    earlier.hidden = first === 0;
    later.hidden = first + PAGE >= sorted.length;
    const values = { from: count(first + 1), to: count(first + page.length), all: count(sorted.length) };
    if (sorted.length === 0) said.textContent = say('table.none');
    else if (sorted.length > PAGE) said.textContent = say('table.range', values);
    else said.textContent = field ? say('table.rows', { n: count(sorted.length) }, sorted.length) : '';
  }

  /**
   * @param {Row} row
   */
  function line(row) {
    return h('tr', {}, columns.map((column) => h(column === columns[0] ? 'th' : 'td', {
      scope: column === columns[0] ? 'row' : null,
      class: [column.isName ? '' : 'number', column.bar ? 'bar' : ''].join(' ').trim() || null,
      style: column.bar ? { '--share': share(Number(row[column.key] ?? 0), most[column.key]) } : {},
    }, cell(row, column))));
  }

  /**
   * @param {Column<Row>} column
   */
  function sortBy({ key, isName }) {
    const [first, second] = isName ? [key, `-${key}`] : [`-${key}`, key];
    move({ sort: at.sort === first ? second : first, offset: '' });
  }

  /**
   * @param {number} rowsAway
   */
  function turn(rowsAway) {
    move({ offset: String(Math.max(0, first + rowsAway) || '') });
    element.scrollIntoView({ block: 'start' });
    // At either end the button that was pressed is gone.
    if ((rowsAway < 0 ? earlier : later).hidden) scroller.focus({ preventScroll: true });
  }

  function find() {
    move({ q: /** @type {HTMLInputElement} */ (field).value, offset: '' }, { replace: true });
  }

  /**
   * @param {Partial<Place>} changes
   * @param {{replace?: boolean}} [how]
   */
  function move(changes, how) {
    Object.assign(at, changes);
    // First the address: the links in the rows are made of it.
    onMove(changes, how);
    fill();
    scroller.scrollTop = 0;
  }
}

/**
 * @template {object} Row
 * @param {Row} row
 * @param {Column<Row>} column
 * @returns {string|Node}
 */
function cell(row, { key, show, isName }) {
  const value = /** @type {unknown} */ (row[key]);
  if (show) return show(row) ?? '–';
  if (value === null) return '–';
  return isName ? nameOf(String(value)) : count(Number(value));
}

/**
 * The rows in the order of a column; what is unknown comes last either way, equal ones keep their order.
 *
 * @template {object} Row
 * @param {Row[]} rows
 * @param {string} sort
 * @returns {Row[]}
 */
function inOrder(rows, sort) {
  const key = /** @type {keyof Row} */ (sort.replace(/^-/, ''));
  if (rows.length === 0 || !(key in rows[0])) return rows;
  const way = sort.startsWith('-') ? -1 : 1;
  const collator = new Intl.Collator(locale(), { numeric: true });
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return way * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
  });
}
