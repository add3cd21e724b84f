// @ts-check
/*
 * The frame of the dashboard: navigation, filters, language, and the one page that the address asks for.
 *
 * Loaded by index.html. Must leave the page usable whatever the server answers.
 */

import { filterOf, logOut, readLogin, ReadError } from './api.js';
import { h } from './dom.js';
import { Filters } from './filters.js';
import { tellIn } from './format.js';
import { choose, language, say, speak } from './language.js';
import { trouble } from './panel.js';
import { PAGES } from './pages.js';
import * as state from './state.js';
import { LANGUAGES } from './strings.js';
import { startTips } from './tip.js';

/** How often it is looked whether another day has begun. */
const DAY_LOOK_MS = 60_000;

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const filters = new Filters(/** @type {HTMLFormElement} */ (element('filters')));
const heading = element('heading');
let leaving = new AbortController();
/** What fills the page now: another one begins at its top. */
let subject = '';
/** The days that are shown: another day moves them. */
let days = '';

startTips();
speak();
showLanguages();
document.addEventListener('click', state.follow);
state.onChange(show);
addEventListener('beforeprint', () => (element('printed').textContent = filters.printed()));
show(state.read());
showLogOut();
setInterval(keepUp, DAY_LOOK_MS);
document.addEventListener('visibilitychange', keepUp);

/** A page that is left open shows today's figures, whatever day it was opened on. */
function keepUp() {
  if (!document.hidden && daysOf(state.read()) !== days) show(state.read());
}

/**
 * @param {state.State} now
 * @returns {string}
 */
function daysOf(now) {
  const { from, to } = filterOf(now);
  return `${from} ${to}`;
}

/**
 * @param {state.State} now
 * @param {state.Place|null} [place] Where the reader was before.
 */
async function show(now, place = null) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const name = Object.hasOwn(PAGES, now.page) ? now.page : 'overview';
  const next = subjectOf(name, now);
  const isOther = subject !== '' && subject !== next;
  subject = next;
  days = daysOf(now);
  // It arrives while the frame is drawn.
  const coming = PAGES[name]();
  tellIn(now.tz);
  filters.show(now);
  showPlace(name);
  const container = h('div', { class: `page page-${name}` });
  const main = element('page');
  const held = main.contains(document.activeElement) ? document.activeElement?.id : '';
  // What was there keeps its height until the new page has its own: nothing jumps.
  main.style.setProperty('min-height', isOther ? '' : `${main.offsetHeight}px`);
  main.setAttribute('aria-busy', 'true');
  main.replaceChildren(container);
  if (isOther) {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  try {
    const module = await coming.catch(unloaded);
    if (signal.aborted || !module) return;
    const shown = module.show(container, now, signal);
    // Whose control is drawn anew keeps the hand on it.
    if (!isOther && held && document.activeElement === document.body) document.getElementById(held)?.focus();
    await shown;
    if (place && !signal.aborted) goTo(place);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!signal.aborted) {
      main.removeAttribute('aria-busy');
      main.style.removeProperty('min-height');
    }
  }

  /** A module does not load where the server does not answer, or is a newer one, of which only some files are here. */
  function unloaded() {
    container.replaceChildren(...trouble(new ReadError('unreachable'), () => location.reload()));
    return null;
  }
}

/**
 * @param {state.Place} place
 */
function goTo({ top, list }) {
  scrollTo(0, top);
  element('page').querySelector('.scroller')?.scrollTo(0, list);
}

/**
 * A page, or one screen or visit on it. On other pages the screen is only a choice among others.
 *
 * @param {string} name
 * @param {state.State} now
 * @returns {string}
 */
function subjectOf(name, { screen, visit }) {
  return JSON.stringify([name, name === 'screens' ? screen : '', name === 'visits' ? visit : '']);
}

/**
 * @param {string} name
 */
function showPlace(name) {
  heading.textContent = say(`page.${name}`);
  document.title = `${say(`nav.${name}`)} · Microticks`;
  element('pages').replaceChildren(...Object.keys(PAGES).map((one) => h('a', {
    href: state.href({ page: one }),
    'data-state': true,
    'aria-current': one === name ? 'page' : null,
  }, say(`nav.${one}`))));
}

/** The switch of languages. What is shown is drawn anew in the chosen one. */
function showLanguages() {
  element('languages').replaceChildren(...LANGUAGES.map((one) => h('button', {
    type: 'button',
    lang: one,
    'aria-pressed': String(one === language()),
    onclick: () => {
      choose(one);
      speak();
      showLanguages();
      /** @type {HTMLElement} */ (element('languages').querySelector('[aria-pressed="true"]')).focus();
      show(state.read());
    },
  }, say(`language.${one}`))));
}

/** Whoever logged in can log out; where no key is set there is nothing to leave. */
async function showLogOut() {
  const button = element('logout');
  button.addEventListener('click', async () => {
    await logOut();
    location.reload();
  });
  try {
    const { key_is_set: isSet, logged_in: isIn } = await readLogin();
    button.hidden = !(isSet && isIn);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
  }
}
