import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const WRITER = path.resolve(import.meta.dirname, '../helpers/log-writer.ts');
const number = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
const KILLS = 8;

/** Starts the writer and kills it after a while. */
async function killedWriter(args: readonly string[], ms: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
  child.kill('SIGKILL');
  const [, signal] = (await once(child, 'exit')) as unknown[];
  expect(signal).toBe('SIGKILL');
}

test.each(['none', 'incremental_async', 'data'])(
  `flush = %s: ${KILLS} kills lose no line, and write none twice`,
  { timeout: 120_000 },
  async (flush) => {
    using folder = temporaryFolder();
    const directory = path.join(folder.path, 'audit');
    mkdirSync(directory, { mode: 0o700 });
    const log = path.join(directory, 'audit.log');
    const state = path.join(folder.path, 'state');
    writeFileSync(state, Buffer.alloc(4096));
    for (let i = 0; i < KILLS; i++) await killedWriter([state, log, flush], 20 + 11 * i);
    const files = readdirSync(directory).toSorted((a, b) => number(b) - number(a));
    const text = files.map((name) => readFileSync(path.join(directory, name), 'utf8')).join('');
    const numbers = text.split('\n').slice(0, -1);
    const position = Number(readFileSync(state).readBigUint64LE(2048));
    expect(position).toBeGreaterThan(100);
    // The last batch may be in the log and not yet released, or in it in part: the next writer would see to it.
    const released = numbers.slice(0, position);
    expect(released.length).toBe(position);
    expect(released.findIndex((line, i) => line !== `${i} ${'x'.repeat(40)}`)).toBe(-1);
    expect(numbers.length - position).toBeLessThanOrEqual(400);
  },
);
