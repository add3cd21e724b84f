// @ts-check
/*
 * Makes the marks of a chart one stop of the Tab key: the arrow keys, Home and End go from mark to mark.
 *
 * Loaded by the charts.
 */

/**
 * @param {HTMLElement} chart
 * @param {HTMLElement[]} marks In reading order.
 * @param {number} [columns] How many of them are in a row; by default all.
 */
export function rove(chart, marks, columns = marks.length) {
  marks.forEach((mark, index) => (mark.tabIndex = index === 0 ? 0 : -1));
  chart.addEventListener('keydown', (event) => {
    const at = marks.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = at < 0 ? undefined : target(event.key, at);
    if (to === undefined) return;
    event.preventDefault();
    marks[Math.max(0, Math.min(to, marks.length - 1))].focus();
  });
  chart.addEventListener('focusin', ({ target: focused }) => {
    for (const mark of marks) mark.tabIndex = mark === focused ? 0 : -1;
  });

  /**
   * @param {string} key
   * @param {number} at
   * @returns {number|undefined}
   */
  function target(key, at) {
    /** @type {Record<string, number>} */
    const keys = {
      ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1,
      ArrowUp: columns < marks.length ? (at >= columns ? at - columns : at) : at - 1,
      ArrowDown: columns < marks.length ? (at + columns < marks.length ? at + columns : at) : at + 1,
    };
    return keys[key];
  }
}
