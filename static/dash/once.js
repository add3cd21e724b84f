// @ts-check
/*
 * What several panels of a page need is read once. What failed is read again.
 *
 * Loaded by pages.
 */

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function once(load) {
  /** @type {Promise<T>|null} */
  let asked = null;
  return () => {
    asked ??= load().catch((error) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}
