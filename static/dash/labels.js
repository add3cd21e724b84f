// @ts-check
/*
 * Keeps labels apart: those for which there is no room are hidden, and come back when the window grows.
 *
 * Loaded by the charts.
 */

import { fitting, stride } from './geometry.js';

const GAP_PX = 12;

/** @typedef {{start: number, end: number}} Extent From the left edge of all labels. */

/** @type {WeakMap<Element, (extents: Extent[], width: number) => boolean[]>} */
const choices = new WeakMap();

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) settle(target);
});

/**
 * An axis: every label, or every second, third …
 *
 * @param {HTMLElement} axis Its children are the labels, in order.
 * @returns {HTMLElement}
 */
export function evenly(axis) {
  return observed(axis, (extents) => {
    const size = stride(extents, GAP_PX);
    return extents.map((_, index) => index % size === 0);
  });
}

/**
 * Values at single marks: as many as there is room for.
 *
 * @param {HTMLElement} labels Its children are the labels, the most important first.
 * @param {(index: number, start: number, end: number) => boolean} isFree Whether nothing is drawn where a label would
 *   stand, from `start` to `end` as shares of the width.
 * @returns {HTMLElement}
 */
export function byImportance(labels, isFree) {
  return observed(labels, (extents, width) => fitting(extents, GAP_PX, (index) =>
    isFree(index, extents[index].start / width, extents[index].end / width)));
}

/**
 * @param {HTMLElement} element
 * @param {(extents: Extent[], width: number) => boolean[]} choose Which labels are shown.
 * @returns {HTMLElement}
 */
function observed(element, choose) {
  choices.set(element, choose);
  observer.observe(element);
  return element;
}

/**
 * @param {Element} element
 */
function settle(element) {
  const frame = element.getBoundingClientRect();
  const labels = /** @type {HTMLElement[]} */ (Array.from(element.children));
  for (const label of labels) label.style.translate = '';
  const boxes = labels.map((label) => label.getBoundingClientRect());
  // A label at the edge moves inwards instead of leaving the chart.
  const shifts = boxes.map(({ left, right }) => Math.max(0, frame.left - left) - Math.max(0, right - frame.right));
  const extents = boxes.map(({ left, right }, index) => ({
    start: left + shifts[index] - frame.left, end: right + shifts[index] - frame.left,
  }));
  choices.get(element)?.(extents, frame.width).forEach((isShown, index) => {
    labels[index].classList.toggle('crowded', !isShown);
    labels[index].style.translate = shifts[index] === 0 ? '' : `${shifts[index]}px`;
  });
}
