/** The recipes of docs/client.md, as they stand there. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUTTON, eventually, html, scenario, tag } from './harness.mjs';

const DOCS = readFileSync(new URL('../../docs/client.md', import.meta.url), 'utf8');
const HERE = path.dirname(fileURLToPath(import.meta.url));

/** The blocks that are named after a file. */
const RECIPES = new Map(Array.from(DOCS.matchAll(/^```\w+ (\S+)\n([^]*?)^```$/gm), ([, name, text]) => [name, text]));
const used = new Set();

/** A recipe, with a real server and key in it. */
function recipe(name, server, key) {
  used.add(name);
  assert.ok(RECIPES.has(name), `docs/client.md has no block ${name}`);
  return RECIPES.get(name).replaceAll('http://10.0.0.5:8001', server.origin).replaceAll('KEY', key);
}

async function kiosk(scene) {
  const server = await scene.server();
  return { server, key: await server.addConsumer() };
}

for (const name of ['plain.html', 'rules.html', 'policy.html']) {
  scenario(`${name} records a touch`, async scene => {
    const { server, key } = await kiosk(scene);
    const site = await scene.site({ '/': html().replace('</head>', `${recipe(name, server, key)}</head>`) });
    const page = await scene.page(site);
    await page.waitForFunction('window.microticks && microticks.trackEvent');
    await page.click('#map');
    assert.equal((await server.awaitEvents(1))[0].data.target, 'map');
  });
}

scenario('calls.html records what was called before the script had loaded', async scene => {
  const { server, key } = await kiosk(scene);
  await scene.page(await scene.site({ '/': html(recipe('calls.html', server, key)) }));
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => [event.action, event.data.number || event.data.screen]), [['chapter', 3], ['screen', 'map']]);
});

const APPS = [['react.jsx', {}], ['vue.js', { vue: 'vue/dist/vue.esm-bundler.js' }]];

for (const [name, alias] of APPS) {
  scenario(`${name}: screens and touches of a built app are recorded`, async scene => {
    const { server, key } = await kiosk(scene);
    const { outputFiles: [{ text }] } = await build({
      stdin: { contents: recipe(name, server, key), resolveDir: HERE, loader: 'jsx' },
      jsx: 'automatic', bundle: true, minify: true, write: false, alias,
      define: {
        'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
    });
    const script = tag(server.script, `async data-consumer-key="${key}"`);
    const site = await scene.site({ '/': html(script, '<div id="app"></div><script src="/app.js"></script>'), '/app.js': text });
    const page = await scene.page(site);
    await page.waitForFunction('window.microticks && microticks.trackEvent');
    await page.getByText('Story').click();
    const events = await server.awaitEvents(2);
    assert.deepEqual(events.map(({ action, data }) => [action, data.target, data.screen]),
      [['click', 'to the story', 'map'], ['screen', undefined, 'story']]);
  });
}

scenario('frame.html of the same origin shares its session with the page around it', async scene => {
  const { server, key } = await kiosk(scene);
  const outer = html(tag(server.script, `data-consumer-key="${key}"`), '<button id="outer">Outer</button>', recipe('frame.html', server, key));
  const site = await scene.site({ '/': outer, '/plain.html': html(recipe('plain.html', server, key)) });
  const page = await scene.page(site);
  await page.frameLocator('iframe').locator('#map').click();
  await server.awaitEvents(1, 'click');
  await page.click('#outer');
  const events = await server.awaitEvents(2, 'click');
  assert.equal(events[0].session_id, events[1].session_id);
});

scenario('frame.html of another origin works on its own', async scene => {
  const { server, key } = await kiosk(scene);
  const inner = await scene.site({ '/plain.html': html(recipe('plain.html', server, key)) });
  const outer = await scene.site({ '/': html(recipe('frame.html', server, key).replace('plain.html', `${inner}/plain.html`)) });
  const page = await scene.page(outer);
  await page.frameLocator('iframe').locator('#map').click();
  assert.equal((await server.awaitEvents(1))[0].data.target, 'map');
});

/** As XIMPEL does it: touches and the end of a visit are told to what `setAnalytics` was given. */
const XIMPEL = `window.IdleTracker = {
  setAnalytics(analytics) {
    let timer = 0;
    addEventListener('pointerdown', event => {
      clearTimeout(timer);
      timer = setTimeout(() => analytics.stopSession('timeout'), 300);
      analytics.trackEvent('click', { subject: event.target.id, clickX: event.clientX, clickY: event.clientY });
    });
  },
};`;

scenario('ximpel.html leaves touches and idle times to XIMPEL', async scene => {
  const { server, key } = await kiosk(scene);
  const site = await scene.site({ '/': html(BUTTON, recipe('ximpel.html', server, key)), '/ximpel.js': XIMPEL });
  const page = await scene.page(site);
  await page.click('#map');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.action), ['click', 'stopSession']);
  const [session] = await eventually('the end of the session', async () => {
    const sessions = await server.sessions();
    return sessions[0].stopped_at && sessions;
  });
  assert.equal(session.stop_reason, 'timeout');
});

scenario('disk.html works from disk, with a copy of the script beside it', async scene => {
  const { server, key } = await kiosk(scene);
  const folder = scene.folder({ 'disk.html': html(recipe('disk.html', server, key)) });
  writeFileSync(path.join(folder, 'microticks.js'), await (await fetch(server.script)).text());
  const page = await scene.page(pathToFileURL(path.join(folder, 'disk.html')).href);
  await page.click('#map');
  await server.awaitEvents(1);
});

scenario('sensor.html begins a session when somebody comes, and not by what it measures', async scene => {
  const { server, key } = await kiosk(scene);
  const page = await scene.page(await scene.site({ '/': html(recipe('sensor.html', server, key)) }));
  await page.waitForFunction('microticks.trackEvent');
  await page.evaluate('distanceChanges(90); microticks.flush()');
  assert.deepEqual(await server.sessions(), []);
  await page.evaluate('personComes(); distanceChanges(80)');
  const [event] = await server.awaitEvents(1);
  assert.deepEqual(event.data, { cm: 80, passive: true });
});

scenario('home.html ends the visit', async scene => {
  const { server, key } = await kiosk(scene);
  const page = await scene.page(await scene.site({ '/': html(recipe('home.html', server, key)) }));
  await page.waitForFunction('window.microticks && microticks.trackEvent');
  await page.click('#home');
  const events = await server.awaitEvents(2);
  assert.deepEqual(events.map(event => event.action), ['click', 'stopSession']);
  await eventually('the reason', async () => (await server.sessions())[0].stop_reason === 'restart');
});

scenario('a kiosk browser that wipes its storage begins another visit, and goes on recording', async scene => {
  const { server, page } = await scene.kiosk(BUTTON);
  await page.click('#map');
  await server.awaitEvents(1);
  const session = await page.context().newCDPSession(page);
  await page.goto('about:blank');
  await session.send('Storage.clearDataForOrigin', { origin: server.origin, storageTypes: 'all' });
  await page.goto(server.origin);
  await page.click('#map');
  const events = await server.awaitEvents(2);
  assert.notEqual(events[0].session_id, events[1].session_id);
});

test('every recipe is run', () => {
  assert.deepEqual([...RECIPES.keys()].filter(name => !used.has(name)), []);
});
