import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPolicies } from '../../src/testing/index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A script in the place of bpfaudit, which needs a kernel. test/kernel/examples.test.ts has the real one. */
function stub(code: string): string {
  const file = join(folder, `stub-${process.hrtime.bigint()}.mjs`);
  writeFileSync(file, code);
  return file;
}

const POLITE = `
  import { writeFileSync } from 'node:fs';
  process.stdout.write('type=UNKNOWN[1427] msg=audit(1.000:1): args=' + process.argv.slice(2).join(',') + '\\n');
  process.once('SIGINT', () => { writeFileSync(FILE, 'ended'); process.exit(0); });
  setInterval(() => {}, 1000);
  process.stderr.write('bpfaudit: ready\\n');
`;

test('observes what the policies write, and ends them with SIGINT', async () => {
  const ended = join(folder, 'ended');
  const script = stub(POLITE.replace('FILE', JSON.stringify(ended)));
  {
    await using run = await runPolicies(['a.bpf.o', 'b.bpf.o'], { script });
    run.observer.expect('BPF_LSM_ACCESS', 'args=run,a.bpf.o,b.bpf.o');
    await run.observer.wait(10_000);
  }
  expect(readFileSync(ended, 'utf8')).toBe('ended');
});

test('says what bpfaudit said when the policies do not load', async () => {
  const script = stub("process.stderr.write('bpfaudit: no such hook (E_HOOK)\\n'); process.exitCode = 1;");
  await expect(runPolicies(['a.bpf.o'], { script })).rejects.toMatchObject({
    code: 'E_POLICY_RUN',
    message: 'run policies: bpfaudit ended with 1: bpfaudit: no such hook (E_HOOK)',
  });
});

test('gives up after its time', async () => {
  const script = stub('setInterval(() => {}, 1000);');
  await expect(runPolicies(['a.bpf.o'], { script, timeoutMs: 500 })).rejects.toMatchObject({
    code: 'E_POLICY_RUN',
    message: expect.stringContaining('not attached after 500 ms'),
  });
});
