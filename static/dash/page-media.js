// @ts-check
/*
 * Films and sounds: which are played, and watched to the end; and the languages that people choose.
 *
 * Loaded by main.js. Shows figures of the reports and no others.
 */

import { filterOf } from './api.js';
import { bars, pair } from './chart-bars.js';
import { addCopyButtons } from './copy.js';
import { h, shortName } from './dom.js';
import { count, percent, seconds, shortened } from './format.js';
import { language, phrase, say } from './language.js';
import { panel } from './panel.js';
import { reportsOf } from './reports.js';
import { table } from './table.js';

/** So many bars are drawn; all of them are in the table. */
const TOP = 8;
/** How often a film is watched to its end is told from so many plays on, if there is such a one. */
const PLAYS = 5;

/** @typedef {{target: string, sessions: number, plays: number, completions: number, watched_s_total: number, watched_s_median: number|null}} Film */
/** @typedef {{lang: string|null, sessions: number, touches: number}} Tongue */

/** @type {import('./pages.js').Page['show']} */
export async function show(container, state, signal) {
  const filter = filterOf(state);
  const reports = reportsOf(filter, signal);
  // A visit counts with each film and language; there are not more than all of them.
  const withVisits = async (/** @type {string} */ name) => {
    const [{ rows }, overview] = await Promise.all([reports(name), reports('overview')]);
    const visits = rows.filter(({ lang }) => lang !== null).reduce((sum, { sessions }) => sum + sessions, 0);
    return { rows, visits: Math.min(visits, overview.rows[0].sessions) };
  };
  await Promise.all([
    panel(container, {
      question: say('media.question'),
      height: 380,
      load: () => withVisits('media'),
      view: mediaView,
      nothing: () => advice('media.empty', '<video data-mt="whales" src="whales.mp4" controls></video>'),
      report: { name: 'media', parameters: filter },
    }, signal),
    panel(container, {
      question: say('languages.question'),
      height: 260,
      load: () => withVisits('languages'),
      view: languagesView,
      nothing: () => advice('languages.empty', '<html lang="en">'),
      report: { name: 'languages', parameters: filter },
    }, signal),
  ]);
}

/**
 * @param {{rows: Film[], visits: number}} report
 * @returns {import('./panel.js').View|null}
 */
function mediaView({ rows, visits }) {
  if (rows.length === 0) return null;
  const [first] = rows;
  // A film that stopped and was begun again is played twice; one that came to its end without a `play` is no share.
  const played = rows.filter(({ plays }) => plays >= PLAYS);
  const finished = (played.length > 0 ? played : rows.filter(({ plays }) => plays > 0))
    .map((film) => ({ ...film, share: film.completions / film.plays }))
    .sort((a, b) => b.share - a.share);
  return {
    answer: [
      ...phrase('media.played', { name: shortName(first.target), plays: say('plays', { n: count(first.plays) }, first.plays) }),
      ...(finished.length > 0 ? phrase('media.finished', { name: shortName(finished[0].target), share: h('b', {}, percent(finished[0].share)) }) : []),
    ],
    visits,
    chart: pair(
      { title: say('media.most'), more: rows.length - TOP, rows: rows.slice(0, TOP).map((film) => ({
        name: film.target,
        size: film.plays,
        value: count(film.plays),
        tip: say('media.tip', {
          visits: say('visits', { n: count(film.sessions) }, film.sessions), total: seconds(film.watched_s_total),
        }),
      })) },
      { title: say('media.toTheEnd'), none: say('media.none'), whole: 1, more: finished.length - TOP, rows: finished.slice(0, TOP).map((film) => ({
        name: film.target,
        size: film.share,
        value: percent(film.share),
        tip: say('media.tip.end', { n: count(film.completions), plays: say('plays', { n: count(film.plays) }, film.plays) }),
      })) },
    ),
    table: () => table({
      label: say('media.question'),
      columns: [
        { key: 'target', label: say('column.film'), isName: true },
        { key: 'plays', label: say('column.plays'), bar: true },
        { key: 'completions', label: say('column.completions') },
        { key: 'sessions', label: say('column.visits') },
        { key: 'watched_s_median', label: say('column.watched'), show: (row) => seconds(row.watched_s_median) },
        { key: 'watched_s_total', label: say('column.watchedTotal'), show: (row) => seconds(row.watched_s_total) },
      ],
      rows,
    }),
  };
}

/**
 * @param {{rows: Tongue[], visits: number}} report
 * @returns {import('./panel.js').View|null}
 */
function languagesView({ rows, visits }) {
  const known = rows.filter(({ lang }) => lang !== null);
  if (known.length === 0) return null;
  return {
    answer: phrase('languages.answer', {
      name: h('b', {}, languageName(known[0].lang)), visits: say('visits', { n: count(known[0].sessions) }, known[0].sessions),
    }),
    visits,
    chart: bars(rows.slice(0, TOP).map((row) => ({
      name: languageName(row.lang),
      size: row.sessions,
      value: count(row.sessions),
      tip: say('touches', { n: count(row.touches) }, row.touches),
    })), { more: rows.length - TOP }),
    table: () => table({
      label: say('languages.question'),
      columns: [
        { key: 'name', label: say('column.language'), isName: true },
        { key: 'sessions', label: say('column.visits'), bar: true },
        { key: 'touches', label: say('column.touches') },
      ],
      rows: rows.map((row) => ({ ...row, name: languageName(row.lang) })),
    }),
  };
}

/**
 * `German (de)`; a page may send anything as its language.
 *
 * @param {string|null} lang
 * @returns {string}
 */
function languageName(lang) {
  if (lang === null) return say('languages.unknown');
  try {
    const name = new Intl.DisplayNames(language(), { type: 'language', fallback: 'none' }).of(lang);
    return name ? `${name} (${lang})` : shortened(lang);
  } catch {
    return shortened(lang);
  }
}

/**
 * What to do so that there is something, with the tag to copy.
 *
 * @param {string} sentence
 * @param {string} tag
 * @returns {Node[]}
 */
function advice(sentence, tag) {
  const steps = h('div', { class: 'steps-to-take' },
    h('p', {}, say(`${sentence}.how`)), h('div', { class: 'snippet' }, h('pre', {}, tag)));
  addCopyButtons(steps, { copy: say('copy'), copied: say('copied'), press: say('copy.press') });
  return [h('p', { class: 'answer' }, say(sentence)), steps];
}
