// @ts-check
/*
 * Leaves out of the locked door's page what does not apply to this visitor.
 *
 * Loaded by locked.html. Must leave everything in place where the browser does not tell the page's own status.
 */

import { addCopyButtons } from './copy.js';
import { read } from './state.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));

addCopyButtons(document);
element('set').hidden = visit?.responseStatus === 401;
element('ask').hidden = visit?.responseStatus === 403;
element('wrong').hidden = read().key === '';
