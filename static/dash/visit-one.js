// @ts-check
/*
 * One visit: what is known of it, its replay, how long it stayed on each screen, and all its events. Here it is marked
 * as a staff test.
 *
 * Loaded by the page of visits.
 */

import { listAddress, readEvents, readOr, readPictures, readReport, readSessions } from './api.js';
import { bars } from './chart-bars.js';
import { figure, h, nameOf, shortName } from './dom.js';
import { clock, count, describe, moment, parseTime, seconds, shortened, sinceStart } from './format.js';
import { phrase, say } from './language.js';
import { once } from './once.js';
import { panel } from './panel.js';
import { reasonName, suspectName } from './reasons.js';
import { replay } from './replay.js';
import { href } from './state.js';
import { table } from './table.js';
import { courseOf, surfaceOf } from './visit-course.js';
import { markVisits, noticePlace } from './visit-mark.js';

/** The most events of one visit that are shown; the file has all of them. */
const EVENTS = 2000;
/** So many screens are drawn, the first ones; all of them are in the table. */
const VIEWS = 40;

/** @typedef {import('./api.js').Session} Session */

/**
 * @param {HTMLElement} container
 * @param {import('./state.js').State} state
 * @param {AbortSignal} signal
 */
export async function oneVisit(container, state, signal) {
  const { visit } = state;
  const session = once(() => readSessions({ session: visit, limit: 1 }, signal).then(([row]) => row));
  const events = once(() => readEvents({ session: visit, sort: 'time', limit: EVENTS + 1 }, signal));
  container.append(h('p', {}, h('a', { class: 'back', href: href({ visit: '', at: '' }), 'data-state': true }, say('visits.back'))));
  await Promise.all([
    panel(container, {
      question: say('visits.which', { id: shortened(visit) }),
      height: 260,
      load: async () => {
        const row = await session();
        return row ? { row, figures: await reportRow('sessions', row, signal) } : null;
      },
      view: (data) => data && factsView(data.row, data.figures),
      nothing: () => [h('p', { class: 'answer' }, say('visit.missing'))],
    }, signal),
    panel(container, {
      question: say('replay.question'),
      height: 640,
      load: async () => {
        const [all, row, pictures] = await Promise.all([events(), readOr(session(), undefined), readOr(readPictures(signal), [])]);
        return { steps: courseOf(all.slice(0, EVENTS), row?.started_at ?? ''), surface: surfaceOf(all), pictures };
      },
      view: (visit) => (visit.steps.length === 0 ? null : replayView(visit, state, signal)),
      nothing: () => [h('p', { class: 'answer soft' }, say('visit.silent'))],
    }, signal),
    panel(container, {
      question: say('course.question'),
      height: 260,
      load: async () => {
        const row = await session();
        return row ? { row, views: await reportRows('paths', row, signal) } : null;
      },
      view: (data) => (data && data.views.length > 0 ? courseView(data.row, data.views) : null),
      nothing: () => [h('p', { class: 'answer soft' }, say('course.nothing'))],
    }, signal),
    panel(container, {
      question: say('events.question'),
      height: 320,
      load: events,
      view: (all) => (all.length === 0 ? null : eventsView(visit, all)),
      nothing: () => [h('p', { class: 'answer soft' }, say('visit.silent'))],
    }, signal),
  ]);
}

/**
 * @param {Session} session
 * @param {any} row Its row of the report `sessions`, where it can be found there.
 * @returns {import('./panel.js').View}
 */
function factsView(session, row) {
  const device = session.device ? shortName(session.device) : say('device.unnamed.said');
  return {
    answer: row
      ? phrase(row.active_s === null ? 'visit.answer.untimed' : 'visit.answer', {
        time: h('b', {}, seconds(row.active_s)), touches: say('touches', { n: count(row.touches) }, row.touches), device, began: moment(session.started_at),
      })
      : phrase('visit.answer.bare', { device, began: moment(session.started_at) }),
    chart: h('div', {},
      row && h('dl', { class: 'figures' },
        figure(say('column.active'), seconds(row.active_s)),
        figure(say('column.touches'), count(row.touches)),
        figure(say('column.screens'), count(row.distinct_screens)),
        figure(say('column.reason'), reasonName(row.reason), 'figure-words')),
      row?.suspect && h('p', { class: 'suspect' }, h('b', {}, say('suspect.about')), ' ', suspectName(row.suspect)),
      marker(session)),
    report: row ? { name: 'sessions', parameters: atStart(session) } : undefined,
  };
}

/**
 * Whether it counts, and the button that changes it.
 *
 * @param {Session} session
 * @returns {HTMLElement}
 */
