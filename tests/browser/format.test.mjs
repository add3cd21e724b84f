/** How the dashboard writes times, durations and what an event was about, and how its charts count; without a browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

process.env.TZ = 'Europe/Oslo';
// The language of the pages is that of the browser; here it is British.
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-GB'] }, configurable: true });

/** A module of the pages with all that it imports, which Node would take for another kind of script. */
function load(name, end = '') {
  const entryPoints = [fileURLToPath(new URL(`../../static/${name}`, import.meta.url))];
  const [{ text }] = buildSync({ entryPoints, bundle: true, write: false, format: 'esm' }).outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(text + end)}`);
}

const format = await load('dash/format.js');
const geometry = await load('dash/geometry.js');
const range = await load('dash/range.js');
const { isFallingBehind, pulseOf } = await load('dash/pulse.js');
const { LANGUAGES, STRINGS } = await load('dash/strings.js');
const { bringUpToDate } = await load('docs/live.js');
const NOW = Date.parse('2017-08-25T17:09:19Z');
const MINUTE = 60e3;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Numbers and their units keep together; that is not what is compared here. */
const plain = text => text.replaceAll('\u00a0', ' ');

/** @param {(input: any) => any} work @param {[any, any][]} cases */
function table(work, cases) {
  for (const [input, expected] of cases) {
    assert.deepEqual(work(input), expected, JSON.stringify(input));
  }
}

test('a duration has the same form everywhere', () => {
  table(ms => plain(format.duration(ms)), [
    [-5, '0 s'], [0, '0 s'], [999, '0 s'], [42e3, '42 s'], [200e3, '3 min 20 s'], [MINUTE, '1 min'], [HOUR, '1 h'],
    [7500e3, '2 h 5 min'], [3605e3, '1 h'], [3 * DAY + 4 * HOUR, '3 d 4 h'], [1204 * DAY, '1,204 d'],
  ]);
});

test('nynorsk days stand in no bokmål sentence', async () => {
  for (const [languages, expected] of [[['nn-NO', 'en-GB'], 'nb-NO'], [['no-NO'], 'nb-NO'], [['de-AT'], 'de-AT'], [['de'], 'de-DE']]) {
    Object.defineProperty(globalThis, 'navigator', { value: { languages }, configurable: true });
    // A copy of its own, which has not chosen yet.
    const { locale } = await load('dash/language.js', `// ${languages}`);
    assert.equal(locale(), expected);
  }
  Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-GB'] }, configurable: true });
});

test('a time that cannot be read is no time, and says so', () => {
  table(format.parseTime, [
    ['garbage', null], ['', null], [null, null], ['2017-08-25', null], ['2017-02-30T00:00:00Z', null],
    ['2017-08-25t17:09:19z', NOW], ['2017-08-25T19:09:19+02:00', NOW],
    ['2016-12-31T23:59:60Z', Date.parse('2016-12-31T23:59:59Z')],
  ]);
  table(format.moment, [
    ['garbage', '“garbage”, which is no time'], ['', 'no time'],
    ['2017-08-25T17:09:19Z', 'Friday, 25 August 2017, 19:09:19'],
  ]);
  assert.equal(format.utc('2017-08-25T19:09:19.438+02:00'), '2017-08-25 17:09:19.438 UTC');
});

test('a moment is told in the zone that was chosen, else in the reader\'s', () => {
  for (const [zone, expected] of [['Asia/Kolkata', '22:39:19'], ['Nowhere/Else', '19:09:19'], ['', '19:09:19']]) {
    format.tellIn(zone);
    assert.equal(format.clock(NOW), expected, zone);
  }
});

test('how long ago something was is said in words', () => {
  table(passed => format.ago(NOW - passed, NOW), [
    [0, 'now'], [44e3, '44 seconds ago'], [MINUTE, '1 minute ago'], [12 * MINUTE, '12 minutes ago'],
    [HOUR, '1 hour ago'], [DAY, '1 day ago'], [46 * HOUR, '1 day ago'], [40 * DAY, '1 month ago'], [800 * DAY, '2 years ago'],
    [-3 * HOUR, 'in 3 hours'],
  ]);
});

test('figures have their units, and what is unknown is a dash', () => {
  table(share => plain(format.percent(share)), [
    [0, '0 %'], [0.384, '38 %'], [0.0451, '4.5 %'], [0.0001, '<0.1 %'], [1, '100 %'], [null, '–'],
  ]);
  table(s => plain(format.seconds(s)), [[0, '0 s'], [4.24, '4.2 s'], [42.4, '42 s'], [200, '3 min 20 s'], [null, '–']]);
  table(format.decimal, [[1204.26, '1,204.3'], [5, '5'], [null, '–']]);
});

test('a choice of days ends today, and is compared with as many before', () => {
  const now = Date.parse('2017-10-29T23:30:00Z');
  const choose = (name, tz) => range.rangeOf({ range: name, from: '', to: '', tz }, now);
  assert.deepEqual(choose('today', 'UTC'), { from: '2017-10-29', to: '2017-10-29' });
  assert.deepEqual(choose('today', 'Europe/Oslo'), { from: '2017-10-30', to: '2017-10-30' });
  assert.deepEqual(choose('7', 'UTC'), { from: '2017-10-23', to: '2017-10-29' });
  assert.deepEqual(choose('all', 'UTC'), { from: '', to: '' });
  assert.deepEqual(choose('7', 'Mars/Base'), { from: '2017-10-23', to: '2017-10-29' });
  assert.deepEqual(range.rangeBefore(choose('7', 'UTC')), { from: '2017-10-16', to: '2017-10-22' });
  assert.equal(range.rangeBefore(choose('all', 'UTC')), null);
  table(range.isDay, [['2017-08-25', true], ['2017-13-01', false], ['2017-02-30', false], ['x', false]]);
});

