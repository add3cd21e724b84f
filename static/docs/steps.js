// @ts-check
/*
 * Ticks the steps of the set-up by asking the server, gently, until all of them work.
 *
 * Loaded by the documentation. Must rest while nobody looks, and stop when there is nothing left to wait for.
 */

import { readSetup } from '../dash/api.js';

const PAUSE_MS = 3000;

/**
 * @param {HTMLElement} list Its items name their step in `data-step`, and in a `.sign` the words for both states.
 */
export function watchSteps(list) {
  const steps = Array.from(list.querySelectorAll('[data-step]'));
  let timer = 0;
  let complete = false;

  async function look() {
    clearTimeout(timer);
    const works = await setup();
    for (const step of steps) {
      const name = step.getAttribute('data-step') ?? '';
      if (name in works) show(step, works[name]);
    }
    complete = steps.every((step) => step.classList.contains('done'));
    clearTimeout(timer);
    if (!complete && !document.hidden) timer = setTimeout(look, PAUSE_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (!complete) look();
  });
  look();
}

/**
 * What works, as far as that is known: a server that does not answer says nothing about the other steps.
 *
 * @returns {Promise<Record<string, boolean>>}
 */
async function setup() {
  try {
    return { running: true, ...(await readSetup()) };
  } catch {
    return { running: false };
  }
}

/**
 * @param {Element} step
 * @param {boolean} works
 */
function show(step, works) {
  const sign = /** @type {HTMLElement} */ (step.querySelector('.sign'));
  const words = works ? sign.dataset.done : sign.dataset.waiting;
  if (sign.textContent === words) return;
  step.classList.toggle('done', works);
  sign.hidden = false;
  sign.setAttribute('role', 'status');
  sign.textContent = words ?? '';
}
