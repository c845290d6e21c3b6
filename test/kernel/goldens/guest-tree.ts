import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProduct, compile } from '../build.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Sources of the trigger program; other triggers lie beside them. */
const ORC = ['orc.c', 'file.c', 'net.c', 'task.c'];
const OUTPUT = join(ROOT, '.output/golden-tests');

/** A file or folder of this machine, and where the guest gets it. */
export interface Tree {
  readonly source: string;
  readonly destination: string;
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
  buildProduct();
  const triggers = join(ROOT, 'test/kernel/triggers');
  const sources = ORC.map((file) => join(triggers, file));
  execFileSync('gcc', ['-static', '-O2', '-o', join(OUTPUT, 'orc'), ...sources]);
  compile('test/kernel/goldens/tsconfig.guest.json');
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
