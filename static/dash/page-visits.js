// @ts-check
/*
 * The visits of the range, the latest first, and what happened in one of them.
 *
 * Loaded by main.js.
 */

import { filterOf, readEvents } from './api.js';
import { h } from './dom.js';
import { ago, clock, count, describe, moment, parseTime, seconds, sinceStart } from './format.js';
import { phrase, say } from './language.js';
import { firstSteps } from './first-steps.js';
import { panel } from './panel.js';
import { reportsOf } from './reports.js';
import { href, note } from './state.js';
import { table } from './table.js';

/** The most events of one visit that are read. */
const EVENTS = 1000;

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const filter = filterOf(state);
  if (state.visit) {
    await oneVisit(container, state.visit, signal);
    return;
  }
  const reports = reportsOf(filter, signal);
  await panel(container, {
    question: say('visits.question'),
    height: 480,
    load: async () => (await reports('sessions')).rows.reverse(),
    view: (rows) => (rows.length === 0 ? null : {
      answer: phrase('visits.answer', {
        ago: ago(parseTime(rows[0].started_at) ?? 0, Date.now()),
        touches: say('touches', { n: count(rows[0].touches) }, rows[0].touches),
      }),
      chart: table({
        label: say('visits.question'),
        place: state,
        onMove: note,
        columns: [
          { key: 'started_at', label: say('column.began'), isName: true, show: (row) => h('a', {
            href: href({ visit: String(row.session_id) }), 'data-state': true,
          }, moment(row.started_at)) },
          { key: 'device', label: say('column.device'), isName: true },
          { key: 'active_s', label: say('column.active'), show: (row) => seconds(row.active_s) },
          { key: 'touches', label: say('column.touches'), bar: true },
          { key: 'reason', label: say('column.reason'), isName: true },
        ],
        rows,
      }),
    }),
    nothing: () => firstSteps(state),
    report: { name: 'sessions', parameters: filter },
  }, signal);
}

/**
 * @param {HTMLElement} container
 * @param {string} visit
 * @param {AbortSignal} signal
 */
async function oneVisit(container, visit, signal) {
  container.append(h('p', {}, h('a', { class: 'back', href: href({ visit: '' }), 'data-state': true }, say('visits.back'))));
  await panel(container, {
    question: say('visits.which', { id: visit }),
    height: 480,
    load: () => readEvents({ session: visit, sort: 'time', limit: EVENTS }, signal),
    view: (events) => (events.length === 0 ? null : {
      answer: moment(events[0].time),
      chart: table({
        label: say('visits.which', { id: visit }),
        columns: [
          { key: 'time', label: say('column.after'), show: (row) => sinceStart(row.time, events[0].time) || clock(parseTime(row.time) ?? 0) },
          { key: 'action', label: say('column.action'), isName: true },
          { key: 'target', label: say('column.target'), isName: true },
          { key: 'screen', label: say('column.screen'), isName: true },
          { key: 'rest', label: say('column.rest'), isName: true },
        ],
        rows: events.map(({ time, action, data }) => ({ time, action, ...describe(data) })),
      }),
    }),
  }, signal);
}
