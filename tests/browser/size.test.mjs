/** What old browsers must understand, and how much a kiosk has to load. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse, tokenizer } from 'acorn';
import { CLIENT, bareCode } from './client.mjs';
import { scenario } from './harness.mjs';

const LIMIT_BYTES = 8192;

/** The client as the server sends it: the bytes on the wire, and their encoding. */
async function served(url) {
  const [response] = await once(http.get(url, { headers: { 'Accept-Encoding': 'gzip' } }), 'response');
  const chunks = [];
  for await (const chunk of response) {
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), encoding: response.headers['content-encoding'] };
}

test('the client is ES2017, as written and as embedded', () => {
  for (const text of [CLIENT, bareCode(CLIENT)]) {
    parse(text, { ecmaVersion: 2017, sourceType: 'script' });
  }
});

test('embedding takes only comments and indentation away', () => {
  const tokens = text => Array.from(tokenizer(text, { ecmaVersion: 2017 }), ({ type, value }) => [type.label, value]);
  assert.deepEqual(tokens(bareCode(CLIENT)), tokens(CLIENT));
});

scenario(`the client has at most ${LIMIT_BYTES} bytes`, async scene => {
  const server = await scene.server();
  const { bytes, encoding } = await served(server.script);
  const debug = encoding !== 'gzip';
  const size = debug ? gzipSync(bareCode(bytes.toString()), { level: 9 }).length : bytes.length;
  scene.log(`microticks.js: ${size} of ${LIMIT_BYTES} bytes gzipped${debug ? ', as a release would embed it' : ''}`);
  assert.ok(size <= LIMIT_BYTES);
});
