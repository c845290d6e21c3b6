import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OwnRecord } from '../../../src/daemon/own-record.ts';
import { bringAndTell } from '../../../src/daemon/service/tell-policies.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tell-policies-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function bring(path: string): Promise<{ said: string[]; told: OwnRecord[] }> {
  const said: string[] = [];
  const told: OwnRecord[] = [];
  const voices = { say: (line: string) => said.push(line), tell: (record: OwnRecord) => told.push(record) };
  await bringAndTell(path, {}, voices);
  return { said, told };
}

test('a folder that cannot be read is said with its cure, and told with its code', async () => {
  const file = join(folder, 'file\u001b[2J');
  writeFileSync(file, '');
  const { said, told } = await bring(file);
  expect(said).toEqual([
    expect.stringMatching(/^policies of .*file\\x1b\[2J: .*ENOTDIR.* \(E_OBJECT_MISSING\); hint: \S/),
  ]);
  expect(told).toEqual([
    {
      type: 'DAEMON_ERR',
      op: 'policy-failed',
      fields: {
        path: file,
        code: { word: 'E_OBJECT_MISSING' },
        reason: expect.stringContaining('ENOTDIR'),
      },
      res: 'failed',
    },
  ]);
});

test('a folder without policies is nothing to tell of', async () => {
  await expect(bring(folder)).resolves.toEqual({ said: [], told: [] });
});
