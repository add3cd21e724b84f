/** The pages of the product: quiet, strict, and served by this server alone. */
import assert from 'node:assert/strict';
import { settled } from './dash.mjs';
import { scenario } from './harness.mjs';

for (const path of ['/', '/docs', '/example/']) {
  scenario(`${path} loads without an error, a policy violation or a foreign request`, async scene => {
    const server = await scene.server();
    await server.addConsumer();
    const page = await scene.page(server.origin + path);
    await page.waitForLoadState('networkidle');
    assert.notEqual(await page.title(), '');
    assert.equal(await page.locator('h1').count(), 1);
  });
}

scenario('/dash loads without an error, a policy violation or a foreign request', async scene => {
  const server = await scene.server();
  await server.addConsumer();
  // It stays connected to the server, so that the network never rests.
  const page = await scene.page(`${server.origin}/dash`);
  await settled(page);
  await page.getByText('0 visits are going on.').waitFor();
  assert.equal(await page.title(), 'Overview · Microticks');
  assert.equal(await page.locator('h1').count(), 1);
});

scenario('a touch on the example page is a row, and the dashboard shows it', async scene => {
  const server = await scene.server();
  await server.addConsumer();
  const page = await scene.page(`${server.origin}/example/`);
  await page.locator('body').click({ position: { x: 60, y: 60 } });
  await server.awaitEvents(1, 'click');
  const dashboard = await scene.page(`${server.origin}/dash?page=visits`);
  await dashboard.getByText('1 touch').first().waitFor();
});
