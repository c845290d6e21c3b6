import { describe, expect, test } from 'vitest';
import { checkObject, type ObjectFacts } from '../../src/policy/check-object.ts';
import { readManifest, type Manifest } from '../../src/policy/manifest.ts';
import { encodeScalar, type Identities } from '../../src/policy/map-content.ts';
import { policySkeleton } from '../../src/policy/skeleton.ts';
import { problemLine } from '../../src/toml/config-error.ts';

const GOOD = `name = "guard"
version = "1.2.0"
author = "Jane Doe <jane@example.org>"
object = "guard.bpf.o"
hooks = ["file_open"]
order = 10

[maps.allowed]
keys = ["chromium", 7]
entries = [["podman", 2]]
keep = true
`;

const problemsOf = (text: string): string[] =>
  readManifest(text).problems.map((problem) => problemLine('policy.toml', problem));

function manifestOf(text: string): Manifest {
  const { manifest, problems } = readManifest(text);
  expect(problems).toEqual([]);
  return manifest!;
}

describe('a manifest', () => {
  test('is read', () => {
    expect(manifestOf(GOOD)).toMatchObject({
      name: 'guard',
      version: '1.2.0',
      author: 'Jane Doe <jane@example.org>',
      description: undefined,
      mode: 'enforce',
      order: 10,
      hooks: ['file_open'],
      maps: [
        {
          name: 'allowed',
          keep: true,
          entries: [
            ['chromium', undefined],
            [7, undefined],
            ['podman', 2],
          ],
        },
      ],
    });
  });

  test.each([
    [
      'name = "guard"',
      'name = "Guard.1"',
      /^policy\.toml:1: name: expected a name of a-z.*, found "Guard\.1"$/,
    ],
    ['name = "guard"', 'name = "a/../b"', /^policy\.toml:1: name: expected a name/],
    ['version = "1.2.0"', 'version = 1.2', /^policy\.toml:2: version: expected a version.*, found 1\.2$/],
    ['version = "1.2.0"', 'version = "1 2"', /^policy\.toml:2: version: expected/],
    [
      'author = "Jane',
      'author = "\\u001b[31mJane',
      /^policy\.toml:3: author: expected one line of text, found /,
    ],
    [
      'object = "guard.bpf.o"',
      'object = "../guard.bpf.o"',
      /^policy\.toml:4: object: expected the name of a file/,
    ],
    [
      'hooks = ["file_open"]',
      'hooks = []',
      /^policy\.toml:5: hooks: expected a list of hooks .*, found \[\]$/,
    ],
    ['order = 10', 'order = -1', /^policy\.toml:6: order: expected a whole number from 0 to 999, found -1$/],
    [
      'order = 10',
      'mode = "audit"',
      /^policy\.toml:6: mode: expected "enforce" or "monitor", found "audit"$/,
    ],
    ['order = 10', 'orders = 10', /^policy\.toml:6: orders: no such key$/],
    ['[maps.allowed]', '[map.allowed]', /^policy\.toml:8: \[map\.allowed\]: expected \[maps\.NAME\]/],
    [
      'keys = ["chromium", 7]',
      'keys = "chromium"',
      /^policy\.toml:9: maps\.allowed\.keys: expected a list of keys/,
    ],
    ['keep = true', 'keep = 1', /^policy\.toml:11: maps\.allowed\.keep: expected true or false, found 1$/],
    ['order = 10', 'order = ', /^policy\.toml:6: not TOML: /],
  ])('with %s as %s names file, line, key, expected, found', (from, to, problem) => {
    const problems = problemsOf(GOOD.replace(from, to));
    expect(problems[0]).toMatch(problem);
  });

  test('says everything that is missing, at once', () => {
    const keys = problemsOf('').map((line) => /: (\w+): expected .*, found nothing$/.exec(line)?.[1]);
    expect(keys).toEqual(['name', 'version', 'author', 'object', 'hooks']);
  });
});

const nowhere: Identities = { cgroup: () => undefined, inode: () => undefined };
const HASH = 1;
const RING = 27;

function facts(more: Partial<ObjectFacts> = {}): ObjectFacts {
  return {
    programs: [{ name: 'guard', hook: 'file_open', gated: true }],
    maps: [{ name: 'allowed', type: HASH, keySize: 16, valueSize: 4, maxEntries: 8 }],
    ...more,
  };
}

const WITHOUT_MAPS = GOOD.slice(0, GOOD.indexOf('[maps'));

