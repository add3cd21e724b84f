/** How the replay reads the events of a visit; without a browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const entryPoints = [fileURLToPath(new URL('../../static/dash/visit-course.js', import.meta.url))];
const [{ text }] = buildSync({ entryPoints, bundle: true, write: false, format: 'esm' }).outputFiles;
const { courseOf, sceneAt, surfaceOf } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

let lastId = 0;
const event = (second, action, data, seq = null) => ({
  id: (lastId += 1), session_id: 1, time: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, action, data, seq,
});

test('a touch is where the finger was, also where its own screen is the next one', () => {
  const steps = courseOf([
    event(0, 'click', { subject: 'intro', x: 960, y: 540 }),
    event(3, 'click', { subject: 'map', prevSubject: 'intro', clickX: 10, clickY: 10, screenWidth: 100, screenHeight: 100 }),
    event(5, 'media', { target: 'film' }),
  ], '2026-01-01T00:00:00Z');
  assert.deepEqual(steps.map(({ at, place, screen, point }) => [at, place, screen, point]), [
    [0, 'intro', 'intro', { x: 0.5, y: 0.5 }], [3000, 'intro', 'map', { x: 0.1, y: 0.1 }], [5000, 'map', 'map', null],
  ]);
  assert.deepEqual(sceneAt(steps, 3000, 500), { last: 1, screen: 'intro', touches: [0, 1], isFresh: true });
  assert.deepEqual(sceneAt(steps, 3500, 500), { last: 1, screen: 'map', touches: [], isFresh: false });
  assert.deepEqual(sceneAt(steps, 9000, 500), { last: 2, screen: 'map', touches: [], isFresh: false });
});

test('steps are in the order of the reports, whatever the order of arrival', () => {
  const late = event(9, 'b', {}, 7);
  const steps = courseOf([late, event(9, 'a', {}, 2), { ...event(0, 'c', {}), time: 'garbage' }, event(1, 'first', {})], '2026-01-01T00:00:00Z');
  assert.deepEqual(steps.map(({ action }) => action), ['first', 'c', 'a', 'b']);
});

test('a first time that cannot be read is the start of the visit, else the first that can be read', () => {
  const events = () => [{ ...event(0, 'a', {}), time: 'garbage' }, event(7, 'b', {})];
  assert.deepEqual(courseOf(events(), '2026-01-01T00:00:05Z').map(({ at }) => at), [0, 2000]);
  assert.deepEqual(courseOf(events(), 'garbage').map(({ at }) => at), [0, 0]);
  assert.deepEqual(courseOf([{ ...event(0, 'a', {}), time: '' }], '').map(({ at }) => at), [0]);
});

test('no data is too odd', () => {
  const odd = [null, 'text', 7, [], [1], { screen: 5, target: {} }, { clickX: '1', clickY: 2 }, { clickX: -1e300, clickY: 1e300, viewWidth: 1e-300, viewHeight: 1 }];
  const steps = courseOf(odd.map((data, index) => event(index, 'tap', data)), '');
  for (const { point, target, place } of steps) {
    assert.ok(point === null || (point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1));
    assert.deepEqual([target, place], ['', '']);
  }
  assert.deepEqual(sceneAt([], 5, 1), { last: -1, screen: '', touches: [], isFresh: false });
  assert.deepEqual(surfaceOf([]), { width: 1920, height: 1080 });
  assert.deepEqual(surfaceOf(odd.map((data, index) => event(index, 'tap', data))), { width: 1e-300, height: 1 });
});
