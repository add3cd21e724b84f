/** What an answer means, as a table: `verdict` of the client, which is pure, cut out of the script by its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'acorn';
import { CLIENT } from './client.mjs';

function cutOut(name) {
  const find = node => {
    if (!node || typeof node !== 'object') {
      return null;
    }
    if (node.type === 'FunctionDeclaration' && node.id.name === name) {
      return node;
    }
    return Object.values(node).flat().reduce((found, child) => found || find(child), null);
  };
  const { start, end } = find(parse(CLIENT, { ecmaVersion: 2017 }));
  return new Function(`return ${CLIENT.slice(start, end)}`)();
}

const verdict = cutOut('verdict');
const ours = (status, more) => [status, JSON.stringify({ status, ...more })];
const counted = (stored, duplicates, rejected) => ours(200, { stored, duplicates, rejected });
const refusal = (status, code) => ours(status, { code, error: 'in words' });
const one = { index: 0, code: 'empty_action', error: 'in words' };

const TABLE = [
  ['all stored', counted(3, 0, []), 'stored'],
  ['all duplicates', counted(0, 3, []), 'stored'],
  ['some of each', counted(1, 1, [one]), 'stored'],
  ['all rejected', counted(0, 0, [one, one, one]), 'stored'],
  ['too few', counted(2, 0, []), 'keep'],
  ['too many', counted(4, 0, []), 'keep'],
  ['negative', counted(4, -1, []), 'keep'],
  ['counts as text', counted('3', 0, []), 'keep'],
  ['no counts', ours(200, {}), 'keep'],
  ['rejected is no list', counted(3, 0, 0), 'keep'],
  ['rejected is missing', counted(3, 0), 'keep'],
  ['another status inside', [200, ours(201, { stored: 3, duplicates: 0, rejected: [] })[1]], 'keep'],
  ['counts under another status', ours(202, { stored: 3, duplicates: 0, rejected: [] }), 'keep'],
  ['a portal page', [200, '<!doctype html>'], 'keep'],
  ['nothing', [200, ''], 'keep'],
  ['null', [200, 'null'], 'keep'],
  ['a number', [200, '200'], 'keep'],
  ['a list', [200, '[]'], 'keep'],
  ['too large', refusal(413, 'body_too_large'), 'halve'],
  ['too large, says a proxy', [413, '<h1>413</h1>'], 'keep'],
  ['too large, JSON of a proxy', [413, '{"status":413}'], 'keep'],
  ['a broken body', refusal(400, 'malformed_body'), 'halve'],
  ['a broken envelope', refusal(400, 'invalid_envelope'), 'halve'],
  ['too many items', refusal(413, 'too_many_items'), 'halve'],
  ['a code of a broken body under another status', refusal(500, 'malformed_body'), 'keep'],
  ...['no_consumer', 'missing_consumer_key', 'unknown_consumer', 'consumer_not_active', 'ip_not_allowed'].map(
    code => [`the set-up error ${code}`, refusal(400, code), 'keep'],
  ),
  ['a wrong path', refusal(404, 'not_found'), 'keep'],
  ['overload', refusal(503, 'overloaded'), 'keep'],
  ['a full disk', refusal(507, 'disk_full'), 'keep'],
  ['a gateway error', [502, '<h1>Bad Gateway</h1>'], 'keep'],
  ['too many requests', [429, ''], 'keep'],
];

for (const [what, [status, text], kind] of TABLE) {
  test(`${what} (${status}): ${kind}`, () => {
    const answer = verdict(status, text, 3);
    assert.equal(answer.kind, kind);
    assert.equal(typeof answer.error, kind === 'stored' ? 'undefined' : 'string');
  });
}

test('what was rejected is handed on', () => {
  assert.deepEqual(verdict(...counted(2, 0, [one]), 3).rejected, [one]);
});
