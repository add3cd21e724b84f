// @ts-check
/*
 * The watch: a light on the horizon, and three names to choose from.
 *
 * Loaded by exhibit.js. For those who cannot see the light, its rhythm is said in words.
 */

import { LIGHTS, play } from './lights.js';
import { say } from './words.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {(action: string, data: object) => void} track
 * @returns {() => void} Shows a new light.
 */
export function keepWatch(track) {
  const answers = Array.from(document.querySelectorAll('[data-answer]'));
  const names = answers.map((button) => button.getAttribute('data-answer') ?? '');
  let light = '';

  function next() {
    const others = names.filter((name) => name !== light);
    light = others[Math.floor(Math.random() * others.length)];
    for (const button of answers) button.removeAttribute('data-right');
    say(element('watch-spoken'), `${light}.text`);
    element('watch-said').textContent = '';
    element('watch-said').removeAttribute('data-words');
    element('watch-next').hidden = true;
    play(element('watch-light'), element('watch-strip'), LIGHTS[light]);
  }

  for (const button of answers) {
    button.addEventListener('click', () => {
      const name = button.getAttribute('data-answer');
      const right = name === light;
      button.setAttribute('data-right', String(right));
      say(element('watch-said'), right ? 'watch.right' : 'watch.wrong');
      element('watch-next').hidden = !right;
      element('watch-next').scrollIntoView({ block: 'nearest' });
      track('answer', { screen: 'watch', light: name, right });
    });
  }
  element('watch-next').addEventListener('click', next);
  return next;
}
