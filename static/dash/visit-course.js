// @ts-check
/*
 * The course of one visit, step by step, as its events tell it: when, what, on which screen, and where the finger was.
 * Pure. The words are those of the reports: touch, place, screen, point.
 *
 * Loaded by the replay.
 */

import { parseTime } from './format.js';
import { USUAL } from './geometry.js';

/** What a finger does; only the first three have a point. */
const TOUCHES = ['click', 'tap', 'longpress', 'swipe', 'pinch'];
const POINTED = 3;

/**
 * @typedef {object} Step
 * @property {number} at Milliseconds since the first step.
 * @property {string} action
 * @property {boolean} isTouch
 * @property {string} target What was touched, '' where nobody said.
 * @property {string} place The screen on which it happened, '' while it is unknown.
 * @property {string} screen The screen that is seen after it.
 * @property {{x: number, y: number}|null} point Where the finger was, in shares of the surface.
 */

/**
 * @param {import('./api.js').Event[]} events
 * @param {string} start When the visit began.
 * @returns {Step[]} In the order in which they happened.
 */
export function courseOf(events, start) {
  const stored = [...events].sort((a, b) => a.id - b.id);
  // As in the reports: an unreadable time is that of the event stored before it, that of the first one is the start,
  // and an unreadable start is the first time that can be read.
  let last = [start, ...stored.map(({ time }) => time)].map(parseTime).find((ms) => ms !== null) ?? 0;
  const timed = stored.map((event) => {
    last = parseTime(event.time) ?? last;
    return { event, ms: last };
  });
  timed.sort((a, b) => a.ms - b.ms || (a.event.seq ?? -1) - (b.event.seq ?? -1) || a.event.id - b.event.id);
  let screen = '';
  return timed.map(({ event: { action, data }, ms }) => {
    const held = objectOf(data);
    const isTouch = TOUCHES.includes(action);
    const own = name(held.screen) || name(held.subject);
    const place = (isTouch && (name(held.prevScreen) || name(held.prevSubject))) || own || screen;
    screen = own || screen;
    return {
      at: ms - timed[0].ms, action, isTouch, target: name(held.target), place, screen,
      point: TOUCHES.indexOf(action) < POINTED && isTouch ? pointOf(held) : null,
    };
  });
}

/**
 * The shape of the surface: that of the first event that tells.
 *
 * @param {import('./api.js').Event[]} events
 * @returns {{width: number, height: number}}
 */
export function surfaceOf(events) {
  return events.map(({ data }) => sizeOf(objectOf(data))).find((size) => size !== null) ?? USUAL;
}

/**
 * What is seen at a moment: the screen, and the touches on it since it came. A touch is seen for a while (`linger`)
 * also where the next screen came at once.
 *
 * @param {Step[]} steps
 * @param {number} at
 * @param {number} linger
 * @returns {{last: number, screen: string, touches: number[], isFresh: boolean}} Indexes of steps; `last` is -1 before
 *   the first. `isFresh`: the last of the touches was made just now.
 */
export function sceneAt(steps, at, linger) {
  const last = lastUntil(steps, at);
  let touch = last;
  while (touch >= 0 && !steps[touch].isTouch) touch -= 1;
  const isFresh = touch >= 0 && at - steps[touch].at < linger;
  const screen = isFresh ? steps[touch].place : steps[last]?.screen ?? steps[0]?.place ?? '';
  const touches = [];
  for (let index = isFresh ? touch : last; index >= 0 && steps[index].place === screen; index -= 1) {
    if (steps[index].isTouch) touches.unshift(index);
  }
  return { last, screen, touches, isFresh };
}

/**
 * @param {Step[]} steps
 * @param {number} at
 * @returns {number} The last step that has happened by then, or -1.
 */
function lastUntil(steps, at) {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {Record<string, unknown>} data
 * @returns {{x: number, y: number}|null}
 */
function pointOf({ clickX, clickY, x, y, ...data }) {
  const pair = [[clickX, clickY], [x, y]].find(([across, down]) => isNumber(across) && isNumber(down));
  if (!pair) return null;
  const { width, height } = sizeOf(data) ?? USUAL;
  return { x: within(Number(pair[0]) / width), y: within(Number(pair[1]) / height) };
}

/**
 * @param {Record<string, unknown>} data
 * @returns {{width: number, height: number}|null}
 */
function sizeOf({ viewWidth, viewHeight, screenWidth, screenHeight }) {
  for (const [width, height] of [[viewWidth, viewHeight], [screenWidth, screenHeight]]) {
    if (isNumber(width) && isNumber(height) && Number(width) > 0 && Number(height) > 0) {
      return { width: Number(width), height: Number(height) };
    }
  }
  return null;
}

/**
 * A point outside of the surface is shown at its edge.
 *
 * @param {number} share
 * @returns {number}
 */
function within(share) {
  return Math.min(1, Math.max(0, share));
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * @param {unknown} value
 * @returns {string} '' for what is no name.
 */
function name(value) {
  return typeof value === 'string' ? value : '';
}

/**
 * @param {unknown} data
 * @returns {Record<string, unknown>}
 */
function objectOf(data) {
  return typeof data === 'object' && data !== null ? /** @type {Record<string, unknown>} */ (data) : {};
}
