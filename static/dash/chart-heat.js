// @ts-check
/*
 * Where fingers land: cells of one colour, the darker the more, over the picture of a screen; taps in vain as rings in
 * the warning colour. All places are shares of the surface, so that it is right at any size.
 *
 * Loaded by pages.
 */

import { h } from './dom.js';
import { share, step } from './geometry.js';
import { rove } from './rove.js';
import { tip } from './tip.js';

/** The smallest ring, as a share of a cell. */
const LEAST_RING = 0.3;

/**
 * @typedef {{col: number, row: number, value: number, inVain: number, tip: string}} Cell
 */

/**
 * @param {object} chart
 * @param {string} chart.label
 * @param {string|null} chart.picture Its address.
 * @param {number} chart.width Of the surface, in any unit: with the height, its aspect ratio. A picture brings its own.
 * @param {number} chart.height
 * @param {number} chart.cols
 * @param {number} chart.rows
 * @param {Cell[]} chart.cells The cells in which something is.
 * @returns {HTMLElement}
 */
export function heat({ label, picture, width, height, cols, rows, cells }) {
  const most = Math.max(...cells.map(({ value }) => value));
  const mostInVain = Math.max(...cells.map(({ inVain }) => inVain));
  const inOrder = [...cells].sort((a, b) => a.row - b.row || a.col - b.col);
  const marks = inOrder.map((cell) => tip(h('span', {
    class: `cell step-${step(cell.value, most)}`,
    role: 'img',
    'aria-label': cell.tip,
    style: {
      left: `${(cell.col / cols) * 100}%`,
      top: `${(cell.row / rows) * 100}%`,
      width: `${100 / cols}%`,
      height: `${100 / rows}%`,
    },
  }, cell.inVain > 0 && h('span', {
    class: 'ring',
    // The area grows with the number, so that four times as many do not look like sixteen.
    style: { '--size': Math.max(LEAST_RING, Math.sqrt(share(cell.inVain, mostInVain))) },
  })), cell.tip));
  const surface = h('div', { class: 'surface', style: { 'aspect-ratio': `${width} / ${height}`, '--tall': width / height } });
  if (picture) {
    const image = h('img', { src: picture, alt: '' });
    image.addEventListener('load', () => {
      const { naturalWidth, naturalHeight } = image;
      if (naturalWidth > 0 && naturalHeight > 0) {
        surface.style.setProperty('aspect-ratio', `${naturalWidth} / ${naturalHeight}`);
        surface.style.setProperty('--tall', String(naturalWidth / naturalHeight));
      }
    });
    image.addEventListener('error', () => image.remove());
    surface.append(image);
  }
  surface.append(...marks);
  const chart = h('div', { class: 'heat', role: 'group', 'aria-label': label }, surface);
  rove(chart, marks);
  return chart;
}
