// @ts-check
/*
 * Makes rows from the templates of index.html.
 *
 * Loaded by the dashboard. Must only ever write text: what a page sent is never markup here.
 */

/**
 * A copy of a template, with a function that finds its `data-slot` elements. Slots stay reachable after the copy was
 * put into the page.
 *
 * @param {string} id
 * @param {Record<string, string>} [texts] What to write into which slot.
 * @returns {{content: DocumentFragment, slot: (name: string) => any}}
 */
export function stamp(id, texts = {}) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const slots = new Map(Array.from(content.querySelectorAll('[data-slot]'), (element) =>
    [element.getAttribute('data-slot'), element]));
  const slot = (/** @type {string} */ name) => /** @type {any} */ (slots.get(name));
  for (const [name, text] of Object.entries(texts)) slot(name).textContent = text;
  return { content, slot };
}
