// @ts-check
/*
 * The only file that fetches. Turns what a page wants to see into requests, and every way in which a request can fail
 * into one `ReadError` with words for the reader.
 *
 * Loaded by the dashboard and the documentation. Must not touch the page or its address.
 */

import { dayRange } from './format.js';

/**
 * @typedef {object} Session
 * @property {number} id
 * @property {number} consumer_id
 * @property {string} started_at
 * @property {string|null} stopped_at
 * @property {number} clicks
 * @property {string|null} last_action
 * @property {string} ip
 * @property {string|null} device
 * @property {string|null} stop_reason
 * @property {string|number|null} received_at
 * @property {string|null} excluded_at
 */

/**
 * @typedef {object} Event
 * @property {number} id
 * @property {number} session_id
 * @property {string} time
 * @property {string} action
 * @property {unknown} data Any JSON value; text that is no JSON is a string.
 */

/**
 * What narrows a list: a local day, a device's name, an action, and the key that opens reading. '' is any.
 *
 * @typedef {{key: string, day: string, device: string, action: string}} Filter
 */

/** @typedef {{consumer: boolean, script: boolean, touch: boolean}} Setup */

/** The folder in which the server is mounted: this file is `dash/api.js` in it. */
export const BASE = new URL('..', import.meta.url);

/** A request that brought no rows. `message` says why, in a sentence for the reader. */
export class ReadError extends Error {
  /**
   * @param {'unreachable'|'refused'|'failed'} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/**
 * The newest visits first.
 *
 * @param {Filter} filter
 * @param {{offset: number, limit: number}} page
 * @param {AbortSignal} signal
 * @returns {Promise<Session[]>}
 */
export async function readSessions(filter, page, signal) {
  return (await read(address('sessions', { ...query(filter), 'sort.desc': 'started_at', ...page }), signal)).sessions;
}

/**
 * The events of one visit in the order in which they happened.
 *
 * @param {string} key
 * @param {number} session
 * @param {{offset: number, limit: number}} page
 * @returns {Promise<Event[]>}
 */
export async function readEvents(key, session, page) {
  return (await read(address('events', { key, session, sort: 'time', ...page }))).events;
}

/**
 * Which of the three steps of the set-up have worked.
 *
 * @returns {Promise<Setup>}
 */
export async function readSetup() {
  return (await read(address('readyz', {}))).setup;
}

/**
 * Where the rows that a filter leaves are offered as a CSV file.
 *
 * @param {'sessions'|'events'} name
 * @param {Filter} filter
 * @param {number} [session]
 * @returns {string}
 */
export function csvAddress(name, filter, session) {
  return address(name, { ...query(filter), session, format: 'csv' }).href;
}

/**
 * @param {Filter} filter
 */
function query({ key, day, device, action }) {
  return { key, ...dayRange(day), device, action };
}

/**
 * @param {string} path
 * @param {Record<string, string|number|undefined>} parameters
 * @returns {URL}
 */
function address(path, parameters) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== '' && value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/**
 * @param {URL} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function read(url, signal) {
  const reply = await fetch(url, { signal }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new ReadError('unreachable', 'The server does not answer. It may be restarting, or the network is down.');
  });
  const body = await reply.text().then((text) => JSON.parse(text, exactNumber)).catch((error) => {
    if (signal?.aborted) throw error;
    throw new ReadError('failed', `The server's answer (${reply.status}) could not be read to its end.`);
  });
  if (reply.ok && body.status === reply.status) return body;
  const { error = reply.status } = Object(body);
  const isRefused = reply.status === 401 || reply.status === 403;
  throw new ReadError(isRefused ? 'refused' : 'failed', `The server says: “${error}”`);
}

/**
 * Keeps a number that JavaScript cannot hold as it is written, where the browser tells how that is: figures in `data`
 * are shown to people who compare them.
 *
 * @param {string} _key
 * @param {unknown} value
 * @param {{source?: string}} [context]
 */
function exactNumber(_key, value, context) {
  const holds = typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  const { rawJSON } = /** @type {{rawJSON?: (source: string) => object}} */ (/** @type {unknown} */ (JSON));
  return holds || !rawJSON || !context?.source ? value : rawJSON(context.source);
}
