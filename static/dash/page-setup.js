// @ts-check
/*
 * The set-up: does a touch arrive, the tag for each app, the address for other machines, each device's last sign of
 * life, the visits that are marked, and everything as files.
 *
 * Loaded by main.js.
 */

import { BASE, filterOf, readConsumers, readOr, readReport } from './api.js';
import { addCopyButtons } from './copy.js';
import { deviceList } from './device-list.js';
import { h, nameOf, shortName } from './dom.js';
import { downloads } from './downloads.js';
import { ago, count, moment, parseTime, seconds, shortMoment, utc } from './format.js';
import { phrase, say } from './language.js';
import { liveCheck } from './live-check.js';
import { once } from './once.js';
import { panel } from './panel.js';
import { href } from './state.js';
import { table } from './table.js';
import { markVisits, noticePlace } from './visit-mark.js';

/** So many apps are shown with their tags; all of them are in the table. */
const APPS = 12;
/** So many marked visits are listed; the list of visits has all of them. */
const MARKED = 200;

/** @typedef {Awaited<ReturnType<typeof readConsumers>>} Roster */

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const places = Array.from({ length: 6 }, () => h('div', { class: 'place' }));
  container.append(...places);
  const [check, apps, address, devices, marked, files] = places;
  const roster = once(() => readConsumers(signal));
  const names = async () => new Map((await readOr(roster(), null))?.consumers.map(({ id, name }) => [id, name]));
  const list = deviceList(devices, state, names, noDevices, signal);
  liveCheck(check, state, list, signal);
  files.append(downloads(filterOf(state)));
  await Promise.all([
    panel(apps, { question: say('apps.question'), height: 260, load: roster, view: appsView, nothing: noApps }, signal),
    panel(address, { question: say('address.question'), height: 130, load: roster, view: addressView }, signal),
    list.shown,
    markedPanel(marked, signal),
  ]);
}

/**
 * @param {Roster} roster
 * @returns {import('./panel.js').View|null}
 */
function appsView({ consumers, from_elsewhere: elsewhere }) {
  const active = consumers.filter((app) => app.deleted_at === null);
  if (active.length === 0) return null;
  const script = `${reachedAt(elsewhere) ?? BASE.href}microticks.js`;
  const now = Date.now();
  const heard = active.filter((app) => app.last_event !== null);
  const latest = heard.reduce((/** @type {import('./api.js').Consumer|null} */ best, app) =>
    ((best?.last_event ?? '') < (app.last_event ?? '') ? app : best), null);
  // The newest first: it is the one that somebody sets up.
  const chart = h('div', { class: 'apps' }, active.toReversed().slice(0, APPS).map((app) => h('div', {},
    h('h3', {}, nameOf(app.name)),
    h('p', { class: 'soft small' }, [lastEvent(app, now), app.ip_filter ? say('apps.filter', { from: app.ip_filter }) : ''].filter(Boolean).join(' · ')),
    h('div', { class: 'snippet' }, h('pre', {}, `<script async src="${script}" data-consumer-key="${app.key}"></script>`)))));
  addCopyButtons(chart, { copy: say('copy'), copied: say('copied'), press: say('copy.press') });
  const n = say('apps', { n: count(active.length) }, active.length);
  return {
    answer: latest
      ? phrase('apps.answer', { n: h('b', {}, n), ago: ago(parseTime(latest.last_event) ?? 0, now), name: shortName(latest.name) })
      : phrase('apps.answer.silent', { n: h('b', {}, n) }),
    chart,
    table: () => table({
      label: say('apps.question'),
      columns: [
        { key: 'name', label: say('column.app'), isName: true },
        { key: 'created_at', label: say('column.created'), isName: true, show: (app) => moment(app.created_at) },
        { key: 'last_event', label: say('column.lastEvent'), isName: true, show: (app) => (app.last_event === null ? null : moment(app.last_event)) },
        { key: 'deleted_at', label: say('column.removed'), isName: true, show: (app) => (app.deleted_at === null ? null : moment(app.deleted_at)) },
        { key: 'ip_filter', label: say('column.ipFilter'), isName: true },
        { key: 'key', label: say('column.key'), isName: true },
      ],
      rows: consumers,
    }),
  };
}

