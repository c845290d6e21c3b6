import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Sources of the trigger program; other triggers lie beside them. */
const ORC = ['orc.c', 'file.c', 'net.c', 'task.c'];
const OUTPUT = join(ROOT, '.output/kernel-tests');

/** A file or folder of this machine, and where the guest gets it. */
export interface Tree {
  readonly source: string;
  readonly destination: string;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Where the driver and the trigger program lie in the guest. */
export const guestPaths = {
  driver: '/bpfaudit/test/kernel/goldens/drive.js',
  objects: '/bpfaudit/.output/bpf/test/kernel/programs',
  orc: '/bpfaudit/orc',
} as const;

/** Compiles the BPF programs, the trigger program and the driver, and says what the guest needs of it. */
export function buildGuestTree(): Tree[] {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  run('make', '-s', '-C', 'bpf', '-j2');
  const triggers = join(ROOT, 'test/kernel/triggers');
  run('gcc', '-static', '-O2', '-o', join(OUTPUT, 'orc'), ...ORC.map((file) => join(triggers, file)));
  run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'test/kernel/goldens/tsconfig.guest.json');
  return [
    { source: OUTPUT, destination: '/bpfaudit' },
    { source: join(ROOT, 'package.json'), destination: '/bpfaudit/package.json' },
    { source: join(ROOT, '.output/bpf'), destination: '/bpfaudit/.output/bpf' },
    ...['koffi', '@koromix'].map((name) => ({
      source: join(ROOT, 'node_modules', name),
      destination: `/bpfaudit/node_modules/${name}`,
    })),
  ];
}
