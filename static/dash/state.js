// @ts-check
/*
 * The only file that touches the page's address. What the dashboard shows is in its query, so that a view can be kept
 * as a bookmark, sent to a colleague, and undone with the browser's back button.
 *
 * Loaded by the dashboard. Must survive any address that somebody typed.
 */

import { isDay } from './format.js';

/**
 * @typedef {object} State
 * @property {string} key The key that opens reading; it stays in the address it came with.
 * @property {string} day A local day, as `2017-08-25`.
 * @property {string} device
 * @property {string} action
 * @property {number} offset How many newer visits are skipped.
 * @property {number[]} open The ids of the visits whose events are shown.
 */


/** The parts of the state that decide which visits are listed. */
export const LIST = /** @type {const} */ (['key', 'day', 'device', 'action', 'offset']);

/**
 * @returns {State}
 */
export function read() {
  const query = new URLSearchParams(location.search);
  const text = (/** @type {string} */ name) => query.get(name) ?? '';
  return {
    key: text('key'),
    day: isDay(text('day')) ? text('day') : '',
    device: text('device'),
    action: text('action'),
    offset: whole(text('offset')) ?? 0,
    open: text('open').split(',').map(whole).filter((id) => id !== null),
  };
}

/**
 * The address of this page with some of its state changed; a relative one, as the page may be mounted anywhere.
 *
 * @param {Partial<State>} changes
 * @returns {string}
 */
export function href(changes) {
  const { offset, open, ...texts } = { ...read(), ...changes };
  const query = new URLSearchParams(Object.entries(texts).filter(([, value]) => value !== ''));
  if (offset > 0) query.set('offset', String(offset));
  if (open.length > 0) query.set('open', open.join(','));
  return `?${query}`;
}

/**
 * @param {Partial<State>} changes
 */
export function go(changes) {
  push(href(changes));
}

/**
 * Lets the links made with `href` change the state without loading the page anew; a click that asks for a new tab or
 * window keeps its meaning.
 *
 * @param {MouseEvent} click
 * @returns {boolean} Whether the click was such a link.
 */
export function follow(click) {
  const link = /** @type {Element} */ (click.target).closest('a[data-state]');
  if (!link || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return false;
  click.preventDefault();
  push(/** @type {HTMLAnchorElement} */ (link).href);
  return true;
}

/**
 * Calls back whenever the state has changed, by `go` or by the browser's back and forward buttons.
 *
 * @param {(state: State) => void} listener
 */
export function onChange(listener) {
  addEventListener('popstate', () => listener(read()));
}

/**
 * @param {string} address
 */
function push(address) {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/**
 * @param {string} text
 * @returns {number|null}
 */
function whole(text) {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
