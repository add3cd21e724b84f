// @ts-check
/*
 * Leaves out of the locked door's page what does not apply to this visitor, and remembers where they wanted to go.
 *
 * Loaded by locked.html. Must leave everything in place where the browser does not tell the page's own status, and must
 * never write a key into an address.
 */

import { addCopyButtons } from './copy.js';
import { say, speak } from './language.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));

speak();
document.title = `${say('locked.title')} · Microticks`;
addCopyButtons(document, { copy: say('copy'), copied: say('copied'), press: say('copy.press') });
element('set').hidden = visit?.responseStatus === 401;
element('ask').hidden = visit?.responseStatus === 403;

const wanted = new URLSearchParams(location.search);
wanted.delete('key');
const query = String(wanted) === '' ? '' : `?${wanted}`;
/** @type {HTMLInputElement} */ (element('to')).value = query;
// Where the key is wrong this same page is the answer at `login`; it still knows from its address where to go.
/** @type {HTMLFormElement} */ (element('login')).action = `login${query}`;
element('wrong').hidden = !location.pathname.endsWith('/login');
history.replaceState(null, '', `dash${query}`);
