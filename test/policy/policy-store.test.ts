import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSource } from '../../src/policy/policy-source.ts';
import type { PolicyRecord } from '../../src/policy/policy-record.ts';
import { PolicyStore } from '../../src/policy/policy-store.ts';

let folder: string;
let store: PolicyStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  store = new PolicyStore({ pins: join(folder, 'pins'), state: join(folder, 'state') });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const PLACE = { name: 'guard', generation: 3, index: 7 };
const RECORD: PolicyRecord = {
  ...PLACE,
  version: '1',
  author: 'a',
  description: undefined,
  mode: 'enforce',
  order: 50,
  source: '/x',
  object: 'guard.bpf.o',
  sha256: '00',
  attachedNs: 1,
  programs: [],
  maps: [],
};

function source(): ReturnType<typeof openSource> {
  writeFileSync(join(folder, 'guard.bpf.o'), 'object');
  const manifest =
    'name = "guard"\nversion = "1"\nauthor = "a"\nobject = "guard.bpf.o"\nhooks = ["file_open"]\n';
  writeFileSync(join(folder, 'guard.toml'), manifest);
  return openSource(join(folder, 'guard.toml'));
}

test('what is begun and written is found, and removed without a trace', () => {
  store.begin(PLACE, source());
  writeFileSync(store.linkPath(PLACE, 'program'), '');
  store.write(RECORD);
  expect(store.pinned()).toEqual([PLACE]);
  expect(store.links(PLACE)).toEqual(['program']);
  expect(store.record(PLACE)).toEqual(JSON.parse(JSON.stringify(RECORD)));
  expect(existsSync(store.objectCopy(PLACE, 'guard.bpf.o'))).toBe(true);
  expect(existsSync(store.manifestCopy(PLACE))).toBe(true);
  store.remove(PLACE);
  expect(store.pinned()).toEqual([]);
  expect(store.record(PLACE)).toBeUndefined();
  expect(existsSync(join(folder, 'pins/guard'))).toBe(false);
  expect(existsSync(join(folder, 'state/guard'))).toBe(false);
});

test('folders are for root alone', () => {
  store.begin(PLACE, source());
  for (const path of ['pins/guard', 'state/guard']) {
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700);
  }
});

test('other generations and other files stay', () => {
  store.begin(PLACE, source());
  const next = { ...PLACE, generation: 4 };
  store.begin(next, source());
  mkdirSync(join(folder, 'pins/guard/other'));
  store.remove(PLACE);
  expect(store.pinned()).toEqual([next]);
});

test('a folder that cannot be read is no empty one', () => {
  symlinkSync(join(folder, 'pins'), join(folder, 'pins'));
  expect(() => store.pinned()).toThrow(
    expect.objectContaining({ code: 'E_POLICY_STORE', message: expect.stringContaining('ELOOP') }),
  );
});
