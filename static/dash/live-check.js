// @ts-check
/*
 * The live check: whoever sets up a page touches it, and sees here that it was received.
 *
 * Loaded by the set-up page.
 */

import { h, shortName } from './dom.js';
import { clock, parseTime } from './format.js';
import { phrase, say } from './language.js';
import { listen } from './live.js';

/** So many touches are shown, the latest. */
const SHOWN = 5;

/**
 * @param {HTMLElement} container
 * @param {{consumer: string, device: string}} filter
 * @param {import('./device-list.js').DeviceList} devices Told each sign of life, and when the news begin and break off.
 * @param {AbortSignal} signal
 */
export function liveCheck(container, filter, devices, signal) {
  const sentence = h('p', { class: 'answer', role: 'status' }, say('live.waiting'));
  const list = h('ul', { class: 'received small' });
  container.append(h('section', { class: 'panel' }, h('h2', {}, say('check.question')), sentence, list));
  listen(filter, {
    now() {
      devices.begin();
      sentence.replaceChildren(say('check.touch'));
    },
    start: () => {},
    touch({ target, screen, device, time }) {
      const what = () => (target ? shortName(target) : say('check.something'));
      const where = device ? shortName(device) : say('device.unnamed.said');
      sentence.replaceChildren(h('span', { class: 'tick', 'aria-hidden': 'true' }, '✓ '), ...phrase('check.received', { target: what(), device: where }));
      const line = screen ? phrase('check.line', { target: what(), screen: shortName(screen) }) : [what()];
      list.prepend(h('li', {}, h('span', { class: 'label' }, clock(parseTime(time) ?? Date.now())), ...line));
      while (list.childElementCount > SHOWN) list.lastElementChild?.remove();
    },
    stop: () => {},
    alive: devices.see,
    tick: devices.hear,
    interrupted() {
      devices.pause();
      sentence.replaceChildren(say('live.waiting'));
    },
  }, signal);
}
