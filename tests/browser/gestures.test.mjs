/** Real fingers, by Chromium's own touch input: forty sequences, and the events that each must make, and no others. */
import assert from 'node:assert/strict';
import { TURNED, scenario, turn } from './harness.mjs';

const BODY = `<style>
  body { margin: 0; touch-action: none }
  body > * { position: absolute; box-sizing: border-box; margin: 0; width: 190px; height: 90px; overflow: hidden }
  #pad { left: 0; top: 0; width: 400px; height: 200px } #map { left: 400px; top: 0 } #other { left: 600px; top: 0 }
  #list { left: 400px; top: 100px; touch-action: pan-y; overflow: auto } #list p { height: 900px; margin: 0 }
  #name { left: 600px; top: 100px } #q { left: 0; top: 200px } #link { left: 200px; top: 200px }
  #staff { left: 400px; top: 200px } #swallow { left: 600px; top: 200px } #early { left: 0; top: 300px }
  #gone { left: 200px; top: 300px } #tile { left: 400px; top: 300px } #plain { left: 600px; top: 300px }
  #fence { left: 0; top: 500px } #check { left: 200px; top: 400px } #range { left: 400px; top: 400px }
</style>
<div id="pad"></div><button id="map">Map</button><button id="other">Other</button>
<div id="list"><p>Long</p></div><input id="name"><button id="q">q</button><a id="link" href="#">Link</a>
<div id="staff" data-mt-ignore></div><div id="swallow"></div>
<button id="early">Early</button><button id="gone">Gone</button><div id="tile" data-mt="Tile A">A</div>
<section id="plain"><b>Bold words</b></section><button data-mt="fence" id="fence">Fence</button>
<label id="check"><input type="checkbox"> Agree</label><input id="range" type="range">
<script>
  const swallow = event => { event.preventDefault(); event.stopPropagation(); };
  for (const type of ['pointerdown', 'pointerup', 'touchstart', 'touchend', 'mousedown', 'mouseup', 'click']) {
    document.getElementById('swallow').addEventListener(type, swallow, { passive: false });
  }
  document.getElementById('early').onpointerdown = () => microticks.trackEvent('opened');
  document.getElementById('gone').onpointerdown = event => event.target.style.display = 'none';
  document.getElementById('fence').onmousedown = event => event.preventDefault();
  document.getElementById('link').onclick = event => event.preventDefault();
</script>`;

const [PAD, PAD2, MAP, OTHER, LIST, NAME] = [[100, 100], [250, 100], [450, 50], [650, 50], [450, 150], [650, 150]];
const [KEY, LINK, STAFF, SWALLOW, EARLY, GONE] = [[50, 250], [250, 250], [450, 250], [650, 250], [50, 350], [250, 350]];
const [TILE, PLAIN, FENCE, CHECK, RANGE] = [[450, 350], [620, 310], [50, 550], [300, 440], [490, 445]];

const by = ([x, y], right, below = 0) => [x + right, y + below];
const tap = at => [{ a: at }, {}];
/** A stroke in small steps, as fingers make it. */
const stroke = (at, right, below = 0) => [0, 0.25, 0.5, 0.75, 1].map(part => ({ a: by(at, right * part, below * part) }));
const HOLD = 650;

