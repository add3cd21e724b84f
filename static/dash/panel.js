// @ts-check
/*
 * One panel of a page: a curator's question as its heading, the answer in a sentence, the chart, and behind a
 * disclosure the table and the files. It is never without words: while it loads it keeps its height, where nothing is
 * it says what to do next, and an error says what happened and offers to try again.
 *
 * Loaded by pages.
 */

import { ReadError, reportAddress } from './api.js';
import { h } from './dom.js';
import { count } from './format.js';
import { say } from './language.js';

/** Below so many visits a share says little, and the panel says so. */
const FEW = 20;

/** A page that has been open for so long and is refused was logged in, and is no more. */
const LOGGED_IN_MS = 10_000;

/** @typedef {{name: string, parameters: import('./api.js').Parameters}} Source A report, offered as files. */

/**
 * What a panel shows of its data; null where there is nothing.
 *
 * @typedef {object} View
 * @property {string|(string|Node)[]} answer One sentence, with the number.
 * @property {Node} [chart]
 * @property {() => Node} [table] Made when somebody opens it.
 * @property {number} [visits] How many visits it is about, at most: a few are said to be few.
 * @property {Source} [report] What it is made of, where that is known only with the data.
 */

/**
 * @template Data
 * @param {HTMLElement} container Where the panel is put, at its end.
 * @param {object} panel
 * @param {string} panel.question
 * @param {() => Promise<Data>} panel.load Asked once, and again each time that the reader tries again.
 * @param {(data: Data) => View|null} panel.view
 * @param {number} [panel.height] What it is likely to need, in pixels, kept free while it loads.
 * @param {() => (string|Node)[]} [panel.nothing] What to do next where there is nothing; by default a short word.
 * @param {Source} [panel.report] What it is made of.
 * @param {AbortSignal} signal
 * @returns {Promise<void>} Resolves when it shows something.
 */
export async function panel(container, { question, load, view, height = 0, nothing, report }, signal) {
  const body = h('div', { class: 'body' });
  const heading = h('h2', { tabindex: '-1' }, question);
  const element = h('section', { class: 'panel', 'aria-busy': 'true' }, heading, body);
  container.append(element);
  await fill();

  async function fill() {
    element.setAttribute('aria-busy', 'true');
    body.style.setProperty('min-height', `${Math.max(height, body.offsetHeight)}px`);
    body.replaceChildren(h('p', { class: 'answer soft' }, say('panel.loading')));
    try {
      const shown = view(await load());
      if (signal.aborted) return;
      body.replaceChildren(...(shown ? content(shown) : nothing?.() ?? [h('p', { class: 'answer soft' }, say('panel.nothing'))]));
      body.style.removeProperty('min-height');
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ReadError)) throw error;
      askForLogin(error);
      body.replaceChildren(...trouble(error, retry));
    }
    element.removeAttribute('aria-busy');
  }

  /** The button that was pressed goes, and the focus must not. */
  function retry() {
    heading.focus({ preventScroll: true });
    return fill();
  }

  /**
   * @param {View} shown
   * @returns {Node[]}
   */
  function content({ answer, chart, table, visits, report: source = report }) {
    const parts = [h('p', { class: 'answer' }, answer)];
    if (visits !== undefined && visits < FEW) parts.push(h('p', { class: 'few small' }, say('panel.few', { n: count(FEW) })));
    if (chart) parts.push(h('div', { class: 'chart' }, chart));
    if (table || source) parts.push(h('div', { class: 'foot' }, table && disclosed(table), source && files(source)));
    return parts;
  }
}

/**
 * Whoever was logged in and is no more is asked by the page as a whole.
 *
 * @param {unknown} error What a request brought.
 */
export function askForLogin(error) {
  if (error instanceof ReadError && error.kind === 'locked' && performance.now() > LOGGED_IN_MS) location.reload();
}

/**
 * @param {() => Node} table
 * @returns {HTMLElement}
 */
function disclosed(table) {
  const details = h('details', { class: 'as-table' }, h('summary', {}, say('panel.table')));
  details.addEventListener('toggle', () => details.append(table()), { once: true });
  return details;
}

/**
 * Shows the table of the panel in which an element is.
 *
 * @param {HTMLElement} element
 */
export function openTable(element) {
  const details = element.closest('.panel')?.querySelector('details');
  if (!details) return;
  details.open = true;
  details.querySelector('summary')?.focus();
}

/**
 * @param {Source} report
 * @returns {HTMLElement}
 */
function files({ name, parameters }) {
  const link = (/** @type {'csv'|'xlsx'|''} */ format, /** @type {string} */ word) => h('a', {
    href: reportAddress(name, parameters, format),
    // The server says what it is called.
    download: format !== '',
    'aria-label': `${word}: ${say(`report.${name}`)}`,
  }, word);
  return h('p', { class: 'files small' },
    link('csv', say('panel.csv')), ' ', link('xlsx', say('panel.xlsx')), ' ', link('', 'JSON'));
}

/**
 * What happened, and a way to try again.
 *
 * @param {ReadError} error
 * @param {() => void} retry
 * @returns {Node[]}
 */
export function trouble(error, retry) {
  const words = say(`error.${error.kind}`);
  const said = ['refused', 'failed', 'busy'].includes(error.kind) ? ` ${say('error.said', { said: error.message })}` : '';
  return [h('div', { class: 'trouble', role: 'alert' },
    h('p', { class: 'alarm' }, words + said),
    h('p', { class: 'soft small' }, say('error.collecting')),
    h('p', { class: 'row' },
      h('button', { type: 'button', onclick: retry }, say('error.retry')),
      error.kind === 'locked' && h('a', { class: 'button', href: '' }, say('error.login'))))];
}
