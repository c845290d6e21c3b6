import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { kernels } from './kernels.ts';
import { partOf, readParts, type Parts } from './parts.ts';

const whyNoRules = whyNoShared('corpora', 'audit-userspace', 'rules');
const POLICY = '.output/bpf/test/kernel/programs/deny-secret.bpf.o';

async function run(kernel: string): Promise<Parts> {
  const rules =
    whyNoRules === undefined
      ? [{ source: sharedPath('corpora', 'audit-userspace', 'rules'), destination: '/root/rules' }]
      : [];
  const printed = await runInGuest({
    kernel,
    command: ['bash', 'test/kernel/rules/guest.sh'],
    add: [
      ...productTree(repositoryRoot),
      ...addedTrees(repositoryRoot, ['test/kernel/rules']),
      { source: join(repositoryRoot, '.output/test/loader'), destination: '/root/loader' },
      { source: join(repositoryRoot, POLICY), destination: '/root/policies/deny-secret.bpf.o' },
      ...rules,
    ],
    cwd: guestRepository,
    timeoutMs: 880_000,
  });
  return readParts(printed);
}

describe.each(kernels)('kernel %s', (name) => {
  let parts: Parts;
  const part = (key: string): readonly string[] => partOf(parts, key);

  beforeAll(async () => {
    parts = await run(name);
  });

  test.skipIf(whyNoRules !== undefined)(
    `rules files of audit-userspace are listed by auditctl as if it had loaded them${whyNoRules ? `: ${whyNoRules}` : ''}`,
    () => {
      const files = [...parts.keys()].filter((key) => key.startsWith('auditctl '));
      expect(files.length).toBe(32);
      let rules = 0;
      for (const key of files) {
        const theirs = part(key);
        expect(part(key.replace('auditctl', 'bpfaudit')), key).toEqual(theirs);
        expect(part(key.replace('auditctl', 'refused')), key).toEqual([]);
        expect(part(key.replace('auditctl', 'errors')), key).toEqual([]);
        rules += theirs.length;
      }

      expect(rules).toBeGreaterThan(150);
    },
  );

  test('a record that rules reject by the task never gets into the ring', () => {
    expect(part('no-rules')).toEqual(['2']);
    const [records, rule, where, count, filtered] = part('dropped-at-start');
    expect(records).toBe('2');
    expect(rule).toBe('-a never,bpf -F policy=deny-secret -F uid=0');
    expect(where).toMatch(/^# kernel; dropped in the kernel: 5 \(prog-id \d+: 5\)$/);
    expect([count, filtered]).toEqual(['bpf_rules 1', 'bpf_filtered 5']);
  });

  test('one that they reject by its object is given back', () => {
    const [records, , where] = part('dropped-at-end');
    expect(records).toBe('2');
    expect(where).toMatch(/^# kernel; dropped in the kernel: 3 /);
  });

  test('the first rule that holds decides', () => {
    expect(part('kept-by-first')).toEqual(['3']);
  });

  test('what only user space can tell is decided there', () => {
    expect(part('dropped-behind-the-ring')).toEqual(['3']);
  });

  test("audit's own exclude rules are obeyed", () => {
    expect(part('excluded')).toEqual(['3', '4']);
  });

  test('a limit lets so many through, and tells how many it held back', () => {
    expect(part('limited')).toEqual(['6']);
    const records = part('suppressed').filter((line) => line.startsWith('type='));
    for (const record of records)
      expect(record).toMatch(/ op=bpf-records-suppressed key=[0-9A-F]+ per=exe exe_inode=\d+ /);
    // A slow guest may take longer than the time after which they are told about.
    const counts = records.map((record) => Number(/ suppressed=(\d+) /.exec(record)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  test('programs of other loaders obey too', () => {
    const [dropped, rule, where, after] = part('foreign');
    expect(rule).toBe('-a never,bpf -F uid=0');
    expect(where).toMatch(/dropped in the kernel: 3 /);
    expect([dropped, after]).toEqual(['0', '1']);
  });

  test('changes that are made at once all count', () => {
    const uids = [1001, 1002, 1003, 1004];
    expect(part('at-once')).toEqual(uids.map((uid) => `-a never,bpf -F uid=${uid}`));
  });

  test('what is refused says why, on one line', () => {
    const [field, missing] = part('refused');
    expect(field).toMatch(/"uuid" is not a field of the list bpf \[E_RULE_FIELD\]; did you mean "uid"\?$/);
    expect(missing).toMatch(/\[E_AUDIT_RULE_MISSING\]/);
  });
});
