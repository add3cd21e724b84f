// @ts-check
/*
 * Everything that can be taken away: each report as a spreadsheet or CSV, the visits and events row by row, and the
 * database itself.
 *
 * Loaded by the set-up page.
 */

import { listAddress, reportAddress, snapshotAddress } from './api.js';
import { h } from './dom.js';
import { say } from './language.js';

/** In the order in which somebody who looks through them would want them. */
const REPORTS = /** @type {const} */ ([
  'overview', 'days', 'weekdays', 'hours', 'grid', 'screens', 'types', 'dwell', 'targets', 'heatmap', 'choices', 'transitions',
  'journeys', 'paths', 'pages', 'actions', 'stops', 'media', 'languages', 'sessions',
]);

/**
 * @param {import('./api.js').Filter} filter
 * @returns {HTMLElement}
 */
export function downloads(filter) {
  // The server says what a file is called.
  const link = (/** @type {string} */ href, /** @type {string} */ word, /** @type {string} */ what) => h('a', {
    href, download: true, 'aria-label': `${what}: ${word}`,
  }, word);
  const report = (/** @type {string} */ name) => {
    const what = say(`report.${name}`);
    return h('li', {}, h('span', {}, what), h('span', { class: 'files' },
      link(reportAddress(name, { ...filter }, 'xlsx'), say('panel.xlsx'), what),
      link(reportAddress(name, { ...filter }, 'csv'), say('panel.csv'), what)));
  };
  const list = (/** @type {'sessions'|'events'} */ name) => h('li', {}, h('span', {}, say(`downloads.${name}`)),
    h('span', { class: 'files' }, link(listAddress(name), say('panel.csv'), say(`downloads.${name}`))));
  return h('section', { class: 'panel' },
    h('h2', {}, say('downloads.question')),
    h('p', { class: 'answer' }, say('downloads.answer')),
    h('p', { class: 'row offer' },
      h('a', { class: 'button', href: snapshotAddress(), download: true }, say('downloads.file')),
      h('span', { class: 'soft small' }, say('downloads.file.how'))),
    h('h3', {}, say('downloads.reports')),
    h('ul', { class: 'downloads small' }, REPORTS.map(report)),
    h('h3', {}, say('downloads.rows')),
    h('ul', { class: 'downloads small' }, list('sessions'), list('events')));
}
