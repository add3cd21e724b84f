// @ts-check
/*
 * Gives every snippet (`.snippet`) a button that copies its text.
 *
 * Loaded by the documentation and the dashboard. Must work on plain http addresses of a museum's network, where
 * browsers offer no `navigator.clipboard`.
 */

const DONE_MS = 2000;
const ENGLISH = { copy: 'Copy', copied: 'Copied', press: 'Press Ctrl+C' };
let count = 0;

/**
 * @param {ParentNode} root
 * @param {typeof ENGLISH} [words]
 */
export function addCopyButtons(root, words = ENGLISH) {
  for (const snippet of root.querySelectorAll('.snippet')) {
    const text = /** @type {HTMLElement} */ (snippet.querySelector('pre'));
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = words.copy;
    button.setAttribute('aria-live', 'polite');
    text.id ||= `snippet-${(count += 1)}`;
    button.setAttribute('aria-describedby', text.id);
    button.addEventListener('click', async () => {
      button.textContent = (await copy(text)) ? words.copied : words.press;
      setTimeout(() => (button.textContent = words.copy), DONE_MS);
    });
    snippet.append(button);
  }
}

/**
 * Where copying is refused, the text stays selected, so that the reader's own keys can copy it.
 *
 * @param {HTMLElement} element
 * @returns {Promise<boolean>}
 */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.innerText);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
