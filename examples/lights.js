// @ts-check
/*
 * The rhythms of lights: played on a lamp, and drawn on a strip of twelve seconds.
 *
 * Loaded by rhythm.js and watch.js. Nothing flashes more than once in two seconds; where the visitor wants less motion,
 * the lamp burns steadily and the strip alone tells the rhythm.
 */

/**
 * When a light is lit in each period, in seconds.
 *
 * @typedef {{period: number, lit: [number, number][]}} Light
 */

/** @type {Record<string, Light>} */
export const LIGHTS = {
  fixed: { period: 6, lit: [[0, 6]] },
  flashing: { period: 6, lit: [[0, 0.8]] },
  isophase: { period: 6, lit: [[0, 3]] },
  occulting: { period: 6, lit: [[0, 4.8]] },
  group: { period: 12, lit: [[0, 0.8], [2, 2.8], [4, 4.8]] },
};

const STRIP_S = 12;
const STRIP_UNITS = 120;
const FADE_S = 0.15;
const DARK = 0.06;
const SVG = 'http://www.w3.org/2000/svg';

const still = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Plays a light from the beginning of its period, instead of what was played before.
 *
 * @param {Element} lamp
 * @param {Element} strip
 * @param {Light} light
 */
export function play(lamp, strip, light) {
  for (const one of [lamp, strip]) one.getAnimations({ subtree: true }).forEach((animation) => animation.cancel());
  strip.replaceChildren(...marks(light));
  if (still.matches) return;
  lamp.animate(keyframes(light), { duration: light.period * 1000, iterations: Infinity });
  const hand = rectangle('hand', 0, 1);
  strip.append(hand);
  const across = [{ transform: 'none' }, { transform: `translateX(${STRIP_UNITS}px)` }];
  hand.animate(across, { duration: STRIP_S * 1000, iterations: Infinity });
}

/**
 * @param {Light} light
 * @returns {Keyframe[]}
 */
function keyframes({ period, lit }) {
  const always = lit.some(([from, to]) => to - from >= period);
  if (always) return [{ opacity: 1 }, { opacity: 1 }];
  const frames = lit.flatMap(([from, to]) => [
    { at: from, opacity: DARK },
    { at: from + FADE_S, opacity: 1 },
    { at: to - FADE_S, opacity: 1 },
    { at: to, opacity: DARK },
  ]);
  return [...frames, { at: period, opacity: DARK }].map(({ at, opacity }) => ({ offset: at / period, opacity }));
}

/**
 * @param {Light} light
 * @returns {Element[]}
 */
function marks({ period, lit }) {
  const scale = STRIP_UNITS / STRIP_S;
  const starts = period < STRIP_S ? [0, period] : [0];
  return starts.flatMap((start) =>
    lit.map(([from, to]) => rectangle('lit', (start + from) * scale, (to - from) * scale)));
}

/**
 * @param {string} name
 * @param {number} x
 * @param {number} width
 * @returns {Element}
 */
function rectangle(name, x, width) {
  const made = document.createElementNS(SVG, 'rect');
  for (const [key, value] of Object.entries({ class: name, x, y: 0, width, height: 10 })) {
    made.setAttribute(key, String(value));
  }
  return made;
}
