import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bringPolicies, policyPaths } from '../../src/policy/configured-policies.ts';
import { ManifestError, openSource } from '../../src/policy/policy-source.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text = ''): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

test('folders with a manifest, manifests, and objects without one are policies', () => {
  for (const name of ['b/policy.toml', 'c/other.txt', 'a.toml', 'a.bpf.o', 'd.bpf.o', '.hidden.o', 'README'])
    file(name);
  expect(policyPaths(folder).map((path) => basename(path))).toEqual(['a.toml', 'b', 'd.bpf.o']);
  expect(policyPaths(join(folder, 'nowhere'))).toEqual([]);
});

test('a folder that is not there holds no policy, and asks the kernel for nothing', async () => {
  await expect(bringPolicies(join(folder, 'nowhere'))).resolves.toEqual([]);
});

test('a folder that cannot be read is not taken for an empty one', async () => {
  file('file');
  await expect(bringPolicies(join(folder, 'file'))).rejects.toThrow(
    expect.objectContaining({ code: 'E_OBJECT_MISSING', message: expect.stringContaining('ENOTDIR') }),
  );
});

test('an object without a manifest has the name of its file', () => {
  file('My.Guard 2.bpf.o', 'x');
  const { manifest, manifestPath } = openSource(join(folder, 'My.Guard 2.bpf.o'));
  expect(manifest).toMatchObject({ name: 'my-guard-2', version: undefined, mode: 'enforce', order: 50 });
  expect(manifestPath).toBeUndefined();
});

const MANIFEST = 'name = "g"\nversion = "1"\nauthor = "a"\nobject = "g.bpf.o"\nhooks = ["file_open"]\n';

test('a manifest beside the object is used', () => {
  file('g.bpf.o', 'x');
  file('g.toml', MANIFEST);
  expect(openSource(join(folder, 'g.bpf.o')).manifest.version).toBe('1');
});

test('a manifest without its object is wrong in the line of the object', () => {
  file('g/policy.toml', MANIFEST);
  const path = join(folder, 'g');
  expect(() => openSource(path)).toThrow(ManifestError);
  expect(() => openSource(path)).toThrow(
    /policy\.toml:4: object: expected a file beside the manifest, found no /,
  );
});

test('what is not there is said with a cure', () => {
  expect(() => openSource(join(folder, 'nothing.bpf.o'))).toThrow(
    expect.objectContaining({ code: 'E_OBJECT_MISSING', hint: expect.stringContaining('policy new') }),
  );
});