describe('manifest and object', () => {
  test('fit', () => {
    const text = GOOD.replace('"chromium", 7', '"chromium"');
    const { problems, contents } = checkObject(manifestOf(text), facts(), nowhere);
    expect(problems).toEqual([]);
    expect(contents).toEqual([
      {
        map: 'allowed',
        entries: [
          [Buffer.from('chromium\0\0\0\0\0\0\0\0'), Buffer.from([1, 0, 0, 0])],
          [Buffer.from('podman\0\0\0\0\0\0\0\0\0\0'), Buffer.from([2, 0, 0, 0])],
        ],
      },
    ]);
  });

  test.each([
    [
      'other hooks',
      WITHOUT_MAPS.replace('file_open', 'mmap_file'),
      facts(),
      /:5: hooks: expected .*"file_open"\], found \["mmap_file"\]/,
    ],
    [
      'monitor without a gate',
      `mode = "monitor"\n${WITHOUT_MAPS}`,
      facts({ programs: [{ name: 'guard', hook: 'file_open', gated: false }] }),
      /:1: mode: expected programs declared with BPF_AUDIT_POLICY\(\) .*, found guard without$/,
    ],
    [
      'a map that is not there',
      GOOD.replace('maps.allowed', 'maps.alowed'),
      facts(),
      /:8: maps\.alowed: .*no such map$/,
    ],
    [
      'a number for 16 bytes',
      GOOD,
      facts(),
      /:8: maps\.allowed: key: expected text or hex: of 16 bytes.*, found 7$/,
    ],
    [
      'a map that cannot be filled',
      GOOD.replace('"chromium", 7', '"chromium"'),
      facts({ maps: [{ name: 'allowed', type: RING, keySize: 16, valueSize: 4, maxEntries: 8 }] }),
      /expected a hash or an array to fill, found a map of type 27$/,
    ],
    [
      'too many entries',
      GOOD.replace('"chromium", 7', '"chromium"'),
      facts({ maps: [{ name: 'allowed', type: HASH, keySize: 16, valueSize: 4, maxEntries: 1 }] }),
      /expected at most 1 entries, found 2$/,
    ],
  ])('do not fit: %s', (_, text, object, problem) => {
    const { problems } = checkObject(manifestOf(text), object, nowhere);
    expect(problems.map((one) => problemLine('policy.toml', one))[0]).toMatch(problem);
  });
});

describe('keys and values of maps', () => {
  const known: Identities = { cgroup: () => 0x1_0000_0001n, inode: () => 42n };

  test.each([
    [7, 4, '07000000'],
    [-1, 2, 'ffff'],
    [255, 1, 'ff'],
    ['ab', 4, '61620000'],
    ['hex:00fF', 2, '00ff'],
    ['cgroup:/sys/fs/cgroup/a', 8, '0100000001000000'],
    ['inode:/etc/shadow', 4, '2a000000'],
  ])('%s in %i bytes', (value, size, expected) => {
    expect(encodeScalar(value, size, known)).toEqual(Buffer.from(expected, 'hex'));
  });

  test.each([
    [256, 1, 'a number of 1 bytes'],
    [-129, 1, 'a number of 1 bytes'],
    [1, 3, 'text or hex: of 3 bytes'],
    ['abcde', 4, 'up to 4 bytes'],
    ['hex:0', 1, 'hex: and 2 digits'],
    ['hex:000000', 2, 'hex: and 4 digits'],
    ['cgroup:/sys/fs/cgroup/a', 4, 'a number of 4 bytes'],
  ])('%s does not fit into %i bytes', (value, size, expected) => {
    expect(encodeScalar(value, size, known)).toMatchObject({ expected: expect.stringContaining(expected) });
  });

  test('a cgroup that does not exist', () => {
    expect(encodeScalar('cgroup:/nowhere', 8, nowhere)).toEqual({ expected: 'the folder of a cgroup' });
  });
});

test('the manifest of a new policy has no problem', () => {
  const files = policySkeleton('my-guard', '/usr/lib/bpfaudit/bpf');
  expect(Object.keys(files)).toEqual(['my-guard.bpf.c', 'policy.toml', 'Makefile']);
  expect(problemsOf(files['policy.toml']!)).toEqual([]);
  expect(files['my-guard.bpf.c']).toContain('int BPF_AUDIT_POLICY(my_guard, struct file *file)');
});
