/** Fills a server with visits through its own API, the same ones each time, so that the dashboard has something to show. */
import assert from 'node:assert/strict';
import { dice } from './dice.mjs';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** Far below the limits of a batch. */
const ITEMS = 2000;

/** Screens of an exhibition, the popular ones first. */
export const SCREENS = ['home', 'map', 'film:whales', 'year:2017', 'gallery', 'quiz'];

/** How visits end, and how often. */
const REASONS = ['idle', 'idle', 'idle', 'idle', 'restart', 'timeout'];

/** Posts items in as many batches as it takes; all of them must be stored. */
export async function post(origin, key, items) {
  for (let first = 0; first < items.length; first += ITEMS) {
    const body = JSON.stringify({
      consumer_key: key, sent_at: new Date().toISOString(), items: items.slice(first, first + ITEMS),
    });
    const response = await fetch(`${origin}/batch`, { method: 'POST', body });
    const reply = await response.json();
    assert.equal(response.status, 200, JSON.stringify(reply));
    assert.deepEqual(reply.rejected, []);
  }
}

/** A token that no other visit of the same seed has. */
export function token(number) {
  return number.toString(16).padStart(32, '0');
}

/**
 * The items of one visit: `steps` are `[seconds, action, data]`. Without `reason` it is not stopped.
 */
export function visit(id, start, { device = 'table-1', steps = [], reason, length = 0 }) {
  const at = seconds => new Date(start + seconds * SECOND).toISOString();
  const items = [{ type: 'start', token: id, ts: at(0), device }];
  steps.forEach(([seconds, action, data], seq) => {
    items.push({ type: 'event', token: id, seq, action, data, ts: at(seconds) });
  });
  if (reason) {
    const last = steps.length > 0 ? steps[steps.length - 1][0] : 0;
    items.push({ type: 'stop', token: id, ts: at(last + length), reason });
  }
  return items;
}

/**
 * Some weeks of a small exhibition: busy Saturdays, closed Mondays, three tables, a button on `map` that does nothing.
 * The last day is `end`, by default yesterday.
 */
export async function seed(origin, key, { days = 45, perDay = 8, end = Date.now() - DAY, screens = SCREENS } = {}) {
  const random = dice(7);
  const pick = list => list[Math.floor(random() ** 1.6 * list.length)];
  const items = [];
  let number = 1;
  for (let day = days - 1; day >= 0; day -= 1) {
    const midnight = Math.floor(end / DAY) * DAY - day * DAY;
    const weekday = new Date(midnight).getUTCDay();
    const visits = weekday === 1 ? 0 : Math.round(perDay * (weekday === 6 ? 2.2 : 0.6 + random() * 0.8));
    for (let index = 0; index < visits; index += 1) {
      const start = midnight + (9 + (random() + random()) * 4) * HOUR;
      items.push(...visit(token(number), start, {
        device: `table-${1 + (number % 3)}`, steps: wander(random, pick, screens), reason: pick(REASONS), length: 60,
      }));
      number += 1;
    }
  }
  await post(origin, key, items);
}

/** A new server with one app, seeded. */
export async function seeded(scene, options) {
  const server = await scene.server();
  const key = await server.addConsumer();
  await seed(server.origin, key, options);
  return { server, key };
}

/** The touches of one visitor, from screen to screen. */
function wander(random, pick, screens) {
  const steps = [];
  let screen = screens[0];
  let at = 0;
  steps.push([at, 'screen', { screen, lang: random() < 0.7 ? 'en' : 'nb' }]);
  for (let touches = 1 + Math.floor(random() * 9); touches > 0; touches -= 1) {
    at += 2 + Math.floor(random() ** 2 * 60);
    const inVain = screen === 'map' && random() < 0.5;
    const next = inVain ? screen : pick(screens.filter(one => one !== screen));
    const [clickX, clickY] = inVain ? [1700, 950] : [Math.floor(random() * 1920), Math.floor(random() * random() * 1080)];
    const target = inVain ? 'broken button' : `to ${next}`;
    steps.push([at, 'click', { target, screen, clickX, clickY, viewWidth: 1920, viewHeight: 1080 }]);
    if (next !== screen) {
      steps.push([at + 0.3, 'screen', { screen: next }]);
      screen = next;
    }
  }
  return steps;
}
