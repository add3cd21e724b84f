/** Videos and sounds: what a touch started is told, and holds the idle clock while it plays. */
import assert from 'node:assert/strict';
import { TURNED, eventually, html, posted, scenario, stoppedAfter, tag, turn } from './harness.mjs';

/** A silent sound of so many seconds, as a file that every browser plays. */
function silence(seconds) {
  const rate = 8000;
  const bytes = Buffer.alloc(44 + rate * seconds, 0x80);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  [[16, 4], [1, 2], [1, 2], [rate, 4], [rate, 4], [1, 2], [8, 2]].reduce((at, [value, size]) => {
    bytes.writeUIntLE(value, at, size);
    return at + size;
  }, 16);
  bytes.write('data', 36);
  bytes.writeUInt32LE(rate * seconds, 40);
  return bytes;
}

const BODY = `<audio data-mt="Whale song" src="sound.wav"></audio>
  <button id="play" onclick="document.querySelector('audio').play()">Play</button>
  <button id="pause" onclick="document.querySelector('audio').pause()">Pause</button>`;

async function kiosk(scene, seconds, attributes = '', options = {}) {
  const files = { 'index.html': html(tag('/microticks.js', attributes), BODY), 'sound.wav': silence(seconds) };
  const server = await scene.server(files);
  await server.addConsumer();
  return { server, page: await scene.page(server.origin, options) };
}

const states = events => events.map(({ data }) => data.state);

scenario('what a touch started is told: play, pause, ended', async scene => {
  const { server, page } = await kiosk(scene, 20);
  await page.click('#play');
  await server.awaitEvents(1, 'media');
  await page.click('#pause');
  await server.awaitEvents(2, 'media');
  await page.evaluate('document.querySelector("audio").currentTime = 19.5');
  await page.click('#play');
  const events = await server.awaitEvents(4, 'media');
  assert.deepEqual(states(events), ['play', 'pause', 'play', 'ended']);
  for (const { data } of events) {
    assert.equal(data.target, 'Whale song');
    assert.equal(data.duration_s, 20);
    assert.ok(data.position_s >= 0 && data.position_s <= 20);
  }
  assert.equal(events[3].data.position_s, 20);
});

scenario('what a touch started once and the page plays again is not told again', async scene => {
  const { server, page } = await kiosk(scene, 20);
  await page.click('#play');
  await server.awaitEvents(1, 'media');
  await page.click('#pause');
  await server.awaitEvents(2, 'media');
  await page.waitForTimeout(1100);
  await page.evaluate('document.querySelector("audio").play()');
  await page.evaluate('document.querySelector("audio").pause()');
  await page.evaluate('microticks.flush()');
  assert.deepEqual(states(await server.events('media')), ['play', 'pause']);
});

scenario('what the page plays by itself is not told', async scene => {
  const { server, page } = await kiosk(scene, 1);
  await page.click('#pause');
  await page.waitForTimeout(1100);
  await page.evaluate(() => new Promise(done => {
    const sound = document.querySelector('audio');
    sound.muted = true;
    sound.onended = done;
    sound.play();
  }));
  await page.evaluate('microticks.flush()');
  assert.deepEqual(await server.events('media'), []);
});

scenario('while it plays the idle clock stands still, for at most its own length', async scene => {
  const { server, page } = await kiosk(scene, 60, 'data-idle-timeout="3"', TURNED);
  const sent = posted(page);
  await page.click('#play');
  await page.waitForFunction('!document.querySelector("audio").paused');
  for (let second = 0; second < 70; second += 1) {
    await turn(page, 1000);
  }
  await page.evaluate('microticks.flush()');
  await server.awaitEvents(1, 'media');
  const afterMs = stoppedAfter(sent);
  assert.ok(afterMs > 62_000 && afterMs < 64_000, `stopped ${afterMs} ms after the start of a sound of 60 s`);
});

scenario('muted and looping it holds nothing', async scene => {
  const { server, page } = await kiosk(scene, 2, 'data-idle-timeout="1"');
  await page.evaluate('Object.assign(document.querySelector("audio"), {muted: true, loop: true})');
  const sent = posted(page);
  await page.click('#play');
  await eventually('the idle stop', async () => (await server.sessions())[0].stopped_at);
  const afterMs = stoppedAfter(sent);
  assert.ok(afterMs < 1100, `stopped ${afterMs} ms after the touch`);
});

scenario('a picture that comes from a camera has no end, and holds nothing', async scene => {
  const body = `<canvas></canvas><video muted></video><button id="play">Play</button><script>
    document.getElementById('play').onclick = () => {
      const video = document.querySelector('video');
      video.srcObject = document.querySelector('canvas').captureStream();
      video.play();
      setInterval(() => document.querySelector('canvas').getContext('2d').fillRect(0, 0, 9, 9), 50);
    };
  </script>`;
  const { server, page } = await scene.kiosk(body, { attributes: 'data-idle-timeout="1"' });
  await page.click('#play');
  const [{ data }] = await server.awaitEvents(1, 'media');
  assert.equal(data.state, 'play');
  await eventually('the idle stop', async () => (await server.sessions())[0].stop_reason === 'idle');
});
