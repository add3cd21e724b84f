// @ts-check
/*
 * The one tooltip of the page: the same text at a mark by hover, by keyboard focus and by touch. What it says also
 * stands in the mark's own label, so that a screen reader loses nothing.
 *
 * Loaded by the dashboard.
 */

import { h, setStyle } from './dom.js';

const MARGIN_PX = 8;

/** @type {WeakMap<Element, string>} */
const texts = new WeakMap();
const bubble = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });

/**
 * @template {Element} T
 * @param {T} mark
 * @param {string} text Lines are kept.
 * @returns {T}
 */
export function tip(mark, text) {
  texts.set(mark, text);
  mark.setAttribute('data-tip', '');
  return mark;
}

/** Begins to listen; once, when the dashboard starts. */
export function startTips() {
  document.body.append(bubble);
  for (const type of ['pointerover', 'pointerdown', 'focusin']) document.addEventListener(type, show);
  document.addEventListener('focusout', hide);
  document.documentElement.addEventListener('pointerleave', hide);
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide());
  addEventListener('scroll', hide, { passive: true, capture: true });
}

/**
 * @param {globalThis.Event} event
 */
function show(event) {
  const mark = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
  const text = mark && texts.get(mark);
  if (!mark || !text) {
    hide();
    return;
  }
  bubble.textContent = text;
  bubble.hidden = false;
  const { left, top, bottom, width } = mark.getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const right = document.documentElement.clientWidth - size.width - MARGIN_PX;
  const x = Math.max(MARGIN_PX, Math.min(left + width / 2 - size.width / 2, right));
  const above = top - size.height - MARGIN_PX;
  setStyle(bubble, { left: `${x}px`, top: `${above < MARGIN_PX ? bottom + MARGIN_PX : above}px` });
}

function hide() {
  bubble.hidden = true;
}
