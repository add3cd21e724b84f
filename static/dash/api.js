// @ts-check
/*
 * The only file that fetches. Turns what a page wants to see into requests, and every way in which a request can fail
 * into one `ReadError`, whose kind strings.js has words for.
 *
 * Loaded by the dashboard and the documentation. Must not touch the page or its address.
 */

import { rangeOf, zoneOf } from './range.js';

/** @typedef {import('./state.js').State} State */

/**
 * The parameters that narrow a report.
 *
 * @typedef {{from?: string, to?: string, tz?: string, consumer?: string, device?: string}} Filter
 */

/** @typedef {Record<string, string|number|undefined>} Parameters */

/**
 * @template {object} Row
 * @typedef {{from: string|null, to: string|null, tz: string, columns: string[], rows: Row[]}} Report
 */

/** @typedef {{id: number, name: string, key: string, ip_filter: string|null, created_at: string, deleted_at: string|null, last_event: string|null}} Consumer */
/** @typedef {{consumer_id: number, name: string, last_alive: string, queued: number|null, dropped: number|null, version: string|null, width: number|null, height: number|null}} Device */
/** @typedef {{id: number, session_id: number, time: string, action: string, data: unknown, seq: number|null}} Event */
/** @typedef {{id: number, consumer_id: number, started_at: string, stopped_at: string|null, clicks: number, device: string|null, stop_reason: string|null, excluded_at: string|null}} Session */
/** @typedef {{consumer: boolean, script: boolean, touch: boolean}} Setup */

/** The folder in which the server is mounted: this file is `dash/api.js` in it. */
export const BASE = new URL('..', import.meta.url);

/** How often a busy server is asked again, and the longest that it is waited for each time. */
const TRIES = 3;
const LONGEST_WAIT_S = 15;
/** A report may take half of this until it begins. */
const PATIENCE_MS = 60_000;

/** A request that brought nothing. */
export class ReadError extends Error {
  /**
   * `unreachable`: no answer. `locked`: log in first. `busy`: the server says to come back later. `refused`: the
   * request was wrong, `message` is the server's own word. `missing`: there is no such thing here. `failed`: else.
   *
   * @param {'unreachable'|'locked'|'busy'|'refused'|'missing'|'failed'} kind
   * @param {string} [message]
   */
  constructor(kind, message = '') {
    super(message);
    this.kind = kind;
  }
}

/**
 * What the filters of the address leave, as all reports take it.
 *
 * @param {State} state
 * @param {number} [now]
 * @returns {Filter}
 */
export function filterOf(state, now = Date.now()) {
  return { ...rangeOf(state, now), tz: zoneOf(state.tz), consumer: state.consumer, device: state.device };
}

/**
 * A report, its rows as objects by the names of its columns (docs/reports.md says what they mean).
 *
 * @param {string} name
 * @param {Parameters} parameters A `Filter`, and what that report takes beside it.
 * @param {AbortSignal} signal
 * @returns {Promise<Report<any>>}
 */
export async function readReport(name, parameters, signal) {
  const { from, to, tz, columns, rows } = await read(`reports/${name}`, parameters, signal);
  const record = (/** @type {unknown[]} */ row) => Object.fromEntries(row.map((value, index) => [columns[index], value]));
  return { from, to, tz, columns, rows: rows.map(record) };
}

/**
 * Where the same report is offered as a file, or as JSON.
 *
 * @param {string} name
 * @param {Parameters} parameters
 * @param {'csv'|'xlsx'|''} format
 * @returns {string}
 */
export function reportAddress(name, parameters, format) {
  return address(`reports/${name}`, { ...parameters, format }).href;
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<{listening: string, from_elsewhere: string|null, consumers: Consumer[]}>}
 */
export function readConsumers(signal) {
  return read('consumers', {}, signal);
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<{now: string, devices: Device[], names: string[]}>} The devices that gave a sign of life, the names
 *   that visits have, and the server's clock.
 */
export function readDevices(signal) {
  return read('devices', {}, signal);
}

/**
 * The names of the screens that have a picture.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>}
 */
export async function readPictures(signal) {
  return (await read('screens', {}, signal)).screens;
}

/**
 * @param {string} screen
 * @returns {string} A name with a slash is written in it as that of the file is: proxies refuse or change `%2F`.
 */
export function pictureAddress(screen) {
  const name = screen.includes('/') ? screen.replaceAll('%', '%25').replaceAll('/', '%2F') : screen;
  return address(`screens/${encodeURIComponent(name)}`).href;
}

/**
 * The address of the kiosk page that is this screen, if this origin serves it: a screen without a name of its own is
 * called by path and hash of its page.
 *
 * @param {string} screen
 * @param {AbortSignal} signal
 * @returns {Promise<string|null>}
 */
export async function readKioskPage(screen, signal) {
  const page = screen.startsWith('/') ? within(screen) : null;
  if (page?.origin !== BASE.origin) return null;
  // Whoever sends events names screens: such a name may be that of something which never ends, or does something.
  const ask = (/** @type {'HEAD'|'GET'} */ method) => fetch(page, { signal, method, credentials: 'omit' }).catch(() => null);
  if (!isPage(await ask('HEAD'))) return null;
  const reply = await ask('GET');
  if (!reply || !isPage(reply)) {
    reply?.body?.cancel();
    return null;
  }
  // What else is there may be a page of another host's path, such as our own welcome.
  return /<script[^>]+\bsrc=[^>]*microticks\.js/i.test(await reply.text()) ? page.href : null;
}

