// @ts-check
/*
 * The reports of one page, each asked for once however many panels want it. One that failed is asked for again.
 *
 * Loaded by pages.
 */

import { readReport } from './api.js';
import { once } from './once.js';

/**
 * @param {import('./api.js').Filter} filter What narrows all of them.
 * @param {AbortSignal} signal
 * @returns {(name: string, more?: import('./api.js').Parameters) => Promise<import('./api.js').Report<any>>}
 */
export function reportsOf(filter, signal) {
  /** @type {Map<string, () => Promise<import('./api.js').Report<any>>>} */
  const asked = new Map();
  return (name, more = {}) => {
    const key = JSON.stringify([name, more]);
    const report = asked.get(key) ?? once(() => readReport(name, { ...filter, ...more }, signal));
    asked.set(key, report);
    return report();
  };
}