function marker(session) {
  let isTest = session.excluded_at !== null;
  const notice = noticePlace();
  const place = h('div', { class: 'row marker' });
  draw();
  return h('div', {}, place, notice);

  function draw() {
    const press = () => markVisits([session.id], !isTest, notice, (isNow) => {
      isTest = isNow;
      draw();
    });
    place.replaceChildren(
      h('button', { type: 'button', onclick: press }, say(isTest ? 'mark.include' : 'mark.exclude')),
      h('p', { class: 'soft small' }, say(isTest ? 'mark.is' : 'mark.how')));
  }
}

/**
 * @param {{steps: import('./visit-course.js').Step[], surface: {width: number, height: number}, pictures: string[]}} visit
 * @param {import('./state.js').State} state
 * @param {AbortSignal} signal
 * @returns {import('./panel.js').View}
 */
function replayView(visit, state, signal) {
  const touches = visit.steps.filter(({ isTouch }) => isTouch);
  const placed = touches.filter(({ point }) => point !== null).length;
  const touched = say('touches', { n: count(touches.length) }, touches.length);
  return {
    answer: placed < touches.length ? say('replay.answer.some', { touches: touched, n: count(placed) }) : say('replay.answer', { touches: touched }),
    chart: replay({ ...visit, at: state.at }, signal),
  };
}

/**
 * @param {Session} session
 * @param {{screen: string, position: number, time: string, dwell_s: number|null}[]} views
 * @returns {import('./panel.js').View}
 */
function courseView(session, views) {
  const longest = views.reduce((most, row) => ((row.dwell_s ?? -1) > (most.dwell_s ?? -1) ? row : most));
  const stayed = (/** @type {typeof longest} */ row) => (row.dwell_s === null ? say('course.last') : seconds(row.dwell_s));
  return {
    answer: longest.dwell_s === null
      ? phrase('course.answer.one', { name: shortName(longest.screen) })
      : phrase('course.answer', { name: shortName(longest.screen), time: h('b', {}, seconds(longest.dwell_s)), n: say('views', { n: count(views.length) }, views.length) }),
    chart: h('div', { class: 'course' }, bars(views.slice(0, VIEWS).map((row) => ({
      name: h('span', { class: 'course-step' },
        h('span', { class: 'label' }, sinceStart(row.time, views[0].time)),
        h('a', { href: href({ page: 'screens', screen: row.screen }), 'data-state': true }, nameOf(row.screen))),
      size: row.dwell_s ?? 0,
      value: stayed(row),
    })), { more: views.length - VIEWS })),
    table: () => table({
      label: say('course.question'),
      columns: [
        { key: 'position', label: say('column.position') },
        { key: 'screen', label: say('column.screen'), isName: true },
        { key: 'time', label: say('column.at'), show: (row) => clock(parseTime(row.time) ?? 0) },
        { key: 'dwell_s', label: say('column.dwell'), bar: true, show: stayed },
      ],
      rows: views,
    }),
    report: { name: 'paths', parameters: atStart(session) },
  };
}

/**
 * @param {string} visit
 * @param {import('./api.js').Event[]} events One more than are shown, where there are more.
 * @returns {import('./panel.js').View}
 */
function eventsView(visit, events) {
  const shown = events.slice(0, EVENTS);
  const n = count(shown.length);
  return {
    answer: events.length > shown.length ? say('events.first', { n }) : say('events', { n }, shown.length),
    chart: h('div', {},
      table({
        label: say('events.question'),
        columns: [
          { key: 'time', label: say('column.after'), isName: true, show: ({ time }) => sinceStart(time, shown[0].time) || moment(time) },
          { key: 'action', label: say('column.action'), isName: true },
          { key: 'target', label: say('column.target'), isName: true },
          { key: 'screen', label: say('column.screen'), isName: true },
          { key: 'rest', label: say('column.rest'), isName: true },
        ],
        rows: shown.map(({ time, action, data }) => ({ time, action, ...describe(data) })),
      }),
      h('div', { class: 'foot' }, h('p', { class: 'files small' }, h('a', {
        href: listAddress('events', { session: visit, sort: 'time' }), download: `visit-${visit}.csv`,
      }, say('events.csv'))))),
  };
}

/**
 * The parameters that leave the visits which began in the same millisecond: no report takes the number of a visit.
 *
 * @param {Session} session
 * @returns {import('./api.js').Parameters}
 */
function atStart({ started_at: start }) {
  const ms = parseTime(start) ?? 0;
  return { from: new Date(ms).toISOString(), to: new Date(ms + 1).toISOString(), marked: 'include' };
}

/**
 * @param {'sessions'|'paths'} name
 * @param {Session} session
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>} The rows of that visit; none where its start cannot be read.
 */
async function reportRows(name, session, signal) {
  if (parseTime(session.started_at) === null) return [];
  const { rows } = await readReport(name, atStart(session), signal);
  return rows.filter((row) => row.session_id === session.id);
}

/**
 * @param {'sessions'} name
 * @param {Session} session
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function reportRow(name, session, signal) {
  return (await reportRows(name, session, signal))[0];
}
