/** Waiting for conditions, never for times. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

export const PATIENCE_MS = 60_000;
const GLANCE_MS = 30;

/** Waits until `check` gives something true without throwing, and returns it. */
export async function eventually(what, check) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    let problem = 'nothing';
    try {
      const value = await check();
      if (value) {
        return value;
      }
    } catch (error) {
      problem = error;
    }
    assert.ok(Date.now() < end, `still waiting for ${what}; last seen: ${problem}`);
    await delay(GLANCE_MS);
  }
}
