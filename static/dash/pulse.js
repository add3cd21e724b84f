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

/** @typedef {'alive'|'late'|'silent'} Pulse */

/** A shape for each, so that colour is not alone. */
export const SHAPES = { alive: '●', late: '▲', silent: '■' };

/**
 * @param {{last_alive: number, dropped: number|null, isQueueGrowing: boolean}} device `last_alive` in milliseconds.
 * @param {number} now By the server's clock.
 * @returns {Pulse}
 */
export function pulseOf({ last_alive: last, dropped, isQueueGrowing }, now) {
  const age = now - last;
  if (age > LATE_MS) return 'silent';
  return age > ALIVE_MS || (dropped ?? 0) > 0 || isQueueGrowing ? 'late' : 'alive';
}
