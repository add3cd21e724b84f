// @ts-check
/*
 * The exhibit: which screen is shown, in which language, and what happens when nobody is there.
 *
 * Loaded by index.html. Calls Microticks through the array that it takes over when it has loaded, so that the exhibit
 * works the same before that, and without it.
 */

import { keepLog } from './book.js';
import { openDrawerOnTouch } from './drawer.js';
import { explainLens, explainTower, teachRhythms } from './explain.js';
import { keepWatch } from './watch.js';
import { speak } from './words.js';

const DEFAULT_IDLE_S = 45;
const FIRST_LANGUAGE = 'en';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const scenes = Array.from(document.querySelectorAll('.scene')).map((scene) => /** @type {HTMLElement} */ (scene));
const page = /** @type {any} */ (window);
page.microticks = page.microticks || [];

/** @type {Record<string, () => void>} What a screen does each time it is shown. */
const onShow = {
  tower: explainTower(),
  lens: explainLens(track),
  rhythm: teachRhythms(track),
  log: keepLog(track),
  watch: keepWatch(track),
};

/**
 * Records an event of the exhibit's own.
 *
 * @param {string} action
 * @param {object} data
 */
function track(action, data) {
  page.microticks.push(['trackEvent', action, data]);
}

/**
 * @param {string} id
 */
function show(id) {
  for (const scene of scenes) scene.hidden = scene.id !== id;
  element('home').hidden = id === 'coast';
  onShow[id]?.();
  element(`${id}-title`).focus();
}

/** Nobody is there: the exhibit goes home, speaks its first language again, and invites. */
function attract() {
  speak(FIRST_LANGUAGE);
  show('coast');
  invite(true);
}

function begin() {
  invite(false);
  show('coast');
}

/**
 * @param {boolean} inviting Whether the invitation is all that can be touched.
 */
function invite(inviting) {
  document.body.classList.toggle('attracting', inviting);
  element('begin').hidden = !inviting;
  for (const part of document.querySelectorAll('main, .bar, .drawer')) part.toggleAttribute('inert', inviting);
}

/** Begins the attract loop when nothing was touched or pressed for a while. */
function watchIdle() {
  const seconds = Number(new URLSearchParams(location.search).get('idle')) || DEFAULT_IDLE_S;
  let timer = setTimeout(attract, seconds * 1000);
  for (const name of ['pointerdown', 'keydown']) {
    addEventListener(name, () => {
      clearTimeout(timer);
      timer = setTimeout(attract, seconds * 1000);
    }, { capture: true, passive: true });
  }
}

speak(FIRST_LANGUAGE);
openDrawerOnTouch();
for (const tile of document.querySelectorAll('[data-go]')) {
  tile.addEventListener('click', () => show(tile.getAttribute('data-go') ?? 'coast'));
}
element('home').addEventListener('click', () => show('coast'));
element('language').addEventListener('click', () => speak(document.documentElement.lang === 'en' ? 'de' : 'en'));
element('begin').addEventListener('click', begin);
show('coast');
watchIdle();
