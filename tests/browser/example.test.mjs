/** The example page: a small exhibit that works by touch and by keyboard, for everybody, and shows what was recorded. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { eventually, scenario } from './harness.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = ['tower', 'lens', 'rhythm', 'log', 'watch'];

async function exhibit(scene, query = '', options = {}) {
  const server = await scene.server();
  await server.addConsumer();
  const page = await scene.page(`${server.origin}/example/${query}`, options);
  await page.waitForFunction('window.microticks && microticks.trackEvent');
  return { server, page };
}

/** What axe finds wrong with the page as it is now. */
async function violations(page, where) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => axe.run());
  return found.violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(node => node.html.slice(0, 90)).join(' | ')}`);
}

for (const scheme of ['light', 'dark']) {
  scenario(`no screen of it has an accessibility violation, in either language (${scheme})`, async scene => {
    const { page } = await exhibit(scene, '', { colorScheme: scheme, reducedMotion: 'reduce' });
    const wrong = [];
    for (const language of ['en', 'de']) {
      wrong.push(...await violations(page, `coast ${language}`));
      for (const screen of SCREENS) {
        await page.click(`#to-${screen}`);
        wrong.push(...await violations(page, `${screen} ${language}`));
        await page.click('#home');
      }
      await page.click('#language');
    }
    assert.deepEqual(wrong, []);
  });
}

const inWords = ({ action, data }) => [action, data.target || data.screen, data.pointer].filter(Boolean).join(' ');

scenario('by touch: screens, targets and languages are recorded, and the drawer shows it', async scene => {
  const { server, page } = await exhibit(scene, '', { hasTouch: true });
  await page.tap('#to-log');
  await server.awaitEvents(1, 'screen');
  await page.tap('#page-on');
  await page.tap('#home');
  await server.awaitEvents(2, 'screen');
  await page.tap('#language');
  await page.tap('#to-rhythm');
  const events = await server.awaitEvents(9);
  assert.deepEqual(events.map(inWords), [
    'click log touch', 'screen book:keepers-log', 'click page-on touch', 'pageChange book:keepers-log', 'click home touch',
    'screen coast', 'click language touch', 'click rhythm touch', 'screen rhythm',
  ]);
  assert.deepEqual(events.map(({ data }) => data.lang).filter(Boolean), [...Array(6).fill('en'), 'de', 'de']);
  await page.tap('#drawer-toggle');
  const lines = page.locator('#drawer-log li[data-state=stored]');
  await eventually('the lines of the drawer', async () => (await lines.count()) === 10);
  assert.match(await lines.first().textContent(), /screen.*rhythm/);
  assert.doesNotMatch(await page.locator('#drawer-log').textContent(), /Invalid|undefined|alive/);
  assert.equal((await server.events()).length, 9, 'the drawer itself is left out');
});

scenario('by keyboard: everything that can be touched can be reached and pressed', async scene => {
  const { server, page } = await exhibit(scene);
  const press = async id => {
    await eventually(`the focus on ${id}`, async () => {
      await page.keyboard.press('Tab');
      return (await page.evaluate('document.activeElement.id')) === id;
    });
    await page.keyboard.press('Enter');
  };
  await press('to-lens');
  await server.awaitEvents(1, 'screen');
  await press('lens-switch');
  await press('home');
  await press('to-watch');
  const touches = await server.awaitEvents(4, 'click');
  assert.deepEqual(touches.map(inWords), ['click lens key', 'click lens-switch key', 'click home key', 'click watch key']);
  assert.equal(await page.locator('#watch').isVisible(), true);
});

scenario('nobody there: it goes home by itself, invites, and that is no visit to the first screen', async scene => {
  const { server, page } = await exhibit(scene, '?idle=5', { reducedMotion: 'reduce' });
  await page.click('#to-tower');
  await page.locator('#begin').waitFor();
  const [, home] = await server.awaitEvents(2, 'screen');
  assert.deepEqual([home.data.screen, home.data.auto], ['coast', true]);
  assert.deepEqual(await violations(page, 'the invitation'), []);
});
