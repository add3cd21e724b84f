// @ts-check
/*
 * The ways that people go: what they choose first, second and third, the commonest whole journeys, the commonest
 * steps, and for each screen where they came from and where they went to.
 *
 * Loaded by main.js. Shows figures of the reports and no others.
 */

import { filterOf, readOr } from './api.js';
import { bars, pair } from './chart-bars.js';
import { h, nameOf, shortName } from './dom.js';
import { firstSteps } from './first-steps.js';
import { count, percent, seconds, shortened } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { reportsOf } from './reports.js';
import { flowPanel } from './screen-ways.js';
import { href, note } from './state.js';
import { table } from './table.js';

/** So many bars are drawn; all of them are in the table. */
const TOP = 6;
const JOURNEYS = 8;

/** @typedef {{nth: number, screen: string, sessions: number}} Choice */
/** @typedef {{from_screen: string, to_screen: string, count: number}} Step */
/** @typedef {{path: string[], sessions: number, active_s_median: number|null, stopped_idle: number}} Journey */

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const filter = filterOf(state);
  const reports = reportsOf(filter, signal);
  const of = (/** @type {string} */ name) => ({ name, parameters: filter });
  const places = [1, 2, 3, 4].map(() => h('div', { class: 'place' }));
  container.append(...places);
  await Promise.all([
    panel(places[0], {
      question: say('paths.choices'),
      height: 360,
      load: () => reports('choices'),
      view: choicesView,
      nothing: () => firstSteps(state),
      report: of('choices'),
    }, signal),
    panel(places[1], {
      question: say('paths.journeys'), height: 420, load: () => reports('journeys'), view: journeysView, report: of('journeys'),
    }, signal),
    panel(places[2], {
      question: say('paths.steps'),
      height: 320,
      load: async () => {
        const [{ rows }, choices] = await Promise.all([reports('transitions'), reports('choices')]);
        return { rows, visits: visitsOf(choices.rows, 2) };
      },
      view: stepsView,
      report: of('transitions'),
    }, signal),
    flowOfOne(places[3], state, filter, reports, signal),
  ]);
}

/**
 * @param {{rows: Choice[]}} report
 * @returns {import('./panel.js').View|null}
 */
function choicesView({ rows }) {
  if (rows.length === 0) return null;
  const nths = [1, 2, 3].map((nth) => rows.filter((row) => row.nth === nth));
  const alls = [1, 2, 3].map((nth) => visitsOf(rows, nth));
  const [first, second] = nths;
  return {
    answer: [
      ...phrase('paths.choices.first', { share: h('b', {}, percent(first[0].sessions / alls[0])), name: shortName(first[0].screen) }),
      ...(second.length > 0 ? phrase('paths.choices.second', {
        share: percent(second[0].sessions / alls[1]), name: shortName(second[0].screen),
      }) : []),
    ],
    chart: pair(...nths.map((choices, index) => ({
      title: say(`paths.nth.${/** @type {1|2|3} */ (index + 1)}`),
      none: say('paths.nth.none'),
      whole: alls[index],
      more: choices.length - TOP,
      rows: choices.slice(0, TOP).map(({ screen, sessions }) => ({
        name: screen,
        size: sessions,
        value: percent(sessions / alls[index]),
        href: href({ page: 'screens', screen }),
        tip: say('visits', { n: count(sessions) }, sessions),
      })),
    }))),
    visits: alls[0],
    table: () => table({
      label: say('paths.choices'),
      columns: [
        { key: 'nth', label: say('column.nth') },
        { key: 'screen', label: say('column.screen'), isName: true },
        { key: 'sessions', label: say('column.visits'), bar: true },
      ],
      rows,
    }),
  };
}

/**
 * @param {Choice[]} rows
 * @param {number} nth
 * @returns {number} How many visits went so far.
 */
function visitsOf(rows, nth) {
  return rows.filter((row) => row.nth === nth).reduce((sum, { sessions }) => sum + sessions, 0);
}

/**
 * @param {{rows: Journey[]}} report
 * @returns {import('./panel.js').View|null}
 */
