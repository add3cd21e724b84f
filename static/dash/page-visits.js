// @ts-check
/*
 * The visits of the range, the latest first, by device, day and action; those that look like no visitor with the reason
 * in words and an offer to mark them; those that are marked. Or one visit.
 *
 * Loaded by main.js.
 */

import { filterOf, readOr, readReport, readSessions } from './api.js';
import { onDay } from './date-field.js';
import { h, nameOf } from './dom.js';
import { firstSteps } from './first-steps.js';
import { ago, count, dateName, parseTime, seconds, shortened, shortMoment, utc } from './format.js';
import { phrase, say } from './language.js';
import { panel } from './panel.js';
import { isLeftOut, reasonName, suspectName } from './reasons.js';
import { go, href, note } from './state.js';
import { table } from './table.js';
import { markVisits, noticePlace } from './visit-mark.js';
import { oneVisit } from './visit-one.js';

/** So many visits are read at once, and the rest of their first day; an earlier one is found by its day. */
const MOST = 5000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Visit A row of the report `sessions`.
 * @property {number} session_id
 * @property {string} started_at
 * @property {string|null} device
 * @property {number|null} active_s
 * @property {number} touches
 * @property {number} distinct_screens
 * @property {string|null} first_screen
 * @property {string|null} last_screen
 * @property {string|null} reason
 * @property {'clock'|'stuck'|'echo'|'never_stopped'|null} suspect
 */

/**
 * @typedef {object} Found
 * @property {Visit[]} visits Those to list, the latest first.
 * @property {number} suspects How many of the period look like no visitor, listed or not.
 * @property {string} since Only from that day on.
 * @property {import('./api.js').Parameters} parameters
 */

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  if (state.visit) {
    await oneVisit(container, state, signal);
    return;
  }
  const filter = filterOf(state);
  const notice = noticePlace();
  const place = h('div', { class: 'place' });
  let shown = state;
  const { element, offer } = chooser(state, choose);
  container.append(element, notice, place);
  const actions = readReport('actions', filter, signal).then(({ rows }) => offer(rows.map(({ action }) => action)));
  await Promise.all([list(), readOr(actions, undefined)]);

  async function list() {
    place.style.setProperty('min-height', `${place.offsetHeight}px`);
    place.replaceChildren();
    await panel(place, {
      question: say(`visits.question.${onlyOf(shown)}`),
      height: 480,
      load: () => visitsOf(shown, filter, signal),
      view: (found) => (found.visits.length > 0 ? view(found, shown, move, change) : found.since ? noneSince(found.since) : null),
      nothing: () => nothing(shown),
    }, signal);
    place.style.removeProperty('min-height');
  }

  /**
   * Only the list is drawn anew: the reader's hand stays on the control.
   *
   * @param {Partial<import('./state.js').State>} changes
   */
  function choose(changes) {
    move(changes);
    notice.replaceChildren();
    list();
  }

  /**
   * @param {Partial<import('./state.js').State>} changes
   * @param {{replace?: boolean}} [how]
   */
  function move(changes, how) {
    note(changes, how);
    shown = { ...shown, ...changes };
  }

  /**
   * @param {number[]} visits
   * @param {boolean} isTest
   */
  function change(visits, isTest) {
    return markVisits(visits, isTest, notice, list);
  }
}

/**
 * @param {import('./state.js').State} state
 * @returns {'suspect'|'marked'|'all'}
 */
function onlyOf({ only }) {
  return only === 'suspect' || only === 'marked' ? only : 'all';
}

/**
 * What to do where no visit is listed: look at all of them, where it is narrowed by more than the filters of every page.
 *
 * @param {import('./state.js').State} state
 * @returns {Node[]}
 */
function nothing(state) {
  if (onlyOf(state) === 'all' && state.action === '') return firstSteps(state);
  return [h('p', { class: 'answer soft' }, say(`visits.nothing.${state.action === '' ? onlyOf(state) : 'all'}`)), showAll()];
}

/**
 * The same where earlier visits were not read: of those it says nothing.
 *
 * @param {string} since
 * @returns {import('./panel.js').View}
 */
function noneSince(since) {
  return { answer: say('visits.nothing.since', { day: dateName(since) }), chart: showAll() };
}