/**
 * @param {Response|null} reply
 * @returns {boolean}
 */
function isPage(reply) {
  return Boolean(reply?.ok && reply.headers.get('Content-Type')?.startsWith('text/html'));
}

/**
 * @param {string} path
 * @returns {URL|null} Null for what is no address, such as `//`.
 */
function within(path) {
  try {
    return new URL(path, BASE);
  } catch {
    return null;
  }
}

/**
 * @param {Parameters} parameters Filters, order and paging of `GET /sessions`.
 * @param {AbortSignal} signal
 * @returns {Promise<Session[]>}
 */
export async function readSessions(parameters, signal) {
  return (await read('sessions', parameters, signal)).sessions;
}

/**
 * Where the rows of `GET /sessions` or `GET /events` are offered as a file.
 *
 * @param {'sessions'|'events'} list
 * @param {Parameters} [parameters]
 * @returns {string}
 */
export function listAddress(list, parameters = {}) {
  return address(list, { ...parameters, format: 'csv' }).href;
}

/**
 * Where the database file is offered as it is at that moment.
 *
 * @returns {string}
 */
export function snapshotAddress() {
  return address('snapshot').href;
}

/**
 * @param {Parameters} parameters
 * @param {AbortSignal} signal
 * @returns {Promise<Event[]>}
 */
export async function readEvents(parameters, signal) {
  return (await read('events', parameters, signal)).events;
}

/**
 * Marks a visit as a staff test, or takes that back.
 *
 * @param {number} session
 * @param {boolean} isTest
 * @returns {Promise<void>}
 */
export async function mark(session, isTest) {
  await read(`sessions/${session}/${isTest ? 'exclude' : 'include'}`, {}, undefined, 'POST');
}

/**
 * Which of the three steps of the set-up have worked.
 *
 * @returns {Promise<Setup>}
 */
export async function readSetup() {
  return (await read('readyz')).setup;
}

/**
 * @returns {Promise<{key_is_set: boolean, logged_in: boolean}>}
 */
export function readLogin() {
  return read('login');
}

/**
 * @returns {Promise<void>}
 */
export async function logOut() {
  await fetch(address('logout'), { method: 'POST', redirect: 'manual' });
}

/**
 * What a page can do without: where it cannot be read, something else.
 *
 * @template T
 * @param {Promise<T>} asked
 * @param {T} instead
 * @returns {Promise<T>}
 */
export function readOr(asked, instead) {
  return asked.catch((error) => {
    if (error instanceof ReadError) return instead;
    throw error;
  });
}

/**
 * @param {string} path
 * @param {Parameters} [parameters]
 * @returns {URL}
 */
export function address(path, parameters = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== '' && value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/**
 * @param {string} path
 * @param {Parameters} [parameters]
 * @param {AbortSignal} [signal]
 * @param {'GET'|'POST'} [method]
 * @returns {Promise<any>}
 */
async function read(path, parameters = {}, signal, method = 'GET') {
  for (let tries = 1; ; tries += 1) {
    const reply = await answerOf(address(path, parameters), method, signal);
    const wait = Number(reply.headers.get('Retry-After'));
    if (reply.status !== 503 || !(wait > 0) || tries === TRIES) return bodyOf(reply, signal);
    await pause(Math.min(wait, LONGEST_WAIT_S) * 1000, signal);
  }
}

/**
 * What the server begins to answer. Of one that is gone without a word, browsers take minutes to tell.
 *
 * @param {URL} url
 * @param {'GET'|'POST'} method
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
async function answerOf(url, method, signal) {
  const patience = new AbortController();
  const stop = () => patience.abort();
  const timer = setTimeout(stop, PATIENCE_MS);
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    return await fetch(url, { method, signal: patience.signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ReadError('unreachable');
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {Response} reply
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function bodyOf(reply, signal) {
  const body = await reply.text().then((text) => JSON.parse(text, exactNumber)).catch((error) => {
    if (signal?.aborted) throw error;
    return {};
  });
  if (reply.ok && body?.status === reply.status) return body;
  const said = typeof body?.error === 'string' ? body.error : String(reply.status);
  const kinds = /** @type {const} */ ({ 400: 'refused', 401: 'locked', 403: 'refused', 404: 'missing', 503: 'busy' });
  throw new ReadError(kinds[/** @type {keyof typeof kinds} */ (reply.status)] ?? 'failed', said);
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/**
 * Keeps a long whole number that JavaScript cannot hold as the text that it is, where the browser tells: numbers of
 * things in `data` are shown to people who compare them.
 *
 * @param {string} _key
 * @param {unknown} value
 * @param {{source?: string}} [context]
 */
function exactNumber(_key, value, context) {
  const isWhole = typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '');
  return isWhole && !Number.isSafeInteger(value) ? context?.source : value;
}
