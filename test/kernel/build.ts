import { execFileSync } from 'node:child_process';
import { repositoryRoot } from '../../vm/paths.ts';

/**
 * Builds the product, and the programs of these tests. `npm test` has done so before, and says it with
 * `BPFAUDIT_BUILT=yes`: of two test files at a time, none may write what the guest of the other is given.
 */
export function buildProduct(): void {
  if (process.env['BPFAUDIT_BUILT'] === 'yes') return;
  run('scripts/build.sh');
  run('make', '-C', 'test/kernel', '-s');
  compile('test/kernel/guest/tsconfig.json');
}

/** Compiles TypeScript that runs in the guest. Each project has a folder of its own for what comes out. */
export function compile(project: string): void {
  run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', project);
}

function run(file: string, ...args: string[]): void {
  execFileSync(file, args, { cwd: repositoryRoot, stdio: ['ignore', 'ignore', 'inherit'] });
}
