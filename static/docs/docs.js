// @ts-check
/*
 * Makes the first page live: addresses and dates in its examples, buttons to copy them, steps that tick themselves.
 *
 * Loaded by index.html. Must leave a page that can be read if any of it fails, and must not fetch the client, since
 * that is what the second step waits for.
 */

import { BASE } from '../dash/api.js';
import { addCopyButtons } from '../dash/copy.js';
import { bringUpToDate } from './live.js';
import { watchSteps } from './steps.js';

for (const element of document.querySelectorAll('[data-live]')) {
  element.textContent = bringUpToDate(element.textContent ?? '', BASE, new Date());
  const href = element.getAttribute('href');
  if (href) element.setAttribute('href', bringUpToDate(href, BASE, new Date()));
}
addCopyButtons(document);
watchSteps(/** @type {HTMLElement} */ (document.getElementById('steps')));