/** A frame is the fingers that are down after it, or milliseconds to wait. */
const TABLE = [
  ['a tap', tap(MAP), 'click map'],
  ['two taps', [...tap(MAP), ...tap(MAP)], 'click map, click map'],
  ['taps on two targets', [...tap(MAP), ...tap(OTHER)], 'click map, click other'],
  ['a tap that rolls', [{ a: MAP }, { a: by(MAP, 9, 9) }, {}], 'click map'],
  ['a tap on nothing in particular', tap([300, 550]), 'click html'],
  ['a tap on a link', tap(LINK), 'click link'],
  ['a tap on a label', tap(CHECK), 'click check'],
  ['a tap inside a section', tap(PLAIN), 'click Bold words'],
  ['a tap where the page swallows everything', tap(SWALLOW), 'click swallow'],
  ['a tap on what the page leaves out', tap(STAFF), ''],
  ['a tap on which the page acts at once', tap(EARLY), 'click early, opened'],
  ['a tap on what disappears under the finger', tap(GONE), 'click gone'],
  ['a tap into a field', tap(NAME), 'typing'],
  ['a tap on a key of a keyboard', tap(KEY), 'typing'],
  ['a tap on a tile with a letter and a name', tap(TILE), 'click Tile A'],
  ['a tap that ends in a field, then one that leaves it', [...tap(NAME), ...tap(MAP)], 'typing, click map'],
  ['a long press', [{ a: PAD }, HOLD, {}], 'longpress pad'],
  ['a long press that trembles', [{ a: PAD }, HOLD, { a: by(PAD, 3) }, {}], 'longpress pad'],
  ['a long press on a key of a keyboard', [{ a: KEY }, HOLD, {}], 'typing'],
  ['a long press, then a tap', [{ a: PAD }, HOLD, {}, ...tap(MAP)], 'longpress pad, click map'],
  ['a stroke to the right', [...stroke(PAD, 120), {}], 'swipe pad right'],
  ['a stroke to the left', [...stroke(PAD2, -120), {}], 'swipe pad left'],
  ['a stroke up', [...stroke(by(PAD, 0, 60), 10, -120), {}], 'swipe pad up'],
  ['a stroke down', [...stroke(by(PAD, 0, -60), 10, 120), {}], 'swipe pad down'],
  ['a stroke that leaves its target', [...stroke(MAP, 200), {}], 'swipe map right'],
  ['a short stroke', [...stroke(PAD, 25), {}], ''],
  ['a slow stroke is a drag', [...stroke(PAD, 60), 1100, { a: by(PAD, 120) }, {}], ''],
  ['there and back is a drag', [...stroke(PAD, 90), { a: PAD }, {}], ''],
  ['a stroke over a slider', [...stroke(RANGE, 60), {}], 'swipe range right'],
  ['scrolling, where the browser takes the finger', [...stroke(LIST, 0, -70), { a: by(LIST, 0, -90) }, {}], ''],
  ['two fingers that part', [{ a: PAD, b: PAD2 }, { a: by(PAD, -40), b: by(PAD2, 40) }, { a: by(PAD, -40) }, {}],
    'pinch pad 1.53'],
  ['two fingers that close', [{ a: PAD, b: PAD2 }, { a: by(PAD, 40), b: by(PAD2, -40) }, {}], 'pinch pad 0.47'],
  ['two fingers, one of which moves', [{ a: PAD }, { a: PAD, b: PAD2 }, { a: PAD, b: by(PAD2, 100) }, { a: PAD }, {}],
    'pinch pad 1.67'],
  ['two fingers at rest', [{ a: PAD, b: PAD2 }, {}], 'click pad, click pad'],
  ['two fingers on two targets', [{ a: MAP, b: OTHER }, { a: MAP }, {}], 'click other, click map'],
  ['fingers on two targets that part', [{ a: MAP, b: OTHER }, ...[15, 30, 45].map(n => ({ a: by(MAP, -n), b: by(OTHER, n) })),
    { a: by(MAP, -45) }, {}], 'swipe other right, swipe map left'],
  ['a tap beside a finger that rests', [{ a: PAD }, { a: PAD, b: MAP }, { a: PAD }, HOLD, {}], 'click map, longpress pad'],
  ['five fingers', [{ a: PAD, b: PAD2, c: MAP, d: OTHER, e: LINK }, {}],
    'click pad, click pad, click map, click other, click link'],
  ['a finger that is cancelled', [{ a: MAP }, 'cancel'], ''],
  ['a tap after a finger that was cancelled', [{ a: PAD }, 'cancel', ...tap(MAP)], 'click map'],
];

/** Plays frames with real touch input. */
async function play(page, input, frames) {
  let before = {};
  for (const frame of frames) {
    if (typeof frame === 'number') {
      await turn(page, frame);
      continue;
    }
    const down = frame === 'cancel' ? {} : frame;
    const gone = Object.keys(before).filter(finger => !down[finger]);
    const isNew = Object.keys(down).some(finger => !before[finger]);
    const type = frame === 'cancel' ? 'touchCancel' : isNew ? 'touchStart' : gone.length ? 'touchEnd' : 'touchMove';
    const some = type === 'touchEnd' ? gone : Object.keys(down);
    const touchPoints = some.map(finger => {
      const [x, y] = down[finger] || before[finger];
      return { x, y, id: finger.charCodeAt(0) };
    });
    await input.send('Input.dispatchTouchEvent', { type, touchPoints });
    before = down;
  }
}

const inWords = ({ action, data: { target, direction, scale } }) =>
  [action, target, direction, scale && scale.toFixed(2)].filter(Boolean).join(' ');

scenario(`${TABLE.length} sequences of fingers make the events they must, and no others`, async scene => {
  const { server, page } = await scene.kiosk(BODY, { hasTouch: true, viewport: { width: 800, height: 600 }, ...TURNED });
  const input = await page.context().newCDPSession(page);
  assert.equal(TABLE.length, 40);
  let seen = 0;
  const wrong = [];
  for (const [name, frames, expected] of TABLE) {
    await play(page, input, frames);
    // A tap on the fence comes after all that the sequence may make.
    await play(page, input, tap(FENCE));
    await page.evaluate('document.activeElement.blur(); microticks.flush()');
    const events = await server.read('events');
    const fresh = events.slice(seen).map(inWords);
    seen = events.length;
    const last = fresh.pop();
    const made = fresh.join(', ');
    if (last !== 'click fence' || made !== expected) {
      wrong.push(`${name}: expected "${expected}", made "${made}" and then "${last}"`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.equal((await server.sessions()).length, 1);
});
