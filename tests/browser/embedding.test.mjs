/** Every way in which a page can load the client. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUTTON, TURNED, html, scenario, tag, turn } from './harness.mjs';

/** Clicks the button, and expects that click alone to be stored. */
async function expectOneTouch(server, page, frame = page) {
  await frame.locator('#map').click();
  await server.awaitEvents(1);
  await page.evaluate('window.microticks && microticks.flush()');
  const [event, ...more] = await server.events();
  assert.deepEqual(more, []);
  assert.equal(event.data.target, 'map');
  return event;
}

for (const how of ['', 'async', 'defer']) {
  scenario(`a tag ${how && `with ${how} and `}with a key works from another origin`, async scene => {
    const server = await scene.server();
    const key = await server.addConsumer();
    const site = await scene.site({ '/': html(tag(server.script, `${how} data-consumer-key="${key}"`), BUTTON) });
    await expectOneTouch(server, await scene.page(site));
  });

  scenario(`a tag ${how && `with ${how} and `}without a key works on the server's own pages`, async scene => {
    const server = await scene.server({ 'index.html': html(tag('microticks.js', how), BUTTON) });
    await server.addConsumer();
    await expectOneTouch(server, await scene.page(server.origin));
  });
}

scenario('a script that the page inserts works', async scene => {
  const insert = `const script = document.createElement('script'); script.src = '/microticks.js?v=1';
    document.head.append(script);`;
  const server = await scene.server({ 'index.html': html(`<script>${insert}</script>`, BUTTON) });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await page.waitForFunction('window.microticks');
  await expectOneTouch(server, page);
});

scenario('a script loaded as a module finds its tag', async scene => {
  const server = await scene.server({ 'index.html': html(tag('microticks.js', 'type="module"'), BUTTON) });
  await server.addConsumer();
  await expectOneTouch(server, await scene.page(server.origin));
});

scenario('a page opened from disk works', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const folder = scene.folder({ 'index.html': html(tag(server.script, `data-consumer-key="${key}"`), BUTTON) });
  const event = await expectOneTouch(server, await scene.page(pathToFileURL(path.join(folder, 'index.html')).href));
  assert.ok(event.data.screen.endsWith('/'), event.data.screen);
});

scenario('a copy of the script beside a page on disk works with data-host', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const attributes = `data-host="${server.origin}" data-consumer-key="${key}"`;
  const folder = scene.folder({ 'index.html': html(tag('microticks.js', attributes), BUTTON) });
  const copy = await (await fetch(server.script)).text();
  writeFileSync(path.join(folder, 'microticks.js'), copy);
  await expectOneTouch(server, await scene.page(pathToFileURL(path.join(folder, 'index.html')).href));
});

scenario('a page in a frame of the same origin works', async scene => {
  const server = await scene.server({
    'index.html': html('<iframe id="exhibit" src="exhibit.html"></iframe>'),
    'exhibit.html': html(tag('microticks.js'), BUTTON),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await expectOneTouch(server, page, page.frameLocator('#exhibit'));
});

scenario('a page in a frame of another origin works', async scene => {
  const server = await scene.server({ 'exhibit.html': html(tag('microticks.js'), BUTTON) });
  await server.addConsumer();
  const site = await scene.site({ '/': html(`<iframe id="exhibit" src="${server.origin}/exhibit.html"></iframe>`) });
  const page = await scene.page(site);
  await expectOneTouch(server, page, page.frameLocator('#exhibit'));
});

scenario('a frame without an address of its own works', async scene => {
  const inner = html('<script src=/microticks.js></script>', BUTTON).replace(/"/g, '&quot;');
  const server = await scene.server({ 'index.html': html(`<iframe id="exhibit" srcdoc="${inner}"></iframe>`) });
  await server.addConsumer();
  const page = await scene.page(server.origin);
  await expectOneTouch(server, page, page.frameLocator('#exhibit'));
});

scenario('two tags on one page count once', async scene => {
  const tags = [tag('microticks.js'), tag('microticks.js', 'defer')];
  const server = await scene.server({ 'index.html': html(...tags, BUTTON) });
  await server.addConsumer();
  await expectOneTouch(server, await scene.page(server.origin));
});

scenario('an element with the id "microticks" is no obstacle', async scene => {
  const server = await scene.server({ 'index.html': html('<p id="microticks"></p>', tag('microticks.js'), BUTTON) });
  await server.addConsumer();
  await expectOneTouch(server, await scene.page(server.origin));
});

scenario('under a path prefix the script posts to where it came from', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const proxy = await scene.proxy(server, { prefix: '/stats' });
  const script = tag(`${proxy}/stats/microticks.js`, `data-consumer-key="${key}"`);
  const site = await scene.site({ '/': html(script, BUTTON) });
  await expectOneTouch(server, await scene.page(site));
});

scenario('a page with a strict Content-Security-Policy works', async scene => {
  const server = await scene.server();
  const key = await server.addConsumer();
  const policy = `default-src 'none'; script-src ${server.origin}; connect-src ${server.origin}; img-src data:`;
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const page = html(tag(server.script, `data-consumer-key="${key}"`), BUTTON).replace('<head>', `<head>${meta}`);
  const site = await scene.site({ '/': page });
  await expectOneTouch(server, await scene.page(site));
});

scenario('what a touch in one frame leads to in another is known to be led to', async scene => {
  const show = "document.querySelector('iframe').contentWindow.location.hash = 'deep'";
  const server = await scene.server({
    'index.html': html(tag('microticks.js'), `<button id="show" onclick="${show}">Show</button><iframe src="exhibit.html"></iframe>`),
    'exhibit.html': html(tag('microticks.js')),
  });
  await server.addConsumer();
  const page = await scene.page(server.origin, TURNED);
  await turn(page, 2000);
  await page.click('#show');
  await turn(page, 1000);
  await page.evaluate('microticks.flush()');
  const [screen] = await server.awaitEvents(1, 'screen');
  assert.deepEqual([screen.data.screen, screen.data.auto], ['/exhibit.html#deep', undefined]);
  assert.equal((await server.sessions()).length, 1);
});
