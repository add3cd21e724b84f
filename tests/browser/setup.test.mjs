/** A mistake in the set-up is said once in the console, in words that tell what to do, and loses nothing. */
import assert from 'node:assert/strict';
import { BUTTON, html, scenario, tag } from './harness.mjs';

const FAILURES = /Failed to load resource|blocked by CORS policy|net::ERR_/;

const MISTAKES = [
  ['no key in the tag of another origin', () => '', /No "consumer_key".*data-consumer-key/],
  ['a wrong key', () => 'data-consumer-key="feed"', / feed: .*--list-consumers/],
  ['a data-host where another server answers', other => `data-host="${other}"`, /No Microticks server/],
  ['a data-host where nobody answers', () => 'data-host="http://127.0.0.1:9"', /127\.0\.0\.1:9\/.*cannot be reached/],
];

for (const [mistake, attributes, words] of MISTAKES) {
  scenario(mistake, async scene => {
    const server = await scene.server();
    await server.addConsumer();
    const notFound = { status: 404, type: 'text/html', body: '<h1>Not Found</h1>' };
    const other = await scene.proxy(server, { answer: () => notFound });
    scene.allow('http://127.0.0.1:9');
    const site = await scene.site({ '/': html(tag(server.script, attributes(other)), BUTTON) });
    const page = await scene.page(site, { tolerate: FAILURES });
    for (let round = 0; round < 3; round += 1) {
      await page.click('#map');
      await page.evaluate('microticks.flush()');
    }
    assert.equal(page.said.length, 1, page.said.join('\n'));
    assert.match(page.said[0], words);
    assert.deepEqual(await server.events(), []);
  });
}
