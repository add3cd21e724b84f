// @ts-check
/*
 * The pages of the dashboard, in the order of the navigation. A page is one module, loaded when it is first shown:
 *
 *     export async function show(container, state, signal)
 *
 * - `container` is an empty element under the heading of the page (`page.NAME` of strings.js); the page fills it, as a
 *   rule with `panel` of panel.js. It is the page's own: nobody else touches it.
 * - `state` is what the address says (state.js). `filterOf(state)` of api.js gives the parameters that narrow every
 *   report. Links within the dashboard are `<a data-state href=${href(changes)}>`.
 * - `signal` is aborted when the page is left or shown anew: requests end, listeners go (`{ signal }`), and what
 *   arrives late is thrown away.
 * - `show` is called again whenever the address changes, by the back button too, except for what was only noted
 *   (`note` of state.js). It resolves when all panels show something.
 *
 * Loaded by main.js.
 */

/** @typedef {{show: (container: HTMLElement, state: import('./state.js').State, signal: AbortSignal) => Promise<void>}} Page */

/** @type {Record<string, () => Promise<Page>>} */
export const PAGES = {
  overview: () => import('./page-overview.js'),
  screens: () => import('./page-screens.js'),
  paths: () => import('./page-paths.js'),
  visits: () => import('./page-visits.js'),
  media: () => import('./page-media.js'),
  setup: () => import('./page-setup.js'),
};