test('a scale has at most four round lines, and whole ones where visits are counted', () => {
  table(geometry.scale, [
    [18, [5, 10, 15, 20]], [3, [1, 2, 3]], [4, [1, 2, 3, 4]], [95, [25, 50, 75, 100]], [1, [1]], [0, [1]],
    [1204, [500, 1000, 1500]], [7, [2, 4, 6, 8]],
  ]);
  for (let most = 1; most < 3000; most += 1) {
    const lines = geometry.scale(most);
    assert.ok(lines.length <= 4 && lines[lines.length - 1] >= most && lines.every(Number.isInteger), String(most));
  }
});

test('colours, labels and cells', () => {
  table(value => geometry.step(value, 70), [[0, 0], [1, 1], [10, 1], [11, 2], [70, 7]]);
  const at = starts => starts.map(start => ({ start, end: start + 10 }));
  assert.equal(geometry.stride(at([0, 20, 40]), 4), 1);
  assert.equal(geometry.stride(at([0, 8, 16, 24, 32]), 4), 2);
  assert.deepEqual(geometry.fitting(at([50, 0, 55, 20]), 4), [true, true, false, true]);
  table(([width, height]) => geometry.cellsOf(width, height, 32), [
    [[1920, 1080], { cols: 32, rows: 18 }], [[1080, 1920], { cols: 18, rows: 32 }], [[9000, 1], { cols: 32, rows: 1 }],
  ]);
  table(([width, height]) => geometry.ratioOf({ width, height }), [[[1600, 800], 2], [[5760, 1080], 16 / 3], [[9e15, 1], 6], [[1, 9e15], 1 / 6]]);
});

test('a device is alive, needs a look, or is silent', () => {
  const pulse = (minutes, more) =>
    pulseOf({ last_alive: NOW - minutes * MINUTE, isBehind: false, ...more }, NOW);
  table(minutes => pulse(minutes), [[0, 'alive'], [3, 'alive'], [4, 'late'], [15, 'late'], [16, 'silent'], [-60, 'alive']]);
  assert.equal(pulse(0, { isBehind: true }), 'late');
});

test('a device falls behind while more waits or is lost than before', () => {
  const of = (queued, dropped) => ({ queued, dropped });
  assert.equal(isFallingBehind(undefined, of(9, 9)), false);
  for (const [before, sign, expected] of [
    [of(3, 2), of(3, 2), false], [of(0, 2), of(100, 2), false], [of(0, 2), of(101, 2), true], [of(300, 2), of(200, 2), false],
    [of(3, 2), of(0, 3), true], [of(3, 2), of(0, 0), false], [of(null, null), of(101, null), true], [of(1, 1), of(null, null), false],
  ]) {
    assert.equal(isFallingBehind(before, sign), expected, JSON.stringify([before, sign]));
  }
});

test('every sentence is there in every language, with the same holes', () => {
  for (const [key, texts] of Object.entries(STRINGS)) {
    assert.equal(texts.length, LANGUAGES.length, key);
    const holes = texts.map(text => (text.match(/\{\w+\}/g) ?? []).sort().join());
    assert.deepEqual(new Set(holes).size, 1, key);
    assert.ok(texts.every(text => text !== ''), key);
    if (key.endsWith('.one') && `${key.slice(0, -4)}.other` in STRINGS) continue;
    if (key.endsWith('.other')) assert.ok(`${key.slice(0, -6)}.one` in STRINGS, key);
  }
});

test('how long after the start something happened is empty where a time cannot be read', () => {
  assert.equal(plain(format.sinceStart('2017-08-25T17:09:31Z', '2017-08-25T17:09:19.438Z')), '+11 s');
  assert.equal(plain(format.sinceStart('2017-08-25T17:09:16Z', '2017-08-25T17:09:19.438Z')), '−3 s');
  assert.equal(format.sinceStart('garbage', 'x'), '');
});

test('what an event was about is told in a line, whatever its data is', () => {
  const data = { target: 'a', screen: 'b', clickX: 1, currentPage: 3, n: null, o: {} };
  assert.deepEqual(format.describe(data), { target: 'a', screen: 'b', rest: 'currentPage 3' });
  table(value => format.describe(value).rest, [
    [null, ''], [[1], ''], ['x'.repeat(99), 'x'.repeat(80) + '…'], [{ target: 7, a: 1, b: 2, c: 3, d: 4 }, 'a 1, b 2, c 3'],
  ]);
});

test('the examples name the address they are read at, and today', () => {
  const text = '<script src=/microticks.js> http://localhost:8001/x?date=2017-08-25 2017-08&';
  const here = bringUpToDate(text, new URL('http://h/p/'), new Date('2026-11-25T01:00Z'));
  assert.equal(here, '<script src=/p/microticks.js> http://h/p/x?date=2026-11-25 2026-11&');
});
