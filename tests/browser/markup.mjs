/** The pages of the tests, in pieces. */

/** A script tag; attributes as written in HTML. */
export function tag(src, attributes = '') {
  return `<script src="${src}" ${attributes}></script>`;
}

/** A whole page; it has an icon, since browsers ask for one. */
export function html(...parts) {
  const head = '<meta charset="utf-8"><link rel="icon" href="data:,"><title>Kiosk</title>';
  return `<!doctype html><html lang="en"><head>${head}</head><body>${parts.join('\n')}</body></html>`;
}

/** Something to touch. */
export const BUTTON = '<button id="map">Map</button>';
