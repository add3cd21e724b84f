// @ts-check
/*
 * Makes elements. What a page sent only ever becomes text here, never markup, and styles are set one property at a
 * time, which is all that the Content-Security-Policy allows.
 *
 * Loaded by the dashboard.
 */

import { SHORT_CHARS, shortened } from './format.js';

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * An element with attributes and children. A function is a listener (`onclick`), an object under `style` holds custom
 * and other properties, `true` is an attribute without a value; `false`, `null` and `undefined` are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (name === 'style') setStyle(element, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter(isChild).map((child) => (typeof child === 'number' ? String(child) : child)));
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, string|number>} properties
 */
export function setStyle(element, properties) {
  for (const [property, value] of Object.entries(properties)) element.style.setProperty(property, String(value));
}

/**
 * A name that a page sent: any direction, any length. Two lines of it are seen, all of it is in the title.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function nameOf(text) {
  return h('bdi', { class: 'name', title: text }, text);
}

/**
 * The same for a sentence, where it must stay short.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function shortName(text) {
  return h('bdi', { class: 'said', title: text.length > SHORT_CHARS ? text : null }, shortened(text));
}

/**
 * A large figure, for a list of the class `figures`.
 *
 * @param {string} label
 * @param {string} value
 * @param {'figure'|'figure-words'} [kind]
 * @returns {HTMLElement}
 */
export function figure(label, value, kind = 'figure') {
  return h('div', {}, h('dt', {}, label), h('dd', { class: kind }, value));
}

/**
 * @param {Child} child
 * @returns {child is Node|string|number}
 */
function isChild(child) {
  return child !== null && child !== undefined && child !== false && child !== '';
}
