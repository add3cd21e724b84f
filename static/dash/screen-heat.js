// @ts-check
/*
 * Where fingers land on one screen, over its picture where there is one, else over the page itself where we serve it.
 *
 * Loaded by the page of one screen.
 */

import { pictureAddress, readDevices, readKioskPage, readOr, readPictures } from './api.js';
import { heat } from './chart-heat.js';
import { isMeant } from './device.js';
import { h } from './dom.js';
import { count } from './format.js';
import { cellsOf, USUAL } from './geometry.js';
import { say } from './language.js';
import { panel } from './panel.js';
import { note } from './state.js';
import { table } from './table.js';

/** So many cells lie along the longer side: one is about as wide as a finger on a table. */
const FINE = 32;

/** @typedef {{col: number, row: number, clicks: number, in_vain: number, sessions: number}} Cell */
/** @typedef {{picture: string|null, page: string|null, width: number, height: number}} Surface */

/**
 * @param {HTMLElement} container
 * @param {import('./state.js').State} state
 * @param {import('./api.js').Filter} filter
 * @param {import('./page-screens.js').Reports} reports
 * @param {AbortSignal} signal
 */
export async function heatPanel(container, state, filter, reports, signal) {
  const { screen } = state;
  await panel(container, {
    question: say('heat.question'),
    height: 560,
    load: async () => {
      const surface = await surfaceOf(state, signal);
      const size = cellsOf(surface.width, surface.height, FINE);
      /** @type {Cell[]} */
      const cells = (await reports('heatmap', { screen, ...size })).rows;
      return { surface, size, cells };
    },
    view: ({ surface, size, cells }) => (cells.length === 0 ? null : {
      answer: answer(cells),
      chart: switched(state.by, surface, (by) => heat({
        ...surface,
        ...size,
        label: say('heat.question'),
        cells: cells.map((cell) => ({
          col: cell.col,
          row: cell.row,
          value: by === 'visits' ? cell.sessions : cell.clicks,
          inVain: cell.in_vain,
          tip: tipOf(cell),
        })),
      })),
      table: () => table({
        label: say('heat.question'),
        columns: [
          { key: 'col', label: say('column.col'), show: ({ col }) => count(col + 1) },
          { key: 'row', label: say('column.row'), show: ({ row }) => count(row + 1) },
          { key: 'clicks', label: say('column.touches'), bar: true },
          { key: 'in_vain', label: say('column.inVain') },
          { key: 'sessions', label: say('column.visits') },
        ],
        rows: cells,
      }),
      report: { name: 'heatmap', parameters: { ...filter, screen, ...size } },
    }),
    nothing: () => [h('p', { class: 'answer soft' }, say('heat.nothing'))],
  }, signal);
}

/**
 * @param {Cell[]} cells
 * @returns {string}
 */
function answer(cells) {
  const clicks = cells.reduce((sum, cell) => sum + cell.clicks, 0);
  const inVain = cells.reduce((sum, cell) => sum + cell.in_vain, 0);
  return say('heat.answer', { touches: say('touches', { n: count(clicks) }, clicks), n: count(inVain) });
}

/**
 * @param {Cell} cell
 * @returns {string}
 */
function tipOf({ clicks, sessions, in_vain: inVain }) {
  const touched = say('heat.tip', {
    touches: say('touches', { n: count(clicks) }, clicks), visits: say('visits', { n: count(sessions) }, sessions),
  });
  return inVain > 0 ? `${touched}\n${say('heat.tip.inVain', { n: count(inVain) })}` : touched;
}

/**
 * The chart under a switch: touches, or visits, since one child hammering one spot can be a third of all touches.
 *
 * @param {string} by
 * @param {Surface} surface
 * @param {(by: string) => HTMLElement} draw
 * @returns {HTMLElement}
 */
function switched(by, { page, width, height }, draw) {
  const place = h('div', {}, draw(by));
  const choice = (/** @type {string} */ value, /** @type {string} */ word) => h('label', {},
    h('input', { type: 'radio', name: 'by', value, checked: (by === 'visits') === (value === 'visits') }), word);
  const chooser = h('fieldset', { class: 'chooser' },
    h('legend', { class: 'unseen' }, say('heat.by')),
    choice('', say('heat.by.touches')), choice('visits', say('heat.by.visits')),
    h('span', { class: 'soft' }, h('span', { class: 'ring sample', 'aria-hidden': 'true' }), say('heat.ring')));
  chooser.addEventListener('change', ({ target }) => {
    const { value } = /** @type {HTMLInputElement} */ (target);
    note({ by: value });
    place.replaceChildren(draw(value));
  });
  const size = { width: count(width), height: count(height) };
  return h('div', {}, chooser, place, page && h('p', { class: 'small soft' }, say('heat.page', size)));
}

/**
 * The picture of the screen and its size; without a picture the page itself, if it is here, as a device shows it.
 *
 * @param {import('./state.js').State} state
 * @param {AbortSignal} signal
 * @returns {Promise<Surface>}
 */
async function surfaceOf(state, signal) {
  const { screen } = state;
  const [pictures, devices] = await Promise.all([
    readOr(readPictures(signal), []), readOr(readDevices(signal), null),
  ]);
  const known = devices?.devices.find(({ consumer_id: id, name, width, height }) => isMeant(state, id, name) && width && height);
  const size = known ? { width: known.width ?? 0, height: known.height ?? 0 } : USUAL;
  const picture = pictures.includes(screen) ? await pictureOf(screen, size) : null;
  return picture ?? { picture: null, page: await readKioskPage(screen, signal), ...size };
}

/**
 * A picture that can be shown. A drawing may have no size of its own.
 *
 * @param {string} screen
 * @param {{width: number, height: number}} size
 * @returns {Promise<Surface|null>}
 */
async function pictureOf(screen, size) {
  const image = new Image();
  image.src = pictureAddress(screen);
  try {
    await image.decode();
  } catch {
    return null;
  }
  const { src: picture, naturalWidth: width, naturalHeight: height } = image;
  return { picture, page: null, ...(width > 0 && height > 0 ? { width, height } : size) };
}
