// @ts-check
/*
 * What to do next where no visit is: choose a longer period, or, where there is none at all, set it up.
 *
 * Loaded by pages.
 */

import { BASE } from './api.js';
import { addCopyButtons } from './copy.js';
import { h } from './dom.js';
import { say } from './language.js';
import { href } from './state.js';

/**
 * @param {import('./state.js').State} state
 * @returns {Node[]}
 */
export function firstSteps(state) {
  const isNarrowed = state.range !== 'all' || state.consumer !== '' || state.device !== '';
  const snippet = (/** @type {string} */ text) => h('div', { class: 'snippet' }, h('pre', {}, text));
  const steps = h('div', { class: 'steps-to-take' },
    isNarrowed && h('p', {}, h('a', { class: 'button', 'data-state': true, href: href({ range: 'all', consumer: '', device: '' }) }, say('empty.all'))),
    h('p', {}, say('empty.consumer')),
    snippet('microticks --add-consumer MyApp'),
    h('p', {}, say('empty.tag')),
    snippet(`<script src=${BASE.pathname}microticks.js></script>`),
    h('p', { class: 'soft small' }, h('a', { href: 'docs' }, say('empty.docs'))));
  addCopyButtons(steps, { copy: say('copy'), copied: say('copied'), press: say('copy.press') });
  return [h('p', { class: 'answer' }, say(isNarrowed ? 'empty.period' : 'empty.ever')), steps];
}
