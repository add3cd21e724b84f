/** The client and the example behind Debian's nginx and Apache, with the configurations of the documentation. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { eventually, scenario } from './harness.mjs';
import { executable } from './server.mjs';

const documented = name => readFileSync(new URL(`../../docs/${name}.conf`, import.meta.url), 'utf8');

const PROXIES = {
  nginx: {
    program: '/usr/sbin/nginx',
    flags: (folder, conf) => ['-p', folder, '-c', conf, '-e', 'stderr'],
    conf: (folder, port, location) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const paths = temporary.map(name => `${name}_temp_path ${folder}/${name};`).join(' ');
      return `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
        http { access_log off; ${paths} server { listen 127.0.0.1:${port}; ${location} } }`;
    },
  },
  apache: {
    program: '/usr/sbin/apache2',
    flags: (folder, conf) => ['-X', '-f', conf],
    conf: (folder, port, passes) => {
      const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http'];
      const loads = modules.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
      return [`ServerName localhost`, `ServerRoot ${folder}`, `DefaultRuntimeDir ${folder}`, `PidFile ${folder}/pid`,
        `ErrorLog ${folder}/error.log`, `Listen 127.0.0.1:${port}`, ...loads, passes].join('\n');
    },
  },
};

/** A port that is free now: these servers cannot be asked for the one that they took. */
async function freePort() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  return port;
}

async function start(name, prefix, scene, server) {
  const { program, flags, conf } = PROXIES[name];
  const [folder, port] = [scene.folder(), await freePort()];
  const file = path.join(folder, 'conf');
  const text = documented(name).replaceAll('127.0.0.1:8001', new URL(server.origin).host).replaceAll('/microticks/', `${prefix}/`);
  writeFileSync(file, conf(folder, port, text));
  const running = spawn(executable(program, name), flags(folder, file), { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(running, 'exit');
  scene.onClose(() => running.kill('SIGKILL') && ended);
  const origin = `http://127.0.0.1:${port}`;
  scene.allow(origin);
  await eventually(`${name} answers`, async () => (await fetch(`${origin}${prefix}/healthz`)).json());
  return `${origin}${prefix}`;
}

for (const [name, prefix] of [['nginx', '/microticks'], ['apache', '/microticks'], ['nginx', '/microticks/api'], ['apache', '/microticks/api']]) {
  scenario(`a touch on the example behind ${name}, under ${prefix} and without a key, is a row, and shows on the dashboard`, async scene => {
    const server = await scene.server(undefined, { behindProxy: true });
    await server.addConsumer();
    const base = await start(name, prefix, scene, server);
    const page = await scene.page(`${base}/example/`, { tolerate: /401/, locale: 'en-GB' });
    await page.locator('body').click({ position: { x: 60, y: 60 } });
    await server.awaitEvents(1, 'click');
    const dash = await page.context().newPage();
    await dash.goto(`${base}/dash`);
    await dash.locator('input[name=key]').fill('reading');
    await dash.keyboard.press('Enter');
    await dash.getByText('1 visit is going on.').waitFor();
  });
}
