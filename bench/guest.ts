import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GuestError } from '../vm/guest-error.ts';
import type { AddedTree } from '../vm/job.ts';
import { outputFolder, repositoryRoot } from '../vm/paths.ts';
import { productTree } from '../vm/repository.ts';
import { runInGuest } from '../vm/run.ts';

/** A program that measures what hooks cost, and what it needs. */
export interface HookMeasurement {
  /** Of the compiled program. */
  readonly program: string;
  /** Its arguments, in /root/programs. */
  readonly arguments: string;
  /** What is run before it by the shell, if anything. */
  readonly before?: string;
  readonly add: readonly AddedTree[];
}

/** Builds the objects, and a C program that loads them in the guest; gives the path of the program. */
export function buildHookMeasurement(source: string): string {
  const program = programOf(source);
  const flags = ['-O2', '-Wall', '-Wno-unused-function', '-Ibpf/include', '-include', 'linux/types.h'];
  const options: ExecFileSyncOptions = { cwd: repositoryRoot, stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('make', ['-C', 'bpf', '-s'], options);
  execFileSync('gcc', [...flags, '-o', program, source, '-lbpf'], options);
  return program;
}

/** Measures on a kernel; a reason in words if there is no such kernel. */
export async function measureHooks(
  kernel: string,
  { program, arguments: words, before = '', add }: HookMeasurement,
): Promise<{ stdout: string; release: string } | string> {
  try {
    const { stdout, stderr, exitCode, kernelRelease } = await runInGuest({
      kernel,
      command: ['sh', '-c', `${before}exec /root/measure ${words}`],
      cwd: '/root/programs',
      add: [{ source: program, destination: '/root/measure' }, ...add],
      timeoutMs: 600_000,
    });
    if (exitCode !== 0) throw new Error(`measuring on ${kernel} ended with ${exitCode}: ${stderr}`);
    return { stdout, release: kernelRelease };
  } catch (error) {
    if (error instanceof GuestError && error.code === 'E_GUEST_KERNEL') {
      return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    }
    throw error;
  }
}

function programOf(source: string): string {
  const folder = join(outputFolder, 'bench');
  mkdirSync(folder, { recursive: true });
  return join(folder, source.replaceAll('/', '-').replace(/\.c$/, ''));
}

/** Compiles a C program for the guest; gives its path. */
export function compileForGuest(source: string): string {
  const program = programOf(source);
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
  execFileSync('scripts/build.sh', { cwd: repositoryRoot, stdio: ['ignore', 'ignore', 'inherit'] });
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
