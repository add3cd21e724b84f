/** The types that pages get: they fit the client, and they find mistakes. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { eventually, scenario } from './harness.mjs';

const STATIC = fileURLToPath(new URL('../../static', import.meta.url));
const [CLIENT, TYPES] = ['microticks.js', 'microticks.d.ts'].map(name => path.join(STATIC, name));
const OPTIONS = {
  noEmit: true, allowJs: true, checkJs: true, target: ts.ScriptTarget.ES2017, lib: ['lib.es2017.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [],
};

/** What the compiler says about files; `text` is that of a page of its own. */
function mistakes(files, options, text = '') {
  const page = '/page.ts';
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...more) =>
    name === page ? ts.createSourceFile(name, text, options.target) : getSourceFile.call(host, name, ...more);
  host.fileExists = name => name === page || fileExists.call(host, name);
  host.readFile = name => (name === page ? text : readFile.call(host, name));
  const program = ts.createProgram(text ? [...files, page] : files, options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the client checks its own types', () => {
  assert.deepEqual(mistakes([CLIENT], OPTIONS), []);
});

test('the dashboard checks its own types', () => {
  const folder = path.join(STATIC, 'dash');
  const modules = readdirSync(folder).filter(name => name.endsWith('.js')).map(name => path.join(folder, name));
  assert.deepEqual(mistakes(modules, {
    ...OPTIONS,
    strict: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  }), []);
});

const GOOD = `
  window.microticks = window.microticks || [];
  window.microticks.push(['trackEvent', 'chapter', { number: 3 }]);
  window.microticks.push(['setScreen', 'map']);
  microticks.trackEvent('sensor', null, { passive: true });
  microticks.screenName = url => url.slice(1);
  microticks.flush().then(() => microticks.stopSession('restart'));
  const service = new MicroticksService(MicroticksService.DUMMY_HOST, 'key');
  const token: string | null = service.sessionToken;
  service.debug = true;
`;

const BAD = [
  ['a name that does not exist', 'microticks.trackEvents("x")', /trackEvents/],
  ['an action that is no text', 'microticks.trackEvent(5)', /number/],
  ['an unknown option', 'microticks.trackEvent("x", {}, { pasive: true })', /pasive/],
  ['an unknown call', 'window.microticks.push(["setScren", "x"])', /setScren/],
];

test('pages that use it well pass', () => {
  assert.deepEqual(mistakes([TYPES], { ...OPTIONS, strict: true }, GOOD), []);
});

for (const [what, line, words] of BAD) {
  test(`${what} is found`, () => {
    assert.match(mistakes([TYPES], { ...OPTIONS, strict: true }, line).join('\n'), words);
  });
}

/** The members of an interface or class in the types, as names. */
function declared(name) {
  const program = ts.createProgram([TYPES], OPTIONS);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(TYPES);
  const node = source.statements.find(statement => statement.name && statement.name.text === name);
  return checker.getTypeAtLocation(node).getProperties().map(property => property.name).sort();
}

scenario('everything that the types name is there', async scene => {
  const { page } = await scene.kiosk('');
  await eventually('the client', () => page.evaluate('Boolean(microticks.trackEvent)'));
  for (const [name, expression] of [['Microticks', 'microticks'], ['MicroticksService', 'new MicroticksService("/", "")']]) {
    const missing = await page.evaluate(([names, text]) => {
      const object = (0, eval)(text);
      return names.filter(each => !(each in object));
    }, [declared(name), expression]);
    assert.deepEqual(missing, []);
  }
});
