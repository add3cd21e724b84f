/** What old browsers must understand, and how much a kiosk has to load. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse, tokenizer } from 'acorn';
import { CLIENT, bareCode } from './client.mjs';
import { scenario } from './harness.mjs';

const LIMIT_BYTES = 8192;

/** A file as the server sends it: the bytes on the wire, their encoding and tag. */
async function served(url, accepted = 'gzip') {
  const [response] = await once(http.get(url, { headers: { 'Accept-Encoding': accepted } }), 'response');
  const chunks = [];
  for await (const chunk of response) {
    chunks.push(chunk);
  }
  const { etag, 'content-encoding': encoding } = response.headers;
  return { bytes: Buffer.concat(chunks), encoding, etag };
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
  if (encoding === undefined) {
    scene.log('a debug build packs no files; that of the client would have failed over the limit');
    return;
  }
  scene.log(`microticks.js: ${bytes.length} of ${LIMIT_BYTES} bytes gzipped`);
  assert.ok(bytes.length <= LIMIT_BYTES);
});

scenario('every form of a file is the same file, with a tag of its own', async scene => {
  const server = await scene.server();
  const UNPACK = { gzip: gunzipSync, br: brotliDecompressSync };
  for (const path of ['microticks.js', 'dash/dash.css', 'example/']) {
    const forms = await Promise.all(['gzip', 'br', 'identity'].map(accepted => served(`${server.origin}/${path}`, accepted)));
    const texts = new Set(forms.map(({ bytes, encoding }) => (encoding ? UNPACK[encoding](bytes) : bytes).toString()));
    assert.equal(texts.size, 1, path);
    assert.equal(forms[2].encoding, undefined);
    assert.equal(new Set(forms.map(({ etag }) => etag)).size, new Set(forms.map(({ encoding }) => encoding)).size);
  }
});
