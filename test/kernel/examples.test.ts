import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AuditObserver } from '../../src/testing/index.ts';
import type { AddedTree } from '../../vm/job.ts';
import { outputFolder, repositoryRoot } from '../../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import { kernels } from './kernels.ts';

/** The product as built, with the examples, the demo, and the triggers. */
function tree(): AddedTree[] {
  const inRepository = [
    '.output/bpf/core',
    '.output/bpf/examples',
    'examples',
    'scripts',
    'test/kernel/examples',
  ];
  const heap = join(outputFolder, 'test', 'heap');
  mkdirSync(join(outputFolder, 'test'), { recursive: true });
  execFileSync('gcc', ['-static', '-O1', '-o', heap, join(import.meta.dirname, 'examples/heap.c')]);
  return [
    ...productTree(repositoryRoot),
    ...addedTrees(repositoryRoot, inRepository),
    { source: heap, destination: '/root/heap' },
  ];
}

async function inGuest(kernel: string, script: string, append?: string): Promise<string> {
  const { stdout, stderr, exitCode } = await runInGuest({
    kernel,
    command: ['bash', '-c', script],
    add: tree(),
    programs: ['unshare'],
    cwd: guestRepository,
    ...(append === undefined ? {} : { append }),
  });
  if (exitCode !== 0) throw new Error(`exit ${exitCode}\n${stdout}\n${stderr}`);
  return stdout;
}

describe.each(kernels)('kernel %s', (name) => {
  test('doctor agrees, the demo shows its record, the guards deny and allow', async () => {
    const script = [
      'node dist/bundle/bpfaudit.js doctor',
      'bash scripts/demo-guard.sh',
      'bash test/kernel/examples/guards.sh',
      'node test/kernel/examples/observe.mjs',
    ].join(' && echo ======== && ');
    const [doctor = '', demo = '', guards = '', observed = ''] = (await inGuest(name, script)).split(
      '========\n',
    );
    expect(doctor).toMatch(/\nPolicies can run on this machine\.\n$/);
    expect(doctor).not.toMatch(/^(?:no|unknown) /m);

    expect(demo).toContain('# ausearch -m 1427 -i -if audit.log\n----\ntype=UNKNOWN[1427] ');
    expect(demo).toContain('cause="userns-not-listed"');

    const [statuses = '', log = ''] = guards.split('log\n');
    expect(statuses.split('\n').filter((line) => /^[a-z-]+ \d+$/.test(line))).toEqual([
      'unlisted 1',
      'listed-comm 0',
      'delisted 1',
      'listed-cgroup 0',
      'heap-read 0',
      'heap-exec 1',
      'mmap-exec 0',
      'run 0',
    ]);
    const observer = new AuditObserver();
    observer
      .expect('BPF_LSM_ACCESS', /comm="unshare" cause="userns-not-listed" cgroup-id=\d+ verdict=-1$/, 2)
      .expect(
        'BPF_LSM_ACCESS',
        /comm="heap" cause="heap-made-executable" prot=0x5 heap-bytes=\d+ verdict=-1$/,
      )
      .expect('BPF', /prog-id=\d+ op=LOAD /, 2)
      .expect('BPF', /prog-id=\d+ op=UNLOAD /, 2);
    observer.write(Buffer.from(log));
    expect(observer.unmet()).toBe('');
    expect(log.trimEnd().split('\n').length).toBe(7);
    expect(observed).toBe('observed 1 1\n');
  });
});

/** Boots that are set up badly: one kernel is enough, since the doctor tries instead of knowing versions. */
describe('doctor', () => {
  const kernel = kernels.at(-1)!;
  const ask = '{ node dist/bundle/bpfaudit.js doctor && exit 9; } || test $? -eq 1';

  test('tells that bpf is not in the list of LSMs, and what else is not set up', async () => {
    const script = `umount /sys/fs/bpf; echo 0 >/proc/sys/net/core/bpf_jit_enable; ${ask}`;
    const said = await inGuest(kernel, script, 'lsm=landlock,lockdown');
    expect(said).toMatch(/^no {7}LSM list .*\n {9}cure: add lsm=\S+,bpf to the kernel command line/m);
    expect(said).toMatch(/^no {7}LSM hook .*did not call it/m);
    expect(said).toMatch(/^no {7}bpffs .*\n {9}cure: mount -t bpf bpf \/sys\/fs\/bpf$/m);
    expect(said).toMatch(/^no {7}JIT /m);
    expect(said).toMatch(/^no {7}audit +audit is not enabled/m);
    expect(said).toMatch(/\nPolicies cannot run on this machine: 4 to cure\.\n$/);
  });

  test('sees lockdown=confidentiality even without securityfs', async () => {
    const script = `umount /sys/kernel/security; ${ask}`;
    const said = await inGuest(kernel, script, 'lsm=landlock,lockdown,bpf lockdown=confidentiality audit=1');
    expect(said).toMatch(/^unknown {2}LSM list +securityfs is not mounted/m);
    expect(said).toMatch(/^no {7}lockdown .*\[not permitted\]$/m);
  });
});
