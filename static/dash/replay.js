// @ts-check
/*
 * A visit once more: its touches appear in their time on the picture of the screen that they were made on, or on a
 * plain stage. Nothing moves until somebody presses play; where less motion is wished for, it goes from touch to touch
 * without gliding.
 *
 * Loaded by the page of one visit.
 */

import { pictureAddress } from './api.js';
import { h, nameOf, setStyle, shortName } from './dom.js';
import { count, duration, seconds, shortened } from './format.js';
import { ratioOf } from './geometry.js';
import { phrase, say } from './language.js';
import { note } from './state.js';
import { sceneAt } from './visit-course.js';

/** How many times faster than it was. */
const SPEEDS = [1, 2, 4, 8, 16];
const USUAL_SPEED = 4;
/** How long a touch stays in sight though the next screen has come, by the reader's clock. */
const LINGER_MS = 900;
/** A window that was hidden does not catch up. */
const LONGEST_FRAME_MS = 100;
/** So many touches of one screen are drawn, the latest. */
const MOST_DOTS = 60;

/**
 * @param {object} visit
 * @param {import('./visit-course.js').Step[]} visit.steps At least one.
 * @param {{width: number, height: number}} visit.surface
 * @param {string[]} visit.pictures Names of the screens that have a picture.
 * @param {string} visit.at Where it stands at first, in seconds.
 * @param {AbortSignal} signal Ends it.
 * @returns {HTMLElement}
 */
export function replay({ steps, surface, pictures, at }, signal) {
  const length = steps[steps.length - 1].at;
  const touches = steps.flatMap(({ isTouch }, index) => (isTouch ? [index] : []));
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const known = new Set(pictures);
  let now = Math.min(length, Math.max(0, Number(at) * 1000 || 0));
  let speed = USUAL_SPEED;
  let isPlaying = false;
  let lastFrame = 0;
  let drawn = '';

  const name = h('p', { class: 'replay-screen' });
  const clock = h('p', { class: 'replay-clock small' });
  const dots = h('div', { class: 'dots' });
  const stage = h('div', { class: 'surface stage', role: 'img', 'aria-label': say('replay.question') }, dots);
  const ratio = ratioOf(surface);
  setStyle(stage, { 'aspect-ratio': ratio });
  const said = h('p', { class: 'replay-said', role: 'status' });
  const play = h('button', { type: 'button', class: 'main', onclick: toggle });
  const before = h('button', { type: 'button', onclick: () => step(-1) }, say('replay.before'));
  const after = h('button', { type: 'button', onclick: () => step(1) }, say('replay.after'));
  const pace = h('select', { onchange: () => (speed = Number(pace.value)) },
    SPEEDS.map((one) => h('option', { value: one, selected: one === speed }, say('replay.times', { n: one }))));
  const scrubber = h('input', {
    type: 'range', min: 0, max: Math.max(1, length), step: 'any', 'aria-label': say('replay.scrubber'),
    oninput: () => {
      now = Number(scrubber.value);
      pause();
    },
    onchange: remember,
  });
  const ticks = h('div', { class: 'ticks', 'aria-hidden': 'true' }, touches.map((index) => h('span', {
    style: { left: `${length > 0 ? (steps[index].at / length) * 100 : 0}%` },
  })));
  signal.addEventListener('abort', () => (isPlaying = false));
  draw();
  return h('div', { class: 'replay', style: { '--tall': ratio } },
    h('div', { class: 'replay-head' }, name, clock),
    stage,
    h('div', { class: 'scrub' }, scrubber, ticks),
    h('div', { class: 'row' }, play, before, after, h('label', { class: 'label pace' }, say('replay.speed'), pace)),
    said);

  function toggle() {
    if (isPlaying) {
      pause();
      remember();
      return;
    }
    if (now >= length) now = 0;
    isPlaying = true;
    lastFrame = performance.now();
    draw();
    requestAnimationFrame(frame);
  }

  function pause() {
    isPlaying = false;
    draw();
  }

  /**
   * @param {number} time
   */
  function frame(time) {
    if (!isPlaying || !stage.isConnected) return;
    now = Math.min(length, now + Math.min(LONGEST_FRAME_MS, Math.max(0, time - lastFrame)) * speed);
    lastFrame = time;
    if (now >= length) {
      pause();
      remember();
      return;
    }
    draw();
    requestAnimationFrame(frame);
  }

  /**
   * @param {-1|1} way To the touch before or after this moment.
   */
  function step(way) {
    const next = way > 0 ? touches.find((index) => steps[index].at > now)
      : touches.filter((index) => steps[index].at < now).pop();
    now = next === undefined ? (way > 0 ? length : 0) : steps[next].at;
    pause();
    remember();
  }

  function remember() {
    note({ at: now > 0 ? String(Math.round(now) / 1000) : '' }, { replace: true });
  }

  function draw() {
    const scene = sceneAt(steps, now, isPlaying ? LINGER_MS * speed : 1);
    const latest = steps[scene.last];
    const reached = isCalm && isPlaying && latest ? latest.at : now;
    play.textContent = say(isPlaying ? 'replay.pause' : now >= length && length > 0 ? 'replay.again' : 'replay.play');
    scrubber.value = String(reached);
    const spoken = say('replay.place', { at: duration(reached), all: duration(length) });
    scrubber.setAttribute('aria-valuetext', scene.screen ? `${spoken}, ${shortened(scene.screen)}` : spoken);
    clock.textContent = spoken;
    // Ten touches in a second are not read out one by one.
    said.setAttribute('aria-live', isPlaying ? 'off' : 'polite');
    const key = JSON.stringify([scene, isPlaying]);
    if (key === drawn) return;
    drawn = key;
    name.replaceChildren(scene.screen ? nameOf(scene.screen) : h('span', { class: 'soft' }, say('replay.unknown')));
    showPicture(scene.screen);
    const newest = scene.touches[scene.touches.length - 1];
    dots.replaceChildren(...scene.touches.slice(-MOST_DOTS).flatMap((index) => {
      const { point } = steps[index];
      const number = touches.indexOf(index) + 1;
      return point ? [h('span', {
        class: index === newest && scene.isFresh ? 'dot fresh' : 'dot',
        'data-touch': number,
        style: { left: `${point.x * 100}%`, top: `${point.y * 100}%` },
      }, count(number))] : [];
    }));
    said.replaceChildren(...sentence(latest));
  }

  /**
   * @param {import('./visit-course.js').Step|undefined} latest
   * @returns {(string|Node)[]}
   */
  function sentence(latest) {
    if (!latest) return [say('replay.start')];
    const at = latest.at < 1000 ? seconds(latest.at / 1000) : duration(latest.at);
    if (latest.isTouch) {
      return latest.target
        ? phrase('replay.touched', { at, target: shortName(latest.target) })
        : [say('replay.touched.something', { at })];
    }
    return latest.action === 'screen' && latest.screen
      ? phrase('replay.shown', { at, name: shortName(latest.screen) })
      : phrase('replay.happened', { at, action: shortName(latest.action) });
  }

  /**
   * The picture of the screen, kept while the screen stays; a screen without one is a plain stage.
   *
   * @param {string} screen
   */
  function showPicture(screen) {
    const shown = stage.querySelector('img');
    const address = known.has(screen) ? pictureAddress(screen) : '';
    if ((shown?.src ?? '') === address) return;
    shown?.remove();
    if (address) stage.prepend(h('img', { src: address, alt: '', onerror: forget }));

    function forget() {
      known.delete(screen);
      stage.querySelector('img')?.remove();
    }
  }
}
