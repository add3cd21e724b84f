/** A mistake in the set-up is said once in the console, in words that tell what to do, and loses nothing. */
import assert from 'node:assert/strict';
import { BUTTON, html, scenario, tag } from './harness.mjs';

const FAILURES = /Failed to load resource|blocked by CORS policy|net::ERR_/;

const MISTAKES = [
  ['no key in the tag of another origin', () => '', /No "consumer_key".*data-consumer-key/],
  ['a wrong key', () => 'data-consumer-key="feed"', / feed: .*--list-consumers/],
  ['a data-host where another server answers', other => `data-host="${other}"`, /No Microticks server/],
  ['a data-host where nobody answers', () => 'data-host="http://127.0.0.1:9"',
    /127\.0\.0\.1:9\/.*cannot be reached.*https.*connect-src.*"Local network access" \(policy LocalNetworkAccessAllowed/],
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

scenario('a Content-Security-Policy that forbids the server', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const policy = `default-src 'none'; script-src ${server.origin}; img-src data:`;
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const body = html(tag(server.script, `data-consumer-key="${key}"`), BUTTON).replace('<head>', `<head>${meta}`);
  const site = await scene.site({ '/': body });
  const page = await scene.page(site, { tolerate: /policy connect-src refuses|Content Security Policy/ });
  for (let round = 0; round < 3; round += 1) {
    await page.click('#map');
    await page.evaluate('microticks.flush()');
  }
  assert.equal(page.said.length, 1, page.said.join('\n'));
  assert.match(page.said[0], /Content-Security-Policy in connect-src/);
});

scenario('a clock that is off by more than a day', async scene => {
  const options = { prepare: page => page.clock.install({ time: '2031-05-01T10:00:00Z' }) };
  const { server, page } = await scene.kiosk(BUTTON, options);
  for (let round = 0; round < 3; round += 1) {
    await page.click('#map');
    await page.evaluate('microticks.flush()');
  }
  assert.equal((await server.events()).length, 3);
  assert.equal(page.said.length, 1, page.said.join('\n'));
  assert.match(page.said[0], /clock .* a day or more off/);
});

scenario('a key with spaces around it is no mistake', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const site = await scene.site({ '/': html(tag(server.script, `data-consumer-key=" ${key} "`), BUTTON) });
  const page = await scene.page(site);
  await page.click('#map');
  await server.awaitEvents(1);
  assert.deepEqual(page.said, []);
});

scenario('data-debug shows in a corner what was sent, what waits and what was said last', async scene => {
  const server = await scene.server({ 'index.html': html(tag('/microticks.js', 'data-debug'), BUTTON) });
  const page = await scene.page(server.origin, { tolerate: FAILURES });
  await page.click('#map');
  await page.getByText(/0 sent, 2 waiting\. .*--add-consumer/).waitFor();
  await server.addConsumer();
  await page.getByText(/2 sent, 0 waiting/).waitFor();
});
