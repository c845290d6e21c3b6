import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { policySkeleton } from '../../src/policy/skeleton.ts';

const hasClang = spawnSync('clang', ['--version']).status === 0;

test.skipIf(!hasClang)('a new policy compiles without a warning (skipped without clang)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  try {
    for (const [name, text] of Object.entries(policySkeleton('my-guard', resolve('bpf'))))
      writeFileSync(join(folder, name), text);
    const said = execFileSync('make', ['-C', folder, '-s'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(said).not.toContain('warning');
    expect(existsSync(join(folder, 'my-guard.bpf.o'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
