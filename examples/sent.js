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
    const body = options?.body;
    const isBatch = /\/batch$/.test(String(resource)) && typeof body === 'string';
    return isBatch ? watch(JSON.parse(body).items, answer) : answer;
  };

  /**
   * @param {object[]} items
   * @param {Promise<Response>} answer
   * @returns {Promise<Response>}
   */
  async function watch(items, answer) {
    tell(items, () => 'sending', '');
    try {
      const response = await answer;
      const text = await response.text();
      const { rejected, error } = parsed(text);
      if (Array.isArray(rejected)) {
        tell(items, (index) => (rejected.some((item) => item.index === index) ? 'refused' : 'stored'), '');
      } else {
        tell(items, () => 'kept', String(error ?? ''));
      }
      return new Response(text || null, response);
    } catch (error) {
      tell(items, () => 'kept', '');
      throw error;
    }
  }

  /**
   * @param {string} text The body of an answer, which may be anybody's.
   * @returns {{rejected?: {index: number}[], error?: string}}
   */
  function parsed(text) {
    try {
      return Object(JSON.parse(text));
    } catch {
      return {};
    }
  }

  /**
   * @param {object[]} items
   * @param {(index: number) => 'sending'|'kept'|'refused'|'stored'} state
   * @param {string} said Why the server takes nothing, in its words; '' where it does.
   */
  function tell(items, state, said) {
    const lines = items.map((item, index) => ({ item, state: state(index) }));
    window.dispatchEvent(new CustomEvent('sent', { detail: { lines, said } }));
  }
}());
