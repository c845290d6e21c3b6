import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFileSystem, type FileSystem } from '../../src/log/file-system.ts';
import { LogFile } from '../../src/log/log-file.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let isReadOnly: boolean;

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(path.join(folder.path, 'audit'), { mode: 0o700 });
  file = path.join(folder.path, 'audit/audit.log');
  isReadOnly = false;
});
afterEach(() => folder[Symbol.dispose]());

function refuse(): never {
  throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
}

/** As ext4 with O_DSYNC: the bytes are in memory already when the disk turns out to be read-only. */
const fs: FileSystem = {
  ...nodeFileSystem,
  write: (fd, bytes, from) => {
    const written = nodeFileSystem.write(fd, bytes, from);
    return isReadOnly ? refuse() : written;
  },
  checkWritable: () => (isReadOnly ? refuse() : undefined),
  truncate: (fd, size) => (isReadOnly ? refuse() : nodeFileSystem.truncate(fd, size)),
};

test('lines of which nobody knows whether they are on the disk are not there twice', () => {
  using log = new LogFile(file, { strict: true, fs });
  log.write(Buffer.from('one\n'));
  isReadOnly = true;
  expect(() => log.write(Buffer.from('two\n'))).toThrow(/write/);
  expect(() => log.write(Buffer.from('two\n'))).toThrow(/cut/);
  isReadOnly = false;
  log.write(Buffer.from('two\n'));
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  expect(log.size).toBe(8);
});

test('a batch is not begun where ext4 would take it into memory and call it written', () => {
  using log = new LogFile(file, { strict: true, fs });
  log.ready();
  isReadOnly = true;
  expect(() => log.ready()).toThrow(
    expect.objectContaining({ code: 'E_LOG', hint: expect.stringMatching(/read-only/) }),
  );
  isReadOnly = false;
  log.ready();
});
