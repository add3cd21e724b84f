// @ts-check
/*
 * Sees what the page sends to be recorded, and how that ended, and tells it as an event `sent` on the window.
 *
 * A classic script that index.html loads before the client, so that no request is missed. It only watches: requests
 * pass unchanged, and answers are handed on with the same status, headers and text. A page needs nothing like it to be
 * recorded.
 */

(function () {
  const fetchUnwatched = window.fetch;

  window.fetch = function (resource, options) {
    const answer = fetchUnwatched.call(window, resource, options);
    const watched = /\/batch$/.test(String(resource)) && typeof options?.body === 'string';
    return watched ? watch(JSON.parse(options.body).items, answer) : answer;
  };

  /**
   * @param {object[]} items
   * @param {Promise<Response>} answer
   * @returns {Promise<Response>}
   */
  async function watch(items, answer) {
    tell(items, () => 'sending');
    try {
      const response = await answer;
      const text = await response.text();
      tell(items, outcome(text));
      return new Response(text || null, response);
    } catch (error) {
      tell(items, () => 'kept');
      throw error;
    }
  }

  /**
   * @param {string} text The answer's body.
   * @returns {(index: number) => 'kept'|'refused'|'stored'} What became of the item with this index.
   */
  function outcome(text) {
    const rejected = rejectedIn(text);
    if (!Array.isArray(rejected)) return () => 'kept';
    return (index) => (rejected.some((item) => item.index === index) ? 'refused' : 'stored');
  }

  /**
   * @param {string} text
   * @returns {{index: number}[]|undefined} Nothing where the answer is not the server's.
   */
  function rejectedIn(text) {
    try {
      return JSON.parse(text).rejected;
    } catch {
      return undefined;
    }
  }

  /**
   * @param {object[]} items
   * @param {(index: number) => 'sending'|'kept'|'refused'|'stored'} state
   */
  function tell(items, state) {
    const detail = items.map((item, index) => ({ item, state: state(index) }));
    window.dispatchEvent(new CustomEvent('sent', { detail }));
  }
}());
