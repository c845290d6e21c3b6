import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RESERVED_NAMES } from '../../src/audit/write/reserved.ts';
import { ROOT, sourceFiles } from '../helpers/source-files.ts';

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

interface Link {
  readonly page: string;
  readonly target: string;
}

const links: Link[] = [
  ...sourceFiles('docs', '.md'),
  ...sourceFiles('examples', '.md'),
  { path: 'README.md', text: read('README.md') },
].flatMap(({ path: page, text }) =>
  [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => ({
    page,
    target: path.join(path.dirname(page), link),
  })),
);

test('links between pages lead somewhere', () => {
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ target }) => !existsSync(path.join(ROOT, target)))).toEqual([]);
});

test('docs/fields.md lists exactly the names that a policy cannot take', () => {
  const list = read('docs/fields.md').split('the compiler refuses them:')[1] ?? '';
  expect([...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).toSorted()).toEqual(
    [...RESERVED_NAMES].toSorted(),
  );
});

test('docs/policies.md names every function of the header', () => {
  const declared = new Set(
    sourceFiles('bpf/include', '.h').flatMap(({ text }) =>
      [...text.matchAll(/^(?:#define |.*\b)(bpf_audit_log_\w+)\(/gm)].map(([, name = '']) => name),
    ),
  );
  const page = read('docs/policies.md').replace(
    'u64/s64/hex(ac',
    'u64(ac bpf_audit_log_s64(ac bpf_audit_log_hex(ac',
  );
  expect(declared.size).toBeGreaterThan(20);
  expect([...declared].filter((name) => !page.includes(`${name}(`))).toEqual([]);
});

test('every page can be reached from README.md', () => {
  const reached = new Set(['README.md']);
  // A set is walked in the order of insertion, those included that are added on the way.
  for (const page of reached) {
    for (const link of links) if (link.page === page) reached.add(link.target);
  }
  const pages = sourceFiles('docs', '.md').map(({ path: page }) => page);
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

const triplet = spawnSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const canCompile =
  spawnSync('clang', ['--version']).status === 0 && existsSync('/usr/include/bpf/bpf_helpers.h');

test.skipIf(!canCompile)(
  `the policy in docs/policies.md compiles as it stands${canCompile ? '' : ' (skipped: no clang or libbpf-dev)'}`,
  () => {
    const policy = read('docs/policies.md').split('```c\n')[1]?.split('```')[0] ?? '';
    const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-docs-'));
    try {
      const source = path.join(folder, 'guard.bpf.c');
      writeFileSync(source, policy);
      const flags = ['-g', '-O2', '-Wall', '-Werror', '-Wno-unused-function', '-target', 'bpf', '-mcpu=v3'];
      const includes = ['-I', 'bpf/include', '-I', 'bpf/vmlinux', '-I', `/usr/include/${triplet}`];
      const output = ['-c', source, '-o', path.join(folder, 'guard.bpf.o')];
      execFileSync('clang', [...flags, '-D__TARGET_ARCH_x86', ...includes, ...output], { cwd: ROOT });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('README: what "Five minutes" runs was installed before', () => {
  const [, install = '', minutes = ''] =
    /## Install\n(.*)## Five minutes\n(.*?)\nThen /s.exec(read('README.md')) ?? [];
  const commands = minutes.split('\n').flatMap((line) => /^ {4}(\S+)/.exec(line)?.[1] ?? []);
  // by npm link, and of every Debian machine
  const there = new Set(['apt-get', 'bpfaudit', 'unshare']);
  const packages: Readonly<Record<string, string>> = {
    ausearch: 'auditd',
    'examples/userns-allow.sh': 'bpftool',
  };
  expect(read('examples/userns-allow.sh')).toMatch(/ bpftool /);
  const installed = [...`${install}${minutes}`.matchAll(/apt-get install ([^#\n]+)/g)].map(
    ([, names]) => names,
  );
  for (const command of commands.filter((each) => !there.has(each)))
    expect(installed.join(' ').split(/\s+/), command).toContain(packages[command]);
});
