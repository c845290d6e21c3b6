import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

// Puts the command and the threads of its searches into one script each, with its code compiled beforehand:
// half of the time that a search of a small log takes would else go into finding and compiling modules.
// Call after tsc -p tsconfig.build.json; part of npm run build.
const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDER = path.join(ROOT, 'dist/bundle');

/** What starts each script: the file of this name is small, reads the script, and gives V8 its compiled code. */
const STARTERS = {
  bpfaudit: 'dist/cli/main.js',
  'segment-worker': 'dist/query/run/segment-worker.js',
  'stage-worker': 'dist/query/run/stage-worker.js',
} as const;

/**
 * The names of script and code hold the hash of the script, so that code is never taken for another script.
 * V8 itself refuses code of another version of V8, or for other flags; it is then compiled as usual.
 */
function starter(script: string): string {
  return `#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = __dirname + '/${script}.js';
let cachedData;
try {
  cachedData = readFileSync(__dirname + '/${script}.code');
} catch {
  // It is then compiled, which takes longer.
}
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
script.runInThisContext()(require, {
  get url() {
    return require('node:url').pathToFileURL(filename).href;
  },
});
`;
}

async function bundle(name: string, entry: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: { [name]: path.join(ROOT, entry) },
    absWorkingDir: ROOT,
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Bytes are characters: the script is read as latin-1.
    charset: 'ascii',
    external: ['koffi'],
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__self.url' },
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  const script = path.basename(output.path, '.js');
  const text = output.text.replace(/^#!.*\n/, '');
  writeFileSync(path.join(FOLDER, `${script}.js`), `(function(require,__self){${text}\n})`, 'ascii');
  writeFileSync(path.join(FOLDER, `${name}.js`), starter(script));
  chmodSync(path.join(FOLDER, `${name}.js`), 0o755);
  compile(name, script);
}

/** Has V8 compile what a search and a report need. */
function compile(name: string, script: string): void {
  const file = path.join(FOLDER, script);
  rmSync(`${file}.code`, { force: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(import.meta.dirname, 'compile-script.cjs'), name, `${file}.js`, `${file}.code`],
    {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    },
  );
  if (status !== 0 || !existsSync(`${file}.code`)) throw new Error(`compile ${script}.js: ${stderr}`);
}

// Scripts, where the package has modules.
writeFileSync(path.join(FOLDER, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
for (const [name, entry] of Object.entries(STARTERS)) await bundle(name, entry);
