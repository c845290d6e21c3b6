import { join } from 'node:path';
import type { AddedTree } from '../../../vm/job.ts';
import { repositoryRoot } from '../../../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../../../vm/repository.ts';
import { runInGuest } from '../../../vm/run.ts';
import { readParts, type Parts } from '../parts.ts';
import { buildScenarios } from '../scenario-run.ts';

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
  const printed = await runInGuest({
    kernel,
    command: ['bash', `test/kernel/daemon/${script}`, ...args],
    add: [
      ...productTree(repositoryRoot),
      ...addedTrees(repositoryRoot, ['test/kernel/daemon', '.output/test']),
      { source: join(repositoryRoot, '.output/bpf/test/kernel/programs'), destination: '/root/policies' },
      ...(more.add ?? []),
    ],
    cwd: guestRepository,
    programs: ['mkfs.ext4', ...(more.programs ?? [])],
    timeoutMs: 880_000,
    ...(more.append !== undefined && { append: more.append }),
  });
  return readParts(printed);
}
