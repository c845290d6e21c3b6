import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../src/daemon/journal.ts';
import { LogFile } from '../../src/log/log-file.ts';

const state = new DataView(new ArrayBuffer(4096));
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-journal-'));
  path = join(folder, 'audit.log');
  writeFileSync(path, 'before\n');
  new Uint8Array(state.buffer).fill(0);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Up to where the ring is released. */
function recover(journal: Journal): bigint | undefined {
  const released: bigint[] = [];
  journal.recover((end) => released.push(end));
  return released[0];
}

/** A reader that is killed when `written` bytes of its batch are in the log; then what the next one does. */
function killAt(written: string): { readonly released: bigint | undefined; readonly log: string } {
  {
    using log = new LogFile(path);
    const journal = new Journal(state, log);
    expect(recover(journal)).toBeUndefined();
    journal.begin('one\ntwo\n'.length, 776n);
    appendFileSync(path, written);
  }
  using log = new LogFile(path);
  const released = recover(new Journal(state, log));
  return { released, log: readFileSync(path, 'utf8') };
}

test('a batch that was not begun to be written is read again', () => {
  expect(killAt('')).toEqual({ released: undefined, log: 'before\n' });
});

test('a batch that was written in part is cut off and read again', () => {
  expect(killAt('one\ntw')).toEqual({ released: undefined, log: 'before\n' });
});

test('a batch that was written is not read again', () => {
  expect(killAt('one\ntwo\n')).toEqual({ released: 776n, log: 'before\none\ntwo\n' });
});

test('what was recovered once is over', () => {
  killAt('one\ntwo\n');
  using log = new LogFile(path);
  expect(recover(new Journal(state, log))).toBeUndefined();
});

test('a batch that was ended is over', () => {
  using log = new LogFile(path);
  const journal = new Journal(state, log);
  journal.begin(8, 776n);
  log.write(Buffer.from('one\ntwo\n'));
  journal.end();
  expect(recover(journal)).toBeUndefined();
});

test('another log is left as it is', () => {
  {
    using log = new LogFile(path);
    new Journal(state, log).begin(8, 776n);
  }
  const other = join(folder, 'other.log');
  writeFileSync(other, 'a longer line than the batch\n');
  using log = new LogFile(other);
  expect(recover(new Journal(state, log))).toBeUndefined();
  expect(readFileSync(other, 'utf8')).toBe('a longer line than the batch\n');
});

test('what is no regular file has no place', () => {
  using log = new LogFile('/dev/null');
  expect(log.place()).toBeUndefined();
  const journal = new Journal(state, log);
  journal.begin(8, 776n);
  expect(recover(journal)).toBeUndefined();
});
