// @ts-check
/*
 * The arithmetic of the charts: round scales, shares, steps of colour, surfaces, and which labels there is room for.
 * Pure.
 *
 * Loaded by the dashboard.
 */

/** What a surface is like of which nobody says anything. */
export const USUAL = { width: 1920, height: 1080 };

/** A surface is never drawn flatter or steeper than this, whatever a page said: three wide screens side by side. */
const STEEPEST = 6;

/** The steps of the scale from light to dark, as vars.css has them. */
export const STEPS = 7;

/**
 * The lines of a scale that begins at zero: round values, at most four of them, the last at or above `most`.
 *
 * @param {number} most
 * @returns {number[]}
 */
export function scale(most) {
  if (!(most > 0)) return [1];
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const sizes = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  // Visits are counted in whole ones; only a scale below one has fractions.
  const size = sizes.find((one) => one * 4 >= most && (Number.isInteger(one) || most < 1)) ?? Math.ceil(most / 4);
  return Array.from({ length: Math.ceil(most / size) }, (_, index) => size * (index + 1));
}

/**
 * Which step of colour a value has: 0 for nothing, 1 to STEPS for shares of the greatest.
 *
 * @param {number} value
 * @param {number} most
 * @returns {number}
 */
export function step(value, most) {
  return value > 0 && most > 0 ? Math.min(STEPS, Math.max(1, Math.ceil((value / most) * STEPS))) : 0;
}

/**
 * @param {number|null} value
 * @param {number} whole
 * @returns {number} From 0 to 1.
 */
export function share(value, whole) {
  return value !== null && whole > 0 ? Math.min(1, Math.max(0, value / whole)) : 0;
}

/**
 * Which labels can stand beside each other, taken in order of their importance.
 *
 * @param {{start: number, end: number}[]} extents The most important first.
 * @param {number} gap
 * @param {(index: number) => boolean} [isFree] Whether nothing else is in its way.
 * @returns {boolean[]}
 */
export function fitting(extents, gap, isFree = () => true) {
  /** @type {{start: number, end: number}[]} */
  const kept = [];
  return extents.map((extent, index) => {
    const free = isFree(index) && kept.every(({ start, end }) => extent.end + gap <= start || extent.start >= end + gap);
    if (free) kept.push(extent);
    return free;
  });
}

/**
 * How many labels of an axis to step over, so that those that remain are evenly spread and stand apart.
 *
 * @param {{start: number, end: number}[]} extents In the order of the axis.
 * @param {number} gap
 * @returns {number} 1 to show all of them.
 */
export function stride(extents, gap) {
  const isFree = (/** @type {number} */ size) => extents.every(({ start }, index) =>
    index % size !== 0 || index < size || start >= extents[index - size].end + gap);
  let size = 1;
  while (size < extents.length && !isFree(size)) size += 1;
  return size;
}

/**
 * @param {{width: number, height: number}} surface
 * @returns {number} How many times wider than high it is drawn.
 */
export function ratioOf({ width, height }) {
  return Math.min(STEEPEST, Math.max(1 / STEEPEST, width / height));
}

/**
 * Columns and rows that divide a surface into nearly square cells, `fine` of them along its longer side.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} fine
 * @returns {{cols: number, rows: number}}
 */
export function cellsOf(width, height, fine) {
  const along = (/** @type {number} */ length) => Math.max(1, Math.round((fine * length) / Math.max(width, height)));
  return { cols: along(width), rows: along(height) };
}
