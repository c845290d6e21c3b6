import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const built = existsSync(path.join(root, 'dist/testing/index.js'));

test.skipIf(!built)(
  `bpfaudit/testing exports AuditObserver${built ? '' : ' (skipped: npm run build first)'}`,
  () => {
    const script = "import { AuditObserver } from 'bpfaudit/testing'; console.log(typeof AuditObserver);";
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    expect(output.toString()).toBe('function\n');
  },
);
