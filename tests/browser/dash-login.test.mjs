/** The locked door: it asks for the key, sends it by a form, and leads to where the visitor wanted to go. */
import assert from 'node:assert/strict';
import { assertAccessible } from './dash.mjs';
import { eventually, scenario } from './harness.mjs';

const DEEP = '?page=screens&range=7&screen=a%20b';

async function locked(scene, options) {
  const server = await scene.server(undefined, { behindProxy: true });
  // A key in the address opens nothing.
  const page = await scene.page(`${server.origin}/dash${DEEP}&key=reading`, { locale: 'en-GB', tolerate: /status of 401/, ...options });
  return { server, page };
}

scenario('a deep link survives the login, and no key is in an address', async scene => {
  const { page } = await locked(scene);
  await page.getByRole('heading', { name: 'The dashboard is locked' }).waitFor();
  await assertAccessible(page);
  assert.equal(await page.locator('#set').isVisible(), false);
  assert.doesNotMatch(page.url(), /key|reading/);
  let sent = null;
  await page.route(/\/login/, route => {
    sent = { url: route.request().url(), fields: new URLSearchParams(route.request().postData()) };
    return route.fulfill({ status: 204 });
  });
  await page.getByLabel('Key').fill('a secret');
  await page.keyboard.press('Enter');
  await eventually('the form', () => sent);
  assert.equal(sent.fields.get('key'), 'a secret');
  assert.equal(sent.fields.get('to'), '?page=screens&range=7&screen=a+b');
  assert.doesNotMatch(sent.url, /secret/);
});

scenario('a wrong key is said to be one, and the way is not forgotten', async scene => {
  const { server, page } = await locked(scene);
  const door = await (await fetch(`${server.origin}/dash`)).text();
  await page.route(/\/login/, route => route.fulfill({ status: 401, contentType: 'text/html', body: door }));
  assert.equal(await page.locator('#wrong').isVisible(), false);
  await page.getByLabel('Key').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('That key is not the one').waitFor();
  assert.equal(await page.locator('#to').inputValue(), '?page=screens&range=7&screen=a+b');
  assert.match(page.url(), /\/dash\?page=screens/);
});

scenario('the door opens without scripts', async scene => {
  const { page } = await locked(scene, { javaScriptEnabled: false });
  const form = page.locator('form');
  assert.equal(await form.getAttribute('method'), 'post');
  assert.equal(await form.getAttribute('action'), 'login');
  await page.getByLabel('Key').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Open the dashboard' }).isVisible(), true);
});

scenario('who gives the key reads, until they log out', async scene => {
  const { page } = await locked(scene);
  await page.getByLabel('Key').fill('not the key');
  await page.keyboard.press('Enter');
  await page.getByText('That key is not the one').waitFor();
  await page.getByLabel('Key').fill('reading');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What do people look at?' }).waitFor();
  assert.match(page.url(), /\/dash\?page=screens&range=7&screen=a\+b$/);
  await page.getByRole('heading', { name: 'a b', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'The dashboard is locked' }).waitFor();
});

scenario('whom a restart of the server logged out is asked for the key, and sees the same page again', async scene => {
  const { server, page } = await locked(scene, { tolerate: /status of 401|ERR_/ });
  const logIn = async () => {
    // Until it has loaded, the page does not know where to go.
    await page.waitForLoadState();
    await page.getByLabel('Key').fill('reading');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'How is the exhibit doing?' }).waitFor();
  };
  await page.goto(`${server.origin}/dash?range=7`);
  await logIn();
  // Who has only just logged in and is locked out keeps no cookies, and would be asked for ever.
  await page.waitForFunction(() => performance.now() > 10_000);
  await server.stop();
  await server.start();
  await page.getByRole('heading', { name: 'The dashboard is locked' }).waitFor();
  await logIn();
  assert.match(page.url(), /\/dash\?range=7$/);
});
