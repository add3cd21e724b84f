// @ts-check
/*
 * The dashboard: reads what the address asks for, and shows the list, or what to do next, or what went wrong.
 *
 * Loaded by index.html. Must leave the page usable whatever the server answers: the filters, the list that was there
 * before, and a way to try again.
 */

import { readSessions, ReadError, csvAddress, BASE } from './api.js';
import { addCopyButtons } from './copy.js';
import { counted, lasted, moment } from './format.js';
import { List } from './list.js';
import { stamp } from './stamp.js';
import * as state from './state.js';
import { showAgo } from './visit.js';

const PAGE = 50;
const AGO_MS = 30_000;

const element = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

const list = new List(element('visits'));
let loading = new AbortController();
let shown = state.read();

addCopyButtons(document);
element('tag').textContent = `<script src=${BASE.pathname}microticks.js></script>`;
element('filters').addEventListener('submit', applyFilters);
element('refresh').addEventListener('click', load);
element('retry').addEventListener('click', load);
document.addEventListener('click', (click) => {
  if (state.follow(click)) scrollTo(0, 0);
});
setInterval(() => document.querySelectorAll('time').forEach((time) => showAgo(time)), AGO_MS);
state.onChange(async (now) => {
  const sameList = state.LIST.every((name) => now[name] === shown[name]);
  shown = now;
  if (sameList) await list.setOpen(shown.open);
  else await load();
});
load();

/** Reads the list anew. What is shown meanwhile stays, dimmed, so that nothing jumps. */
async function load() {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  showAddresses();
  document.body.setAttribute('aria-busy', 'true');
  try {
    const sessions = await readSessions(shown, { offset: shown.offset, limit: PAGE + 1 }, signal);
    if (sessions.length === 0) showEmpty();
    else await showList(sessions, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ReadError)) throw error;
    showError(error);
  }
  document.body.setAttribute('aria-busy', 'false');
}

/**
 * @param {SubmitEvent} event
 */
function applyFilters(event) {
  event.preventDefault();
  const [day, device, action] = ['day', 'device', 'action'].map((name) => element(name).value);
  state.go({ day, device, action, offset: 0, open: [] });
}

/** Brings filters, links and downloads in line with the address. */
function showAddresses() {
  const latest = state.href({ day: '', device: '', action: '', offset: 0, open: [] });
  for (const id of ['home', 'clear', 'all']) element(id).href = latest;
  for (const name of /** @type {const} */ (['day', 'device', 'action'])) element(name).value = shown[name];
  element('clear').hidden = !isFiltered();
  element('later').href = state.href({ offset: Math.max(shown.offset - PAGE, 0), open: [] });
  element('earlier').href = state.href({ offset: shown.offset + PAGE, open: [] });
  element('csv-sessions').href = csvAddress('sessions', shown);
  element('csv-events').href = csvAddress('events', shown);
}

/**
 * @param {import('./api.js').Session[]} sessions One more than a page where there are earlier ones.
 * @param {AbortSignal} signal
 */
async function showList(sessions, signal) {
  const page = sessions.slice(0, PAGE);
  await list.show(page, shown, signal);
  if (signal.aborted) return;
  showOnly('list');
  showAnswer(page[0]);
  element('later').hidden = shown.offset === 0;
  element('earlier').hidden = sessions.length <= PAGE;
  await list.setOpen(shown.open);
}

/**
 * Answers the question of the heading in one sentence.
 *
 * @param {import('./api.js').Session} latest
 */
function showAnswer(latest) {
  const { content, slot } = stamp('answer-text', {
    which: shown.offset > 0 ? 'The first of these visits' : isFiltered() ? 'The latest such visit' : 'The latest visit',
    ago: `at ${moment(latest.started_at)}`,
    at: latest.device ? ' at ' : '',
    device: latest.device ?? '',
    rest: ` ${outcome(latest)}`,
  });
  showAgo(slot('ago'), latest.started_at);
  element('answer').replaceChildren(content);
}

/**
 * @param {import('./api.js').Session} session
 * @returns {string}
 */
function outcome(session) {
  const touches = counted(session.clicks, 'touch', 'touches');
  if (session.stopped_at === null) return `and is still open: ${touches} so far.`;
  const time = lasted(session);
  if (time === 'unknown') return `with ${touches}; how long it lasted is unknown.`;
  return `and lasted ${time}, with ${touches}.`;
}

function showEmpty() {
  const never = shown.offset === 0 && !isFiltered();
  element('answer').textContent = never ? 'Nobody yet: no visit is recorded.' : 'Nobody, as far as this view shows.';
  showOnly(never ? 'empty' : 'none');
}

/**
 * @param {ReadError} error
 */
function showError(error) {
  element('answer').textContent = 'That cannot be said just now.';
  element('cause').textContent = error.message;
  element('unlock').hidden = error.kind !== 'refused';
  showOnly('error');
}

/**
 * @param {'list'|'empty'|'none'|'error'} part
 */
function showOnly(part) {
  for (const id of ['list', 'empty', 'none', 'error']) element(id).hidden = id !== part;
}

function isFiltered() {
  return shown.day !== '' || shown.device !== '' || shown.action !== '';
}
