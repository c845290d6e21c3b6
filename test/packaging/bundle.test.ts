import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../helpers/source-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const BUNDLE = path.join(ROOT, 'dist/bundle');
const isBuilt = existsSync(path.join(BUNDLE, 'bpfaudit.js'));
const COMMANDS = ['bpfaudit', 'segment-worker', 'stage-worker'];

/** So many events are enough for a log that is read by several threads. */
const EVENTS = 200_000;
const NOTE = `text="${'x'.repeat(80)}"`;

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a copy of the bundle prints, after something was done to it. */
function answerAfter(change: (folder: string) => void, argv: readonly string[]): Answer {
  using folder = temporaryFolder();
  const bundle = path.join(folder.path, 'dist/bundle');
  mkdirSync(path.dirname(bundle));
  cpSync(BUNDLE, bundle, { recursive: true });
  change(bundle);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(bundle, 'bpfaudit.js'), ...argv],
    {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    },
  );
  return { status, stdout, stderr };
}

function forEachCode(folder: string, change: (file: string) => void): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.code'));
  expect(files.length).toBe(COMMANDS.length);
  for (const name of files) change(path.join(folder, name));
}

describe.skipIf(!isBuilt)(`the bundle${isBuilt ? '' : ' (skipped: not built, npm run build)'}`, () => {
  const logs = temporaryFolder();
  const log = path.join(logs.path, 'audit.log');
  const search = ['search', '-if', log, '--count'];
  let usual: Answer;
  beforeAll(() => {
    const lines = Array.from(
      { length: EVENTS },
      (_, i) => `type=1300 msg=audit(1700000000.000:${i}): ${NOTE}\n`,
    );
    writeFileSync(log, lines.join(''));
    usual = answerAfter(() => {}, search);
  });
  afterAll(() => logs[Symbol.dispose]());

  test('finds everything', () => {
    expect(usual).toEqual({ status: 0, stderr: '', stdout: `${EVENTS}\n` });
  });

  test('says the same where V8 refuses its code', () => {
    const damaged = answerAfter(
      (folder) => forEachCode(folder, (file) => writeFileSync(file, Buffer.alloc(1000, 0xa5))),
      search,
    );
    expect(damaged).toEqual(usual);
  });

  test('says the same without its code', () => {
    expect(answerAfter((folder) => forEachCode(folder, (file) => rmSync(file)), search)).toEqual(usual);
  });
});