function journeysView({ rows }) {
  if (rows.length === 0) return null;
  const visits = (/** @type {number} */ n) => say('visits', { n: count(n) }, n);
  return {
    answer: phrase('paths.journeys.answer', { visits: h('b', {}, visits(rows[0].sessions)), path: chain(rows[0].path) }),
    // The report has the commonest; fewer than those are all of them.
    visits: rows.reduce((sum, { sessions }) => sum + sessions, 0),
    chart: bars(rows.slice(0, JOURNEYS).map((row) => ({
      name: chain(row.path),
      size: row.sessions,
      value: count(row.sessions),
      tip: say(row.active_s_median === null ? 'paths.journeys.tip.untimed' : 'paths.journeys.tip', {
        time: seconds(row.active_s_median), n: count(row.stopped_idle), visits: visits(row.sessions),
      }),
    })), { more: rows.length - JOURNEYS }),
    table: () => table({
      label: say('paths.journeys'),
      columns: [
        { key: 'name', label: say('column.journey'), isName: true, show: ({ path }) => chain(path) },
        { key: 'sessions', label: say('column.visits'), bar: true },
        { key: 'active_s_median', label: say('column.activeMedian'), show: (row) => seconds(row.active_s_median) },
        { key: 'stopped_idle', label: say('column.stoppedIdle') },
      ],
      rows: rows.map((row) => ({ ...row, name: row.path.join(' ') })),
    }),
  };
}

/**
 * Names with arrows between them.
 *
 * @param {string[]} names
 * @returns {HTMLElement}
 */
function chain(names) {
  return h('span', { class: 'chain' }, names.flatMap((name, index) => [
    index > 0 ? h('span', { class: 'then' }, ' → ') : '', h('bdi', { title: shortened(name) === name ? null : name }, shortened(name)),
  ]));
}

/**
 * @param {{rows: Step[], visits: number}} report
 * @returns {import('./panel.js').View|null}
 */
function stepsView({ rows, visits }) {
  if (rows.length === 0) return null;
  const [first] = rows;
  return {
    answer: phrase('paths.steps.answer', {
      from: shortName(first.from_screen), to: shortName(first.to_screen), n: h('b', {}, say('times', { n: count(first.count) }, first.count)),
    }),
    visits,
    chart: bars(rows.slice(0, JOURNEYS).map((row) => ({
      name: chain([row.from_screen, row.to_screen]), size: row.count, value: count(row.count),
    })), { more: rows.length - JOURNEYS }),
    table: () => table({
      label: say('paths.steps'),
      search: (row) => `${row.from_screen}\n${row.to_screen}`,
      columns: [
        { key: 'from_screen', label: say('column.from'), isName: true },
        { key: 'to_screen', label: say('column.to'), isName: true, show: (row) => nameOf(row.to_screen) },
        { key: 'count', label: say('column.count'), bar: true },
      ],
      rows,
    }),
  };
}

/**
 * The ways into one screen and out of it, under a choice of the screen; at first the one that is viewed most.
 *
 * @param {HTMLElement} place
 * @param {import('./state.js').State} state
 * @param {import('./api.js').Filter} filter
 * @param {ReturnType<typeof reportsOf>} reports
 * @param {AbortSignal} signal
 */
async function flowOfOne(place, state, filter, reports, signal) {
  // Where the names cannot be read, the panel itself says why.
  const names = await readOr(reports('dwell').then(({ rows }) => rows.map(({ screen }) => screen)), []);
  if (!signal.aborted) await draw(state.screen || names[0] || '');

  /**
   * @param {string} chosen
   */
  async function draw(chosen) {
    place.style.setProperty('min-height', `${place.offsetHeight}px`);
    place.replaceChildren();
    const shown = flowPanel(place, chosen, filter, reports, signal);
    if (names.length > 0) place.querySelector('h2')?.after(picker(chosen));
    await shown;
    place.style.removeProperty('min-height');
  }

  /**
   * @param {string} chosen
   */
  function picker(chosen) {
    const offered = names.includes(chosen) ? names : [chosen, ...names];
    const select = h('select', {
      onchange: () => {
        note({ screen: select.value });
        draw(select.value);
        place.querySelector('select')?.focus();
      },
    }, offered.map((name) => h('option', { value: name, selected: name === chosen }, shortened(name))));
    return h('label', { class: 'picker label' }, say('column.screen'), select);
  }
}
