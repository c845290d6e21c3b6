// The test of docs/testing.md, on the built package: run in the guest by examples.test.ts.
import { spawnSync } from 'node:child_process';
import { runPolicies } from 'bpfaudit/testing';

const run = await runPolicies(['.output/bpf/examples/userns-guard.bpf.o']);
try {
  run.observer
    .expect('BPF_LSM_ACCESS', /comm="unshare" cause="userns-not-listed"/, 2)
    .expect('BPF_LSM_ACCESS', 'cause="heap-made-executable"', 0);
  const statuses = [1, 2].map(() => spawnSync('unshare', ['-Ur', 'true']).status);
  await run.observer.wait(10_000);
  console.log(`observed ${statuses.join(' ')}`);
} finally {
  await run[Symbol.asyncDispose]();
}
