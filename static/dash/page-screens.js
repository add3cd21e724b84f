// @ts-check
/*
 * All screens as a table, or one of them: where fingers land on it, what they touch, where people came from and where
 * they went to.
 *
 * Loaded by main.js. Shows figures of the reports and no others.
 */

import { filterOf } from './api.js';
import { figure, h, shortName } from './dom.js';
import { firstSteps } from './first-steps.js';
import { count, percent, seconds, shortened } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { reportsOf } from './reports.js';
import { heatPanel } from './screen-heat.js';
import { flowPanel, targetsPanel } from './screen-ways.js';
import { href, note } from './state.js';
import { table } from './table.js';

/** @typedef {ReturnType<typeof reportsOf>} Reports */

/**
 * @typedef {object} Screen A row of `screens`, and of `dwell` where it has been viewed.
 * @property {string} screen
 * @property {number} views
 * @property {number} sessions
 * @property {number} landed
 * @property {number} in_vain
 * @property {number} last
 * @property {number} measured
 * @property {number|null} median_s
 * @property {number|null} p90_s
 */

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const filter = filterOf(state);
  const reports = reportsOf(filter, signal);
  if (state.screen === '') {
    await panel(container, {
      question: say('screens.question'),
      height: 560,
      load: async () => ({ screens: await screensOf(reports), visits: (await reports('overview')).rows[0].sessions }),
      view: ({ screens, visits }) => (screens.length === 0 ? null : allView(screens, visits, state)),
      nothing: () => firstSteps(state),
      report: { name: 'screens', parameters: filter },
    }, signal);
    return;
  }
  const { screen } = state;
  container.append(h('p', {}, h('a', { class: 'back', href: href({ screen: '', by: '' }), 'data-state': true }, say('screens.back'))));
  await Promise.all([
    panel(container, {
      question: shortened(screen),
      height: 150,
      load: () => screensOf(reports),
      view: (screens) => oneView(screens.find((row) => row.screen === screen)),
      report: { name: 'dwell', parameters: filter },
    }, signal),
    heatPanel(container, state, filter, reports, signal),
    targetsPanel(container, screen, filter, reports, signal),
    flowPanel(container, screen, filter, reports, signal),
  ]);
}

/**
 * @param {Reports} reports
 * @returns {Promise<Screen[]>} The most viewed first.
 */
async function screensOf(reports) {
  const [screens, dwell] = await Promise.all([reports('screens'), reports('dwell')]);
  const dwellOf = new Map(dwell.rows.map((row) => [row.screen, row]));
  const unseen = { measured: 0, median_s: null, p90_s: null };
  return screens.rows
    .map((row) => {
      const { measured, median_s, p90_s } = dwellOf.get(row.screen) ?? unseen;
      return { ...row, measured, median_s, p90_s };
    })
    .sort((a, b) => b.views - a.views);
}

/**
 * @param {Screen[]} screens
 * @param {number} visits
 * @param {import('./state.js').State} state
 * @returns {import('./panel.js').View}
 */
function allView(screens, visits, state) {
  const worst = screens.reduce((most, row) => (row.in_vain > most.in_vain ? row : most));
  return {
    answer: [
      ...phrase('screens.viewed', {
        screens: say('screens', { n: count(screens.length) }, screens.length), name: shortName(screens[0].screen),
      }),
      ...(worst.in_vain > 0 ? phrase('screens.inVain', {
        name: shortName(worst.screen), share: percent(worst.in_vain / worst.landed), times: say('times', { n: count(worst.in_vain) }, worst.in_vain),
      }) : []),
    ],
    visits,
    chart: table({
      label: say('screens.question'),
      place: state,
      onMove: note,
      search: (row) => row.screen,
      columns: [
        { key: 'screen', label: say('column.screen'), isName: true, show: ({ screen }) => h('a', {
          href: href({ page: 'screens', screen }), 'data-state': true, class: 'name', title: screen,
        }, h('bdi', {}, screen)) },
        { key: 'views', label: say('column.views'), bar: true },
        { key: 'sessions', label: say('column.visits') },
        { key: 'landed', label: say('column.landed') },
        { key: 'in_vain', label: say('column.inVain'), bar: true },
        { key: 'median_s', label: say('column.median'), show: (row) => seconds(row.median_s) },
        { key: 'p90_s', label: say('column.p90'), show: (row) => seconds(row.p90_s) },
        { key: 'last', label: say('column.ends') },
      ],
      rows: screens,
    }),
  };
}

/**
 * @param {Screen|undefined} row
 * @returns {import('./panel.js').View|null}
 */
function oneView(row) {
  if (!row) return null;
  return {
    answer: row.median_s === null
      ? say('screens.unmeasured', { views: say('views', { n: count(row.views) }, row.views) })
      : phrase('screens.held', { time: h('b', {}, seconds(row.median_s)), p90: seconds(row.p90_s) }),
    chart: h('dl', { class: 'figures' },
      figure(say('column.views'), count(row.views)),
      figure(say('column.visits'), count(row.sessions)),
      figure(say('column.landed'), count(row.landed)),
      figure(say('column.inVain'), count(row.in_vain)),
      figure(say('column.ends'), count(row.last))),
    visits: row.sessions,
  };
}
