// @ts-check
/*
 * Marking visits as staff tests, and taking that back. A marked visit is left out of every figure.
 *
 * Loaded by the pages on which visits are.
 */

import { mark, ReadError } from './api.js';
import { h } from './dom.js';
import { count } from './format.js';
import { say } from './language.js';
import { trouble } from './panel.js';

/**
 * Marks visits or takes it back; what happened is said in `notice`, with a way to undo it.
 *
 * @param {number[]} visits
 * @param {boolean} isTest
 * @param {HTMLElement} notice
 * @param {(isTest: boolean) => Promise<void>|void} onDone Shows what is stored now.
 * @returns {Promise<void>}
 */
export async function markVisits(visits, isTest, notice, onDone) {
  /** @type {number[]} */
  const done = [];
  try {
    for (const visit of visits) {
      await mark(visit, isTest);
      done.push(visit);
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    const rest = visits.slice(done.length);
    notice.replaceChildren(...trouble(error, () => markVisits(rest, isTest, notice, onDone)));
    if (done.length > 0) await onDone(isTest);
    return;
  }
  const words = done.length === 1
    ? say(isTest ? 'mark.done' : 'mark.undone', { id: done[0] })
    : say(isTest ? 'mark.done.many' : 'mark.undone.many', { n: count(done.length) });
  const undo = h('button', { type: 'button', onclick: () => markVisits(done, !isTest, notice, onDone) }, say('mark.undo'));
  notice.replaceChildren(h('div', { class: 'row notice' }, h('p', {}, words), undo));
  undo.focus();
  await onDone(isTest);
}

/**
 * Where it is said what became of a mark.
 *
 * @returns {HTMLElement}
 */
export function noticePlace() {
  return h('div', { role: 'status' });
}
