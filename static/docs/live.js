// @ts-check
/*
 * Puts this server's address and today's date into an example. Pure.
 *
 * Loaded by the documentation. Must leave everything else in the text as it is.
 */

/**
 * @param {string} text An example as index.html has it, of August 25th, 2017 at localhost.
 * @param {URL} base The folder in which the server is mounted.
 * @param {Date} now
 * @returns {string}
 */
export function bringUpToDate(text, base, now) {
  const today = now.toISOString().slice(0, 10);
  return text
    .replaceAll('http://localhost:8001/', base.href)
    .replaceAll('src=/', `src=${base.pathname}`)
    .replaceAll('2017-08-25', today)
    .replaceAll('2017-08', today.slice(0, 7));
}
