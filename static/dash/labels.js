// @ts-check
/*
 * Keeps the labels of an axis apart: those for which there is no room are hidden, the less important ones first, and
 * come back when the window grows.
 *
 * Loaded by the charts.
 */

import { fitting } from './geometry.js';

const GAP_PX = 8;

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) settle(target);
});

/**
 * @param {HTMLElement} axis Its children are labels, the most important first.
 * @returns {HTMLElement}
 */
export function keepApart(axis) {
  observer.observe(axis);
  return axis;
}

/**
 * @param {Element} axis
 */
function settle(axis) {
  const frame = axis.getBoundingClientRect();
  const labels = /** @type {HTMLElement[]} */ (Array.from(axis.children));
  for (const label of labels) label.style.translate = '';
  const boxes = labels.map((label) => label.getBoundingClientRect());
  // A label at the edge moves inwards instead of leaving the chart.
  const shifts = boxes.map(({ left, right }) => Math.max(0, frame.left - left) - Math.max(0, right - frame.right));
  const extents = boxes.map(({ left, right }, index) => ({ start: left + shifts[index], end: right + shifts[index] }));
  fitting(extents, GAP_PX).forEach((fits, index) => {
    labels[index].classList.toggle('crowded', !fits);
    labels[index].style.translate = shifts[index] === 0 ? '' : `${shifts[index]}px`;
  });
}
