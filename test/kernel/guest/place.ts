import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the product in the guest: where the runner is started. */
export const root: string = process.cwd();

/** The command as users have it. */
export const cli: string = join(root, 'dist/bundle/bpfaudit.js');

/** A compiled policy of test/kernel/programs. */
export function program(name: string): string {
  return join(root, '.output/bpf/test/kernel/programs', `${name}.bpf.o`);
}

/** A trigger program. */
export function tool(name: string): string {
  return join(root, '.output/test', name);
}

/** The runner has its own copy of src/, which looks for bpfaudit's objects beside itself. */
export function linkOwnObjects(): void {
  try {
    symlinkSync(join(root, '.output'), join(root, '.output/kernel-tests/.output'));
  } catch {
    // there already
  }
}
