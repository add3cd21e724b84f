// @ts-check
/*
 * The keeper's log: a cover and four openings to page through.
 *
 * Loaded by exhibit.js.
 */

import { say } from './words.js';

const LAST_PAGE = 4;

const element = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

/**
 * @param {(action: string, data: object) => void} track
 * @returns {() => void} Closes the book, for the next reader.
 */
export function keepLog(track) {
  let current = 0;

  function open(/** @type {number} */ number) {
    current = number;
    element('page-picture').src = `log-${number}.svg`;
    say(element('page-date'), `log.${number}`);
    say(element('page-text'), `log.${number}.text`);
    element('page-number').textContent = number === 0 ? '' : `${number} / ${LAST_PAGE}`;
    element('book').classList.toggle('closed', number === 0);
    element('page-back').disabled = number === 0;
    element('page-on').disabled = number === LAST_PAGE;
  }

  function turn(/** @type {number} */ by) {
    open(current + by);
    element('book').classList.toggle('turning');
    track('pageChange', { screen: 'book:keepers-log', currentPage: current });
  }

  element('page-back').addEventListener('click', () => turn(-1));
  element('page-on').addEventListener('click', () => turn(1));
  return () => open(0);
}
