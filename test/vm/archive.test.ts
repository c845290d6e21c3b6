import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Archive } from '../../vm/archive.ts';
import { cpioHeader, cpioMode } from '../../vm/cpio.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function align(value: number): number {
  return (value + 3) & ~3;
}

/** One line per entry: mode, size, path. The reader here is as small as the format. */
function listArchive(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const field = (index: number): number =>
      Number.parseInt(bytes.toString('latin1', offset + 6 + 8 * index, offset + 14 + 8 * index), 16);
    const path = bytes.toString('utf8', offset + 110, offset + 110 + field(11) - 1);
    lines.push(`${field(1).toString(8)} ${field(6)} ${path}`);
    offset = align(offset + 110 + field(11)) + align(field(6));
  }
  return lines;
}

test('a header is 110 bytes and the name, padded to a multiple of four', () => {
  const header = cpioHeader({ path: 'init', mode: cpioMode('file', 0o755), sizeBytes: 5 });
  // magic, inode, mode, owner, group, links, time, size, four device numbers, name length, checksum
  const fields = [0, 0o100755, 0, 0, 1, 0, 5, 0, 0, 0, 0, 5, 0];
  const digits = fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0'));
  expect(header.toString('latin1')).toBe(`070701${digits.join('')}init\0\0`);
});

test('folders above a file come before it, once', () => {
  const file = join(folder, 'a.cpio');
  {
    using archive = new Archive(file);
    archive.file('/etc/a/b', 'hello').file('/etc/a/c', '').link('/etc/d', 'a');
  }
  expect(listArchive(readFileSync(file))).toEqual([
    '40755 0 etc',
    '40755 0 etc/a',
    '100644 5 etc/a/b',
    '100644 0 etc/a/c',
    '120777 1 etc/d',
    '0 0 TRAILER!!!',
  ]);
});

test('a tree keeps modes and links', () => {
  const source = join(folder, 'source');
  mkdirSync(join(source, 'sub'), { recursive: true });
  writeFileSync(join(source, 'sub', 'program'), '#!/bin/sh\n');
  chmodSync(join(source, 'sub', 'program'), 0o750);
  symlinkSync('sub/program', join(source, 'link'));
  const file = join(folder, 'a.cpio');
  {
    using archive = new Archive(file);
    archive.tree(source, '/opt/x');
  }
  expect(listArchive(readFileSync(file))).toEqual([
    '40755 0 opt',
    '40755 0 opt/x',
    '120777 11 opt/x/link',
    '40755 0 opt/x/sub',
    '100750 10 opt/x/sub/program',
    '0 0 TRAILER!!!',
  ]);
});

test('a second archive goes behind the first', () => {
  const file = join(folder, 'a.cpio');
  for (const content of ['one', 'two']) {
    using archive = new Archive(file);
    archive.file('/x', content);
  }
  expect(listArchive(readFileSync(file))).toEqual([
    '100644 3 x',
    '0 0 TRAILER!!!',
    '100644 3 x',
    '0 0 TRAILER!!!',
  ]);
});

const cpio = spawnSync('cpio', ['--version']).status === 0;
test.runIf(cpio)('cpio(1) reads it', () => {
  const file = join(folder, 'a.cpio');
  {
    using archive = new Archive(file);
    archive.file('/etc/a/b', 'hello');
  }
  const listing = spawnSync('cpio', ['-t', '--quiet', '-F', file], { encoding: 'utf8' });
  expect(listing.stdout).toBe('etc\netc/a\netc/a/b\n');
});
