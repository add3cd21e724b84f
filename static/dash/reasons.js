// @ts-check
/*
 * Why a visit ended, and why one looks like no visitor, in words.
 *
 * Loaded by pages.
 */

import { shortened } from './format.js';
import { say } from './language.js';

/** Reasons that have words of their own; a page may give any other. */
const REASONS = ['idle', 'timeout', 'restart', 'clock', 'expired', 'none'];

/**
 * @param {string|null} reason
 * @returns {string}
 */
export function reasonName(reason) {
  if (reason === null) return say('reason.open');
  return REASONS.includes(reason) ? say(`reason.${reason}`) : shortened(reason);
}

/**
 * @param {'clock'|'stuck'|'echo'|'never_stopped'} suspect
 * @returns {string}
 */
export function suspectName(suspect) {
  return say(`suspect.${suspect}`);
}

/** Visits of which no report but the list tells, marked or not. */
const LEFT_OUT = ['clock', 'stuck'];

/**
 * @param {string|null} suspect
 * @returns {boolean}
 */
export function isLeftOut(suspect) {
  return suspect !== null && LEFT_OUT.includes(suspect);
}
