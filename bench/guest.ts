import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedTree } from '../vm/job.ts';
import { outputFolder, repositoryRoot } from '../vm/paths.ts';
import { productTree } from '../vm/repository.ts';
import { runInGuest } from '../vm/run.ts';

/** Compiles a C program for the guest; gives its path. */
export function compileForGuest(source: string): string {
  const folder = join(outputFolder, 'bench');
  const program = join(folder, source.replaceAll('/', '-').replace(/\.c$/, ''));
  mkdirSync(folder, { recursive: true });
  execFileSync('gcc', ['-static', '-O2', '-o', program, join(repositoryRoot, source)]);
  return program;
}

/** Builds the product and runs a script with it in the guest; gives what it printed, and the kernel's release. */
export async function benchInGuest(
  kernel: string,
  script: string,
  args: readonly string[],
  add: readonly AddedTree[],
): Promise<{ stdout: string; release: string }> {
  execFileSync('make', ['-C', 'bpf', '-s'], { cwd: repositoryRoot });
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: repositoryRoot });
  const result = await runInGuest({
    kernel,
    add: [
      ...productTree(repositoryRoot),
      { source: join(repositoryRoot, script), destination: '/root/bench.sh' },
      ...add,
    ],
    command: ['bash', '/root/bench.sh', ...args],
    timeoutMs: 900_000,
  });
  if (result.exitCode !== 0)
    throw new Error(`${script}: exit ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
  return { stdout: result.stdout, release: result.kernelRelease };
}