/** @returns {HTMLElement} */
function showAll() {
  const all = href({ only: '', action: '', offset: '' });
  return h('p', { class: 'row' }, h('a', { class: 'button', href: all, 'data-state': true }, say('visits.showAll')));
}

/**
 * Which visits are listed. The device and the period stand above, on every page; a day is a period of one day.
 *
 * @param {import('./state.js').State} state
 * @param {(changes: Partial<import('./state.js').State>) => void} choose
 * @returns {{element: HTMLElement, offer: (names: string[]) => void}} `offer` is told the actions once they are known.
 */
function chooser(state, choose) {
  const choice = (/** @type {'all'|'suspect'|'marked'} */ which) => h('label', {},
    h('input', {
      type: 'radio', name: 'only', checked: which === onlyOf(state), onchange: () => choose({ only: which === 'all' ? '' : which, offset: '' }),
    }), say(`visits.only.${which}`));
  const one = state.range === 'custom' && state.from === state.to ? state.from : '';
  const day = h('input', { id: 'visits-day', type: 'date', max: '9999-12-31', value: one });
  onDay(day, (other) => {
    if (other !== one) go(other ? { range: 'custom', from: other, to: other } : { range: '30', from: '', to: '' });
  });
  const action = h('select', { id: 'visits-action', onchange: () => choose({ action: action.value, offset: '' }) });
  offer([]);
  const element = h('div', { class: 'list-filters' },
    h('fieldset', { class: 'chooser' }, h('legend', { class: 'unseen' }, say('visits.only')), choice('all'), choice('suspect'), choice('marked')),
    h('label', { class: 'label' }, say('visits.day'), day),
    h('label', { class: 'label' }, say('visits.action'), action));
  return { element, offer };

  /**
   * @param {string[]} names Of the actions that there are.
   */
  function offer(names) {
    const chosen = action.length > 0 ? action.value : state.action;
    const all = names.includes(chosen) || chosen === '' ? names : [chosen, ...names];
    action.replaceChildren(h('option', { value: '' }, say('visits.action.any')),
      ...all.map((name) => h('option', { value: name, selected: name === chosen }, shortened(name))));
  }
}

/**
 * @param {import('./state.js').State} state
 * @param {import('./api.js').Filter} filter
 * @param {AbortSignal} signal
 * @returns {Promise<Found>}
 */
async function visitsOf(state, filter, signal) {
  const marked = onlyOf(state) === 'marked' ? { marked: 'only' } : {};
  const { since, from } = await latest({ ...filter, ...marked }, signal);
  const parameters = { ...filter, ...marked, from };
  const [{ rows }, doing] = await Promise.all([
    readReport('sessions', parameters, signal),
    state.action ? idsWith(state.action, parameters, signal) : null,
  ]);
  const found = rows.filter((row) => doing === null || doing.has(row.session_id)).reverse();
  const suspects = found.filter(({ suspect }) => suspect !== null);
  const lists = { marked: found, suspect: suspects, all: found.filter(({ suspect }) => !isLeftOut(suspect)) };
  return { visits: lists[onlyOf(state)], suspects: suspects.length, since, parameters };
}

/**
 * Where the list begins: a large file is read from the end.
 *
 * @param {import('./api.js').Parameters} parameters
 * @param {AbortSignal} signal
 * @returns {Promise<{since: string, from: string|number|undefined}>}
 */
async function latest(parameters, signal) {
  // Of all days that report lists the last ten years, of more than that from a certain one none.
  const { rows } = await readReport('days', { ...parameters, from: undefined }, signal);
  const begin = String(parameters.from ?? '');
  let visits = 0;
  for (let index = rows.length - 1; index > 0 && rows[index].date > begin; index -= 1) {
    visits += rows[index].sessions;
    if (visits >= MOST) return { since: rows[index].date, from: rows[index].date };
  }
  return { since: '', from: parameters.from };
}

/**
 * The visits in which something was done. That list goes by days of UTC, so it is asked for a day more at both ends.
 *
 * @param {string} action
 * @param {import('./api.js').Parameters} parameters
 * @param {AbortSignal} signal
 * @returns {Promise<Set<number>>}
 */
async function idsWith(action, { from, to, consumer, device }, signal) {
  const moved = (/** @type {string|number|undefined} */ day, /** @type {number} */ days) =>
    (day ? new Date(Date.parse(String(day)) + days * DAY_MS).toISOString().slice(0, 10) : '');
  const sessions = await readSessions({ action, consumer, device, from: moved(from, -1), to: moved(to, 1) }, signal);
  return new Set(sessions.map(({ id }) => id));
}

