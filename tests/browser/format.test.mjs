/** How the dashboard writes times, durations and what an event was about; pure functions, run without a browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

process.env.TZ = 'Europe/Oslo';

/** A module of the pages, which browsers load and which Node would take for another kind of script. */
function load(name) {
  const source = readFileSync(new URL('../../static/' + name, import.meta.url), 'utf8');
  return import('data:text/javascript,' + encodeURIComponent(source));
}

const format = await load('dash/format.js');
const { bringUpToDate } = await load('docs/live.js');
const NOW = Date.parse('2017-08-25T17:09:19Z');
const MINUTE = 60e3;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {(input: any) => any} work @param {[any, any][]} cases */
function table(work, cases) {
  for (const [input, expected] of cases) {
    assert.deepEqual(work(input), expected, JSON.stringify(input));
  }
}

test('a duration has the same form everywhere', () => {
  table(format.duration, [
    [-5, '0 s'], [0, '0 s'], [999, '0 s'], [42e3, '42 s'], [200e3, '3 min 20 s'], [MINUTE, '1 min'], [HOUR, '1 h'],
    [7500e3, '2 h 5 min'], [3605e3, '1 h'], [3 * DAY + 4 * HOUR, '3 d 4 h'], [1204 * DAY, '1,204 d'],
  ]);
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

test('how long ago something was is said in words', () => {
  table(passed => format.ago(NOW - passed, NOW), [
    [0, 'just now'], [44e3, 'just now'], [MINUTE, '1 minute ago'], [12 * MINUTE, '12 minutes ago'],
    [HOUR, '1 hour ago'], [DAY, '1 day ago'], [40 * DAY, '1 month ago'], [800 * DAY, '2 years ago'],
    [-3 * HOUR, 'in 3 hours'],
  ]);
});

test('a day is the local one, also where it has 25 hours', () => {
  table(format.dayRange, [
    ['2017-10-29', { from: '2017-10-28T22:00:00.000Z', to: '2017-10-29T23:00:00.000Z' }], ['', {}],
  ]);
  table(format.isDay, [['2017-08-25', true], ['2017-13-01', false], ['x', false]]);
});

test('how long a visit lasted is unknown where its times are', () => {
  const lasted = (started_at, stopped_at) => format.lasted({ started_at, stopped_at });
  assert.equal(lasted('2017-08-25T17:09:19Z', '2017-08-25T17:12:39Z'), '3 min 20 s');
  assert.equal(lasted('', null), 'still open');
  assert.equal(lasted('', ''), 'unknown');
  assert.equal(lasted('2017-08-25T17:09:19Z', '2017-08-25T17:09:18Z'), 'unknown');
  assert.equal(format.sinceStart('2017-08-25T17:09:31Z', '2017-08-25T17:09:19.438Z'), '+11 s');
  assert.equal(format.sinceStart('2017-08-25T17:09:16Z', '2017-08-25T17:09:19.438Z'), '−3 s');
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
