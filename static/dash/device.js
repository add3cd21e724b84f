// @ts-check
/*
 * Which devices the filters mean, and what each is known by: its app and its name. Pure.
 *
 * Loaded by the live strip, the set-up and the heatmap.
 */

/**
 * @param {{consumer: string, device: string}} filter
 * @param {number} consumer
 * @param {string} name
 * @returns {boolean}
 */
export function isMeant(filter, consumer, name) {
  return (filter.consumer === '' || filter.consumer === String(consumer)) && (filter.device === '' || filter.device === name);
}

/**
 * @param {number} consumer
 * @param {string|null} name
 * @returns {string}
 */
export function keyOf(consumer, name) {
  return `${consumer} ${name ?? ''}`;
}
