// @ts-check
/*
 * What people touch on one screen, where they came from, and where they went to.
 *
 * Loaded by the page of one screen.
 */

import { bars, flow } from './chart-bars.js';
import { h, shortName } from './dom.js';
import { count, percent } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { href } from './state.js';
import { table } from './table.js';

/** So many bars are drawn; all of them are in the table. */
const TOP = 8;

/**
 * A way into a screen or out of it; null is the beginning or the end of the visit.
 *
 * @typedef {{screen: string|null, count: number}} Way
 */

/**
 * @param {HTMLElement} container
 * @param {string} screen
 * @param {import('./api.js').Filter} filter
 * @param {import('./page-screens.js').Reports} reports
 * @param {AbortSignal} signal
 */
export async function targetsPanel(container, screen, filter, reports, signal) {
  await panel(container, {
    question: say('targets.question'),
    height: 260,
    load: async () => (await reports('targets')).rows.filter((row) => row.screen === screen),
    view: (rows) => (rows.length === 0 ? null : {
      answer: phrase('targets.answer', {
        name: shortName(rows[0].target), touches: say('touches', { n: count(rows[0].touches) }, rows[0].touches),
      }),
      chart: bars(rows.slice(0, TOP).map((row) => ({
        name: row.target,
        size: row.touches,
        value: count(row.touches),
        tip: say('targets.tip', { visits: say('visits', { n: count(row.sessions) }, row.sessions) }),
      })), { more: rows.length - TOP }),
      table: () => table({
        label: say('targets.question'),
        columns: [
          { key: 'target', label: say('column.target'), isName: true },
          { key: 'touches', label: say('column.touches'), bar: true },
          { key: 'sessions', label: say('column.visits') },
        ],
        rows,
      }),
    }),
    report: { name: 'targets', parameters: filter },
  }, signal);
}

/**
 * @param {HTMLElement} container
 * @param {string} screen
 * @param {import('./api.js').Filter} filter
 * @param {import('./page-screens.js').Reports} reports
 * @param {AbortSignal} signal
 */
export async function flowPanel(container, screen, filter, reports, signal) {
  await panel(container, {
    question: say('ways.question'),
    height: 260,
    load: () => waysOf(screen, reports),
    view: ({ from, to, visits }) => (from.length + to.length === 0 ? null : {
      visits,
      answer: [
        ...sentence(from, 'from'),
        ...sentence(to, 'to'),
      ],
      chart: flow(
        { title: say('ways.from'), more: from.length - TOP, rows: from.slice(0, TOP).map((way) => rowOf(way, 'from')), none: say('ways.none') },
        { title: say('ways.to'), more: to.length - TOP, rows: to.slice(0, TOP).map((way) => rowOf(way, 'to')), none: say('ways.none') },
      ),
      table: () => h('div', { class: 'pair' }, tableOf(from, 'from'), tableOf(to, 'to')),
    }),
    report: { name: 'transitions', parameters: filter },
  }, signal);
}

/**
 * @param {string} screen
 * @param {import('./page-screens.js').Reports} reports
 * @returns {Promise<{from: Way[], to: Way[], visits: number}>} The commonest first, and in how many visits the screen was seen.
 */
async function waysOf(screen, reports) {
  const [transitions, choices, screens] = await Promise.all([
    reports('transitions'), reports('choices', { n: 1 }), reports('screens'),
  ]);
  const begun = choices.rows.find((row) => row.screen === screen)?.sessions ?? 0;
  const { last: ended = 0, sessions: visits = 0 } = screens.rows.find((row) => row.screen === screen) ?? {};
  /** @type {Way[]} */
  const from = [{ screen: null, count: begun }];
  /** @type {Way[]} */
  const to = [{ screen: null, count: ended }];
  for (const row of transitions.rows) {
    if (row.to_screen === screen) from.push({ screen: row.from_screen, count: row.count });
    if (row.from_screen === screen) to.push({ screen: row.to_screen, count: row.count });
  }
  const inOrder = (/** @type {Way[]} */ ways) => ways.filter((way) => way.count > 0).sort((a, b) => b.count - a.count);
  return { from: inOrder(from), to: inOrder(to), visits };
}

/**
 * What most people do.
 *
 * @param {Way[]} ways
 * @param {'from'|'to'} side
 * @returns {(string|Node)[]}
 */
function sentence(ways, side) {
  if (ways.length === 0) return [];
  const [{ screen, count: most }] = ways;
  const share = percent(most / ways.reduce((sum, way) => sum + way.count, 0));
  return screen === null
    ? [say(`ways.${side}.outside.answer`, { share })]
    : phrase(`ways.${side}.answer`, { share, name: shortName(screen) });
}

/**
 * @param {Way} way
 * @param {'from'|'to'} side
 * @returns {import('./chart-bars.js').Row}
 */
function rowOf(way, side) {
  return {
    name: way.screen ?? h('span', {}, say(`ways.${side}.outside`)),
    size: way.count,
    value: count(way.count),
    href: way.screen === null ? undefined : href({ page: 'screens', screen: way.screen }),
  };
}

/**
 * @param {Way[]} ways
 * @param {'from'|'to'} side
 * @returns {Node}
 */
function tableOf(ways, side) {
  return table({
    label: say(`ways.${side}`),
    columns: [
      { key: 'name', label: say(`ways.${side}`), isName: true },
      { key: 'count', label: say('column.count'), bar: true },
    ],
    rows: ways.map((way) => ({ name: way.screen ?? say(`ways.${side}.outside`), count: way.count })),
  });
}
