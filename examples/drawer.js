// @ts-check
/*
 * The drawer at the edge: one line for each thing that the page has sent to be recorded, newest first.
 *
 * Loaded by exhibit.js. Must show what was sent and nothing else; it is itself left out of the recording.
 */

import { say } from './words.js';

/** So many lines are kept. */
const LINES = 100;
/** Values of an event's data that a line shows, in this order. */
const SHOWN = ['target', 'screen', 'direction', 'scale', 'currentPage', 'light', 'right', 'lens', 'reason', 'auto',
  'clickX', 'clickY', 'pointer', 'lang'];

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @type {Map<string, HTMLElement>} The lines by what they are about; an item that is sent again has one line. */
const lines = new Map();

export function openDrawerOnTouch() {
  const [toggle, panel] = [element('drawer-toggle'), element('drawer-panel')];
  toggle.addEventListener('click', () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute('aria-expanded', String(!panel.hidden));
  });
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !panel.hidden) toggle.click();
  });
  addEventListener('sent', (event) => {
    const { lines: sent, said } = /** @type {CustomEvent} */ (event).detail;
    // A sign of life belongs to no visit, and is no row.
    for (const { item, state } of sent) if (item.token) show(item, state);
    element('drawer-said').textContent = said;
  });
}

/**
 * @param {{type: string, token: string, seq?: number, ts: string, action?: string, data?: any, reason?: string}} item
 * @param {'sending'|'kept'|'refused'|'stored'} state
 */
function show(item, state) {
  const name = `${item.type} ${item.token} ${item.seq}`;
  const line = lines.get(name) ?? newLine(item);
  lines.set(name, line);
  line.dataset.state = state;
  say(/** @type {Element} */ (line.lastElementChild), state);
  const oldest = lines.keys().next().value;
  if (lines.size > LINES && oldest !== undefined) {
    lines.get(oldest)?.remove();
    lines.delete(oldest);
  }
  const stored = Array.from(lines.values()).filter(({ dataset }) => dataset.state === 'stored');
  element('drawer-count').textContent = String(stored.length);
}

/**
 * @param {Parameters<typeof show>[0]} item
 * @returns {HTMLElement}
 */
function newLine(item) {
  const data = { ...item.data, reason: item.reason ?? item.data?.reason };
  const line = document.createElement('li');
  line.append(
    part('time', new Date(item.ts).toLocaleTimeString('en-GB')),
    part('strong', item.action ?? item.type),
    part('span', SHOWN.filter((key) => data[key] !== undefined).map((key) => `${key} ${data[key]}`).join(' · ')),
    part('em', ''),
  );
  element('drawer-log').prepend(line);
  element('drawer-log').hidden = false;
  element('drawer-empty').hidden = true;
  return line;
}

/**
 * @param {string} tag
 * @param {string} text
 * @returns {HTMLElement}
 */
function part(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
