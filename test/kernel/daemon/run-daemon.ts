import { join } from 'node:path';
import type { AddedTree } from '../../../vm/job.ts';
import { repositoryRoot } from '../../../vm/paths.ts';
import { guestRepository, productTree } from '../../../vm/repository.ts';
import { runInGuest } from '../../../vm/run.ts';
import { buildScenarios } from '../scenario-run.ts';

/** What a script printed, by the names that it put before each part (`@@ NAME`). */
export type Parts = ReadonlyMap<string, readonly string[]>;

/** Boots a kernel, runs a script of this folder in it as root, and gives what it printed, part by part. */
export async function runScript(
  kernel: string,
  script: string,
  args: readonly string[] = [],
  more: {
    readonly append?: string;
    readonly programs?: readonly string[];
    readonly add?: readonly AddedTree[];
  } = {},
): Promise<Parts> {
  buildScenarios();
  const { stdout, stderr, exitCode } = await runInGuest({
    kernel,
    command: ['bash', `test/kernel/daemon/${script}`, ...args],
    add: [
      ...productTree(repositoryRoot),
      ...['test/kernel/daemon', '.output/test'].map((path) => ({
        source: join(repositoryRoot, path),
        destination: join(guestRepository, path),
      })),
      { source: join(repositoryRoot, '.output/bpf/test/kernel/programs'), destination: '/root/policies' },
      ...(more.add ?? []),
    ],
    cwd: guestRepository,
    programs: ['mkfs.ext4', ...(more.programs ?? [])],
    timeoutMs: 880_000,
    ...(more.append !== undefined && { append: more.append }),
  });
  if (exitCode !== 0 || !stdout.includes('@@ end-of-script\n')) {
    throw new Error(`exit ${exitCode}\n${stdout}\n${stderr}`);
  }
  return new Map(
    stdout
      .split(/^@@ /m)
      .slice(1)
      .map((part) => {
        const [name = '', ...lines] = part.split('\n');
        return [name, lines.filter((line) => line !== '')];
      }),
  );
}

/** The lines of a part; the test fails if the script has not come so far. */
export function partOf(parts: Parts, name: string): readonly string[] {
  const lines = parts.get(name);
  if (!lines) throw new Error(`no part ${name}`);
  return lines;
}
