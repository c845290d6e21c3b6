import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LogFile } from '../../src/log/log-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a new log belongs to its owner alone, and lines are appended', () => {
  const path = join(folder, 'audit.log');
  for (const line of ['one\n', 'two\n']) {
    using log = new LogFile(path);
    log.write(Buffer.from(line));
  }
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a link in the place of the log is refused', () => {
  const path = join(folder, 'link.log');
  symlinkSync('/etc/passwd', path);
  expect(() => new LogFile(path)).toThrow(
    expect.objectContaining({ code: 'E_LOG', hint: 'the log must be no symbolic link' }),
  );
});

test.each([
  ['a folder', 'folder', 'name a file, not a directory'],
  ['a folder that is not there', 'none/audit.log', 'make the directory first'],
])('%s is refused with the cure', (_, name, hint) => {
  mkdirSync(join(folder, 'folder'), { recursive: true });
  expect(() => new LogFile(join(folder, name))).toThrow(expect.objectContaining({ code: 'E_LOG', hint }));
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be written to is refused', () => {
  const path = join(folder, 'closed');
  mkdirSync(path);
  chmodSync(path, 0o500);
  expect(() => new LogFile(join(path, 'audit.log'))).toThrow(expect.objectContaining({ code: 'E_LOG' }));
});
