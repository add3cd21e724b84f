// @ts-check
/*
 * Where fingers land: cells of one colour, the darker the more, over the picture of a screen; taps in vain as rings in
 * the warning colour. All places are shares of the surface, so that it is right at any size.
 *
 * Loaded by pages.
 */

import { h, setStyle } from './dom.js';
import { ratioOf, share, step } from './geometry.js';
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
 * @param {string|null} chart.page The address of the kiosk page itself, shown where there is no picture.
 * @param {number} chart.width Of the picture, or of the kiosk in CSS pixels: with the height, the aspect ratio.
 * @param {number} chart.height
 * @param {number} chart.cols
 * @param {number} chart.rows
 * @param {Cell[]} chart.cells The cells in which something is.
 * @returns {HTMLElement}
 */
export function heat({ label, picture, page, width, height, cols, rows, cells }) {
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
  // A picture was made by somebody who sees it.
  const ratio = picture ? width / height : ratioOf({ width, height });
  const surface = h('div', { class: 'surface', style: { 'aspect-ratio': ratio, '--tall': ratio } });
  if (picture) {
    surface.append(h('img', { src: picture, alt: '' }));
  } else if (page) {
    surface.append(live(page, width));
  }
  surface.append(...marks);
  const chart = h('div', { class: 'heat', role: 'group', 'aria-label': label }, surface);
  rove(chart, marks);
  return chart;
}

/**
 * The page itself, laid out as on the kiosk and scaled to the surface around it. Nobody can touch it, it makes no
 * sound, and by its name the client in it knows that nobody is there.
 *
 * @param {string} page
 * @param {number} width
 * @returns {HTMLElement}
 */
function live(page, width) {
  const frame = h('iframe', {
    src: page,
    name: 'microticks preview',
    sandbox: 'allow-scripts allow-same-origin',
    allow: "autoplay 'none'",
    inert: true,
    'aria-hidden': 'true',
    style: { width: `${width}px` },
  });
  const fit = new ResizeObserver(([{ contentRect }]) => {
    const scale = contentRect.width / width;
    setStyle(frame, { height: `${contentRect.height / scale}px`, transform: `scale(${scale})` });
  });
  const around = h('div', { class: 'live-page' }, frame);
  fit.observe(around);
  return around;
}
