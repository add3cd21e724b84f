// @ts-check
/*
 * One visit in the list: its row, and below it, once opened, its facts and its events.
 *
 * Loaded by the dashboard. Must not fetch, and must not change the page's address.
 */

import { readEvents, ReadError, csvAddress } from './api.js';
import { ago, clock, count, counted, describe, laidOut, lasted, moment, parseTime, sinceStart, utc } from './format.js';
import { href } from './state.js';
import { stamp } from './stamp.js';

/** @typedef {import('./api.js').Session} Session */
/** @typedef {import('./api.js').Event} Event */

/** How many events are shown at first, and added by each press of the button. */
const EVENTS = 200;

export class Visit {
  /**
   * @param {Session} session
   * @param {string} key The key that opens reading.
   * @param {number} most The touches of the busiest visit in the list, which has the longest bar.
   * @param {(id: number) => void} onToggle
   */
  constructor(session, key, most, onToggle) {
    this.session = session;
    this.key = key;
    const { content, slot } = stamp('visit-row', {
      clock: startWord(session.started_at),
      mark: session.excluded_at === null ? '' : 'staff test',
      device: session.device ?? '–',
      lasted: lasted(session),
      touches: count(session.clicks),
      reason: session.stop_reason ?? '',
    });
    const [row, detail] = Array.from(content.querySelectorAll('tr'));
    this.row = row;
    this.detail = detail;
    this.button = /** @type {HTMLButtonElement} */ (row.querySelector('button'));
    detail.id = `visit-${session.id}`;
    this.button.setAttribute('aria-controls', detail.id);
    this.button.title = utc(session.started_at);
    slot('touches').style.setProperty('--share', String(session.clicks / Math.max(most, 1)));
    showAgo(slot('ago'), session.started_at);
    row.addEventListener('click', (click) => {
      const selecting = !getSelection()?.isCollapsed && !this.button.contains(/** @type {Node} */ (click.target));
      if (!selecting) onToggle(session.id);
    });
  }

  /**
   * Shows or hides the events.
   *
   * @param {boolean} open
   * @returns {Promise<void>} Resolves when there is nothing left to wait for.
   */
  async setOpen(open) {
    if (open === !this.detail.hidden) return;
    this.detail.hidden = !open;
    this.row.classList.toggle('opened', open);
    this.button.setAttribute('aria-expanded', String(open));
    if (open) await this.fill();
  }

  /** Writes the facts and the first events into the opened row, anew each time. */
  async fill() {
    const { session, key } = this;
    const { content, slot } = stamp('visit-detail', {
      id: String(session.id),
      began: moment(session.started_at),
      ended: session.stopped_at === null ? 'still open' : moment(session.stopped_at),
      reason: session.stop_reason ?? '–',
      device: session.device ?? '–',
      ip: session.ip,
      consumer: String(session.consumer_id),
    });
    slot('began').title = utc(session.started_at);
    if (session.stopped_at !== null) slot('ended').title = utc(session.stopped_at);
    if (session.device) slot('device').href = href({ device: session.device, offset: 0, open: [] });
    slot('csv').href = csvAddress('events', { key, day: '', device: '', action: '' }, session.id);
    slot('csv').download = `visit-${session.id}.csv`;
    const body = /** @type {HTMLTableSectionElement} */ (content.querySelector('tbody'));
    const more = () => this.addEvents(body, slot('said'), slot('more'));
    slot('more').addEventListener('click', more);
    this.detail.cells[0].replaceChildren(content);
    await more();
  }

  /**
   * @param {HTMLTableSectionElement} body
   * @param {HTMLElement} said
   * @param {HTMLButtonElement} button Adds more events, or tries again.
   */
  async addEvents(body, said, button) {
    const offset = body.rows.length;
    button.disabled = true;
    try {
      const events = await readEvents(this.key, this.session.id, { offset, limit: EVENTS + 1 });
      body.append(...events.slice(0, EVENTS).map((event) => eventRow(event, this.session.started_at)));
      button.hidden = events.length <= EVENTS;
      button.textContent = 'Show more';
      said.textContent = button.hidden
        ? counted(body.rows.length, 'event', 'events')
        : `The first ${count(body.rows.length)} events`;
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      button.hidden = false;
      button.textContent = 'Try again';
      said.textContent = error.message;
    }
    button.disabled = false;
  }
}

/**
 * Keeps `12 minutes ago` true: the element carries its moment, and the dashboard calls this again for all of them.
 *
 * @param {HTMLTimeElement} element
 * @param {string} [time] Given once, when the element is made.
 */
export function showAgo(element, time = element.dateTime) {
  const ms = parseTime(time);
  if (ms === null) return;
  element.dateTime = time;
  element.title = utc(time);
  element.textContent = ago(ms, Date.now());
}

/**
 * @param {string} time
 * @returns {string}
 */
function startWord(time) {
  const ms = parseTime(time);
  return ms === null ? moment(time) : clock(ms);
}

/**
 * @param {Event} event
 * @param {string} start
 * @returns {DocumentFragment}
 */
function eventRow(event, start) {
  const { target, screen, rest } = describe(event.data);
  const { content, slot } = stamp('event-row', {
    offset: sinceStart(event.time, start) || '?',
    action: event.action,
    target,
    screen,
    rest: rest && (target || screen) ? `· ${rest}` : rest,
  });
  slot('offset').title = `${moment(event.time)}\n${utc(event.time)}`;
  slot('on').hidden = target === '' || screen === '';
  if (event.data === null || event.data === '') {
    slot('data').remove();
  } else {
    // Ten kilobytes are laid out when somebody asks for them, not two hundred times in advance.
    slot('data').addEventListener('toggle', () => (slot('text').textContent = laidOut(event.data)), { once: true });
  }
  return content;
}
