// @ts-check
/*
 * Whether a device is alive, by its last sign of life. Pure.
 *
 * Loaded by the live strip and the set-up page.
 */

const MINUTE_MS = 60_000;
/** A page gives a sign each minute; two may be lost on the way before anybody should look. */
const ALIVE_MS = 3 * MINUTE_MS;
const LATE_MS = 15 * MINUTE_MS;
/** So many items may be on their way from a page that is in use. */
const UNDER_WAY = 100;

/** @typedef {'alive'|'late'|'silent'} Pulse */

/** A shape for each, so that colour is not alone. */
export const SHAPES = { alive: '●', late: '▲', silent: '■' };

/**
 * @param {{last_alive: number, isBehind: boolean}} device `last_alive` in milliseconds.
 * @param {number} now By the server's clock.
 * @returns {Pulse}
 */
export function pulseOf({ last_alive: last, isBehind }, now) {
  const age = now - last;
  if (age > LATE_MS) return 'silent';
  return age > ALIVE_MS || isBehind ? 'late' : 'alive';
}

/** @typedef {{queued: number|null, dropped: number|null}} Waiting What waits in a page, and what it has lost, ever. */

/**
 * Whether more waits or is lost than at the sign of life before. What was lost long ago alarms nobody for ever.
 *
 * @param {Waiting|undefined} before
 * @param {Waiting} sign
 * @returns {boolean}
 */
export function isFallingBehind(before, sign) {
  if (before === undefined) return false;
  const [waits, waited] = [sign.queued ?? 0, before.queued ?? 0];
  return (waits > UNDER_WAY && waits > waited) || (sign.dropped ?? 0) > (before.dropped ?? 0);
}