/**
 * @param {import('./api.js').Consumer} app
 * @param {number} now
 * @returns {string}
 */
function lastEvent({ last_event: last }, now) {
  return last === null ? say('apps.never') : say('apps.last', { ago: ago(parseTime(last) ?? 0, now) });
}

/** @returns {Node[]} */
function noApps() {
  return [h('p', { class: 'answer' }, say('apps.nothing')), steps(say('apps.nothing.how'), 'microticks --add-consumer MyApp')];
}

/** @returns {Node[]} */
function noDevices() {
  return [
    h('p', { class: 'answer' }, say('devices.nothing')),
    steps(say('devices.nothing.how'), `<script async src="${BASE.href}microticks.js" data-device="table-1"></script>`),
  ];
}

/**
 * The address for other machines. Whoever reads this on one of them has come by it: by a proxy, maybe, of which the
 * server knows nothing.
 *
 * @param {string|null} elsewhere Where the server believes that it is reached.
 * @returns {string|null}
 */
function reachedAt(elsewhere) {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(BASE.hostname) ? elsewhere : BASE.href;
}

/**
 * @param {Roster} roster
 * @returns {import('./panel.js').View}
 */
function addressView({ listening, from_elsewhere: elsewhere }) {
  const reached = reachedAt(elsewhere);
  if (!reached && BASE.pathname !== '/') return { answer: say('address.proxy', { path: BASE.pathname }) };
  return reached
    ? { answer: phrase('address.answer', { address: h('b', {}, reached) }), chart: steps(say('address.how'), `${reached}microticks.js`) }
    : {
      answer: phrase('address.none', { address: h('b', {}, listening) }),
      chart: steps(say('address.none.how'), `microticks --key a-long-secret --bind 0.0.0.0:${listening.split(':').pop()}`),
    };
}

/**
 * What to do, and the text to copy for it.
 *
 * @param {string} sentence
 * @param {string} text
 * @returns {HTMLElement}
 */
function steps(sentence, text) {
  const element = h('div', { class: 'steps-to-take' },
    h('p', { class: 'soft' }, sentence), h('div', { class: 'snippet' }, h('pre', {}, text)));
  addCopyButtons(element, { copy: say('copy'), copied: say('copied'), press: say('copy.press') });
  return element;
}

/**
 * The visits that are marked as staff tests, of all time.
 *
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 */
async function markedPanel(place, signal) {
  const notice = noticePlace();
  const list = h('div');
  place.append(list, notice);
  await show();

  async function show() {
    list.replaceChildren();
    await panel(list, {
      question: say('marked.question'),
      height: 130,
      load: async () => (await readReport('sessions', { marked: 'only', limit: MARKED + 1 }, signal)).rows,
      view: (rows) => (rows.length === 0 ? null : {
        answer: rows.length > MARKED
          ? say('marked.many', { n: count(MARKED) })
          : phrase('marked.answer', { visits: h('b', {}, say('visits', { n: count(rows.length) }, rows.length)) }),
        chart: table({
          label: say('marked.question'),
          columns: [
            { key: 'started_at', label: say('column.began'), isName: true, show: (row) => h('a', {
              href: href({ page: 'visits', visit: String(row.session_id) }), 'data-state': true, title: utc(row.started_at),
            }, shortMoment(row.started_at)) },
            { key: 'device', label: say('column.device'), isName: true },
            { key: 'active_s', label: say('column.active'), show: (row) => seconds(row.active_s) },
            { key: 'touches', label: say('column.touches') },
            { key: 'session_id', label: say('column.mark'), isName: true, show: ({ session_id: id }) => h('button', {
              type: 'button', class: 'in-row', 'aria-label': say('mark.include.one', { id }), onclick: () => markVisits([id], false, notice, show),
            }, say('mark.include')) },
          ],
          rows: rows.slice(0, MARKED),
        }),
        report: { name: 'sessions', parameters: { marked: 'only' } },
      }),
      nothing: () => [
        h('p', { class: 'answer soft' }, say('marked.nothing')),
        h('p', { class: 'row' }, h('a', { class: 'button', href: href({ page: 'visits' }), 'data-state': true }, say('marked.nothing.how'))),
      ],
    }, signal);
  }
}
