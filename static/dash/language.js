// @ts-check
/*
 * The language of the interface: which one, and its sentences. The reader's own choice comes first, then the
 * browser's languages.
 *
 * Loaded by the dashboard. Must work where the browser forbids to remember anything.
 */

import { LANGUAGES, STRINGS } from './strings.js';

/** @typedef {keyof typeof STRINGS} Key */
/** @typedef {typeof LANGUAGES[number]} Language */

const REMEMBERED = 'microticks-language';

/** Where the browser tells no variant of the language, numbers and dates are those of this one. */
const LOCALES = { en: 'en-GB', nb: 'nb-NO', de: 'de-DE' };

/** @type {Language} */
let current = remembered() ?? preferred();

/** @returns {Language} */
export function language() {
  return current;
}

/**
 * @param {Language} chosen
 */
export function choose(chosen) {
  current = chosen;
  try {
    localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // It holds until the page is left.
  }
}

/**
 * What `Intl` formats by: the reader's own variant of the language (`en-US`), where there is one. Nynorsk is none of
 * bokmål's.
 *
 * @returns {string}
 */
export function locale() {
  return browserLanguages().find((tag) => tag.toLowerCase().startsWith(`${current}-`)) ?? LOCALES[current];
}

/**
 * A sentence, its `{holes}` filled. Of a sentence with `.one` and `.other`, `n` picks the form.
 *
 * @param {string} key A key of STRINGS, without `.one` and `.other`.
 * @param {Record<string, string|number>} [values]
 * @param {number} [n]
 * @returns {string}
 */
export function say(key, values = {}, n) {
  return template(key, n).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * The same where holes are filled with elements.
 *
 * @param {string} key
 * @param {Record<string, string|Node>} values
 * @param {number} [n]
 * @returns {(string|Node)[]}
 */
export function phrase(key, values, n) {
  return template(key, n).split(/(\{\w+\})/).map((part) => (part.startsWith('{') ? values[part.slice(1, -1)] : part));
}

/** Writes the words that the page itself names: `data-say` is an element's text, `data-label` its label. */
export function speak() {
  document.documentElement.lang = current;
  for (const one of document.querySelectorAll('[data-say]')) one.textContent = say(one.getAttribute('data-say') ?? '');
  for (const one of document.querySelectorAll('[data-label]')) {
    one.setAttribute('aria-label', say(one.getAttribute('data-label') ?? ''));
  }
}

/**
 * @param {string} key
 * @param {number} [n]
 * @returns {string}
 */
function template(key, n) {
  const form = n === undefined ? key : `${key}.${new Intl.PluralRules(current).select(n) === 'one' ? 'one' : 'other'}`;
  const texts = STRINGS[/** @type {Key} */ (form)];
  if (!texts) throw new Error(`There is no sentence “${form}”`);
  return texts[LANGUAGES.indexOf(current)];
}

/** @returns {Language|null} */
function remembered() {
  try {
    return LANGUAGES.find((one) => one === localStorage.getItem(REMEMBERED)) ?? null;
  } catch {
    return null;
  }
}

/** @returns {Language} */
function preferred() {
  return browserLanguages().map(languageOf).find((one) => one !== null) ?? 'en';
}

/**
 * @param {string} tag
 * @returns {Language|null}
 */
function languageOf(tag) {
  const primary = tag.toLowerCase().split('-')[0];
  if (primary === 'no' || primary === 'nn') return 'nb';
  return LANGUAGES.find((one) => one === primary) ?? null;
}

/** @returns {readonly string[]} */
function browserLanguages() {
  return globalThis.navigator?.languages ?? [];
}