/**
 * @param {Found} found
 * @param {import('./state.js').State} state
 * @param {typeof note} move
 * @param {(visits: number[], isTest: boolean) => Promise<void>} change
 * @returns {import('./panel.js').View}
 */
function view({ visits, suspects, since, parameters }, state, move, change) {
  const only = onlyOf(state);
  const echoes = visits.filter(({ suspect }) => suspect === 'echo').map((row) => row.session_id);
  return {
    answer: answer(visits, suspects, only),
    chart: h('div', {},
      since && h('p', { class: 'few small' }, say('visits.since', { day: dateName(since) })),
      only !== 'marked' && echoes.length > 0 && h('div', { class: 'row offer' },
        h('p', { class: 'small' }, say('visits.echoes', { n: count(echoes.length) }, echoes.length)),
        h('button', { type: 'button', onclick: () => change(echoes, true) }, say('mark.echoes', { n: count(echoes.length), id: echoes[0] }, echoes.length))),
      listOf(visits, state, move, change)),
    report: { name: 'sessions', parameters },
  };
}

/**
 * @param {Visit[]} visits
 * @param {number} suspects
 * @param {'suspect'|'marked'|'all'} only
 * @returns {(string|Node)[]}
 */
function answer(visits, suspects, only) {
  const [first] = visits;
  const all = h('b', {}, say('visits', { n: count(visits.length) }, visits.length));
  if (only !== 'all') return phrase(`visits.answer.${only}`, { visits: all });
  return [
    ...phrase('visits.answer', {
      visits: all, ago: ago(parseTime(first.started_at) ?? 0, Date.now()), touches: say('touches', { n: count(first.touches) }, first.touches),
    }),
    ...(suspects > 0 ? phrase('visits.answer.some', {
      link: h('a', { href: href({ only: 'suspect', offset: '' }), 'data-state': true }, say('visits.suspects', { n: count(suspects) }, suspects)),
    }) : []),
  ];
}

/**
 * @param {Visit[]} visits
 * @param {import('./state.js').State} state
 * @param {typeof note} move
 * @param {(visits: number[], isTest: boolean) => Promise<void>} change
 * @returns {HTMLElement}
 */
function listOf(visits, state, move, change) {
  const isMarked = onlyOf(state) === 'marked';
  const button = (/** @type {Visit} */ { session_id: id }) => h('button', {
    type: 'button', class: 'in-row', onclick: () => change([id], !isMarked), 'aria-label': say(isMarked ? 'mark.include.one' : 'mark.exclude.one', { id }),
  }, say(isMarked ? 'mark.include' : 'mark.exclude'));
  const screen = (/** @type {string|null} */ name) => (name === null ? null : nameOf(name));
  return table({
    label: say('visits.list'),
    place: state,
    onMove: move,
    search: (row) => [row.session_id, row.device, row.first_screen, row.last_screen].join('\n'),
    columns: [
      { key: 'started_at', label: say('column.began'), isName: true, show: (row) => h('a', {
        href: href({ visit: String(row.session_id), at: '' }), 'data-state': true, title: utc(row.started_at),
      }, shortMoment(row.started_at)) },
      { key: 'device', label: say('column.device'), isName: true },
      { key: 'active_s', label: say('column.active'), show: (row) => seconds(row.active_s) },
      { key: 'touches', label: say('column.touches'), bar: true },
      { key: 'distinct_screens', label: say('column.screens') },
      { key: 'first_screen', label: say('column.first'), isName: true, show: (row) => screen(row.first_screen) },
      { key: 'last_screen', label: say('column.last'), isName: true, show: (row) => screen(row.last_screen) },
      { key: 'reason', label: say('column.reason'), isName: true, show: (row) => h('div', { class: 'reason' }, reasonName(row.reason)) },
      { key: 'suspect', label: say(isMarked ? 'column.mark' : 'column.suspect'), isName: true, show: (row) => (isMarked ? button(row)
        : row.suspect !== null && h('div', { class: 'suspect' }, suspectName(row.suspect), !isLeftOut(row.suspect) && button(row))) || '' },
    ],
    rows: visits,
  });
}
