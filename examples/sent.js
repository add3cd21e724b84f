// @ts-check
/*
 * Sees what the page sends to be recorded, and how that ended, and tells it as an event `sent` on the window.
 *
 * A classic script that index.html loads before the client, so that no request is missed. It only watches: every
 * request and every answer passes unchanged. A page needs nothing like it to be recorded.
 */

(function () {
  const fetchUnwatched = window.fetch;

  window.fetch = function (resource, options) {
    const answer = fetchUnwatched.call(window, resource, options);
    if (/\/batch$/.test(String(resource)) && typeof options?.body === 'string') watch(options.body, answer);
    return answer;
  };

  /**
   * @param {string} body
   * @param {Promise<Response>} answer
   */
  async function watch(body, answer) {
    const { items } = JSON.parse(body);
    tell(items, () => 'sending');
    const reply = await answer.then((response) => response.clone().json()).catch(() => null);
    if (reply?.status !== 200 || !Array.isArray(reply.rejected)) {
      tell(items, () => 'kept');
      return;
    }
    const refused = new Set(reply.rejected.map((/** @type {{index: number}} */ { index }) => index));
    tell(items, (index) => (refused.has(index) ? 'refused' : 'stored'));
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
