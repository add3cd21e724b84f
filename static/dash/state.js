// @ts-check
/*
 * The only file that touches the page's address. What the dashboard shows is in its query, so that a view can be kept
 * as a bookmark, sent to a colleague, and undone with the browser's back button.
 *
 * Loaded by the dashboard. Must survive any address that somebody typed.
 */

import { isDay } from './range.js';

/**
 * Everything that an address can say, as text; '' is its default. A page that needs one more word adds it to PLACES.
 *
 * @typedef {Record<keyof typeof FILTERS | keyof typeof PLACES | 'page', string>} State
 */

/** What narrows the figures. It stays when the reader goes to another page. */
const FILTERS = {
  /** today, 7, 30, 90, year, all or custom */
  range: '30',
  /** The first and last day of a custom range, as `2017-08-25`. */
  from: '',
  to: '',
  /** An IANA zone; by default the browser's. */
  tz: '',
  /** The id of an app. */
  consumer: '',
  device: '',
};

/** Where the reader is inside a page. */
const PLACES = {
  /** The screen or the visit that is looked at. */
  screen: '',
  visit: '',
  /** What a heatmap counts: touches, or `visits`. */
  by: '',
  /** Of the main table: the column that orders it, with a minus in front the greatest first; what is searched; how
      many rows are skipped. */
  sort: '',
  q: '',
  offset: '',
  /** Which visits are listed: all, or those that are `marked` or `suspect`; and what was done in them. */
  only: '',
  action: '',
  /** Where the replay of a visit stands, in seconds from its beginning. */
  at: '',
};

/** What `range` can be, in the order in which it is offered. */
export const RANGES = ['today', '7', '30', '90', 'year', 'all', 'custom'];

/**
 * @returns {State}
 */
export function read() {
  const query = new URLSearchParams(location.search);
  const state = /** @type {State} */ ({ page: query.get('page') ?? 'overview' });
  for (const [name, normal] of entries()) state[name] = query.get(name) ?? normal;
  if (!RANGES.includes(state.range)) state.range = FILTERS.range;
  for (const day of /** @type {const} */ (['from', 'to'])) if (!isDay(state[day])) state[day] = '';
  if (!/^\d{1,9}$/.test(state.offset)) state.offset = '';
  return state;
}

/**
 * The address of this page with some of its state changed; a relative one, as the page may be mounted anywhere. Another
 * page or other filters begin at their start: they forget the place that is not named.
 *
 * @param {Partial<State>} changes
 * @returns {string}
 */
export function href(changes) {
  const before = read();
  const moves = 'page' in changes || Object.keys(changes).some((name) => name in FILTERS);
  const places = 'page' in changes ? PLACES : moves ? { ...before, offset: '' } : before;
  const state = { ...before, ...pick(places), ...changes };
  const query = new URLSearchParams();
  if (state.page !== 'overview') query.set('page', state.page);
  for (const [name, normal] of entries()) if (state[name] !== normal) query.set(name, state[name]);
  return `?${query}`;
}

/**
 * Changes the state, and shows what it says.
 *
 * @param {Partial<State>} changes
 */
export function go(changes) {
  push(href(changes));
}

/**
 * Notes in the address what an element already shows (a table that was sorted): the page is not drawn anew.
 *
 * @param {Partial<State>} changes
 * @param {{replace?: boolean}} [how] `replace` for what changes with each key that is typed.
 */
export function note(changes, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', href(changes));
}

/**
 * Lets the links made with `href` (`data-state`) change the state without loading the page anew; a click that asks for
 * a new tab or window keeps its meaning.
 *
 * @param {MouseEvent} click
 */
export function follow(click) {
  const link = /** @type {Element} */ (click.target).closest('a[data-state]');
  if (!link || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
  click.preventDefault();
  push(/** @type {HTMLAnchorElement} */ (link).href);
}

/**
 * How far a page is scrolled, and the list in it.
 *
 * @typedef {{top: number, list: number}} Place
 */

/**
 * Calls back whenever the state has changed, by `go`, a link or the browser's back and forward buttons; whoever goes back
 * finds the place again that was left.
 *
 * @param {(state: State, place: Place|null) => void} listener
 */
export function onChange(listener) {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', ({ state: place }) => listener(read(), place));
}

/**
 * @param {string} address
 */
function push(address) {
  /** @type {Place} */
  const place = { top: scrollY, list: document.querySelector('.scroller')?.scrollTop ?? 0 };
  history.replaceState(place, '');
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** @returns {[keyof State, string][]} */
function entries() {
  return /** @type {[keyof State, string][]} */ (Object.entries({ ...FILTERS, ...PLACES }));
}

/**
 * @param {Partial<State>} state
 * @returns {Partial<State>}
 */
function pick(state) {
  return Object.fromEntries(Object.keys(PLACES).map((name) => [name, state[/** @type {keyof State} */ (name)]]));
}
