// @ts-check
/*
 * The three screens that explain: the parts of the tower, the lens, the rhythms.
 *
 * Loaded by exhibit.js. Each function sets its screen up, and returns what to do when the screen is shown.
 */

import { LIGHTS, play } from './lights.js';
import { say } from './words.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @typedef {(action: string, data: object) => void} Track */

/**
 * @param {string} attribute
 * @param {(name: string) => void} choose
 * @returns {(name: string) => void} Marks one of the buttons that carry the attribute as chosen, and chooses it.
 */
function chooser(attribute, choose) {
  const buttons = Array.from(document.querySelectorAll(`[${attribute}]`));
  const pick = (/** @type {string} */ name) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.getAttribute(attribute) === name));
    choose(name);
  };
  for (const button of buttons) button.addEventListener('click', () => pick(button.getAttribute(attribute) ?? ''));
  return pick;
}

/**
 * @returns {() => void}
 */
export function explainTower() {
  const pick = chooser('data-part', (part) => {
    say(element('part-name'), part);
    say(element('part-text'), `${part}.text`);
  });
  return () => pick('lantern');
}

/**
 * @param {Track} track
 * @returns {() => void}
 */
export function explainLens(track) {
  const set = (/** @type {boolean} */ isIn) => {
    element('lens-drawing').classList.toggle('in', isIn);
    say(element('lens-switch'), isIn ? 'lens.out' : 'lens.in');
  };
  element('lens-switch').addEventListener('click', () => {
    const isIn = !element('lens-drawing').classList.contains('in');
    set(isIn);
    track('lens', { screen: 'lens', lens: isIn ? 'in' : 'out' });
  });
  return () => set(false);
}

/**
 * @param {Track} track
 * @returns {() => void}
 */
export function teachRhythms(track) {
  const pick = chooser('data-light', (light) => {
    say(element('rhythm-text'), `${light}.text`);
    play(element('rhythm-light'), element('rhythm-strip'), LIGHTS[light]);
  });
  for (const button of document.querySelectorAll('[data-light]')) {
    const light = button.getAttribute('data-light');
    button.addEventListener('click', () => track('rhythm', { screen: 'rhythm', light }));
  }
  return () => pick('flashing');
}
