// Runs a script of the bundle as a small search and report would, and keeps the code that V8 has made of it.
// node compile-script.cjs NAME SCRIPT CODE; called by bundle-commands.ts.
'use strict';
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const [name, filename, code] = process.argv.slice(2);
const LOG_BYTES = 9 << 20;
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-compile-'));
const log = path.join(folder, 'audit.log');

/** Large enough to be read in segments. */
function logText() {
  const parts = [];
  for (let bytes = 0, i = 0; bytes < LOG_BYTES; i += 1) {
    const stamp = `msg=audit(${1_700_000_000 + Math.floor(i / 500)}.${String((i % 500) * 2).padStart(3, '0')}:${i})`;
    const text =
      `type=SYSCALL ${stamp}: arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7f00${i % 100} a2=80000 ` +
      `a3=0 items=1 ppid=1 pid=${300 + (i % 50)} auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 ` +
      `tty=pts0 ses=1 comm="cat" exe="/usr/bin/cat" subj=unconfined key="access"\n` +
      `type=CWD ${stamp}: cwd="/root"\n` +
      `type=PATH ${stamp}: item=0 name="${i === 9000 ? '/etc/passwd' : `/srv/${i % 40}`}" inode=1 dev=fd:00 ` +
      'mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n' +
      `type=PROCTITLE ${stamp}: proctitle=636174002F746D70\n`;
    bytes += text.length;
    parts.push(text);
  }
  return parts.join('');
}

const RUNS = {
  bpfaudit: [
    ['search', '-if', log, '-m', 'USER_AVC', '--raw'],
    ['search', '-if', log, '-f', 'passwd', '-i'],
    ['search', '-if', log, '-i'],
    ['report', '-if', log, '--summary'],
  ].map((argv) => () => {
    process.argv = [process.execPath, 'bpfaudit', ...argv];
  }),
  'segment-worker': [
    { kind: 'search', query: { format: 'interpret', escape: 'raw' } },
    { kind: 'report', query: { report: 'summary', summary: true, interpret: false, escape: 'raw' } },
  ].map((task) => () => {
    workerData = {
      setup: { ...task, local: { dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' } },
      job: { pieces: [{ path: log, start: 0, end: 1 << 20 }], needles: undefined, timeoutSec: 2 },
      control: new SharedArrayBuffer(64),
      cuts: new SharedArrayBuffer(64),
    };
  }),
  'stage-worker': [
    () => {
      workerData = {
        kind: 'search',
        query: { format: 'interpret', escape: 'raw' },
        local: { dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' },
      };
    },
  ],
};

let workerData;
function requireHere(id) {
  if (id !== 'node:worker_threads' || name === 'bpfaudit') return require(id);
  const parentPort = { postMessage() {}, on() {} };
  return { ...require(id), parentPort, workerData, receiveMessageOnPort: () => undefined };
}

const runs = [...RUNS[name]];
let script;

/** Each run begins when nothing is left to be done of the one before. */
function next() {
  const prepare = runs.shift();
  if (prepare !== undefined) {
    prepare();
    script.runInThisContext()(requireHere, { url: `file://${filename}` });
    // Without something to do, the process would end here.
    setImmediate(() => {});
    return;
  }
  process.off('beforeExit', next);
  setFlagsFromString('--flush-bytecode');
  writeFileSync(code, script.createCachedData());
  rmSync(folder, { recursive: true });
  process.exit(0);
}

// What has run once must not be thrown away again. The flag is part of what V8 compares, so it is set back.
setFlagsFromString('--no-flush-bytecode');
writeFileSync(log, logText());
script = new Script(readFileSync(filename, 'latin1'), { filename });
process.on('beforeExit', next);
next();
