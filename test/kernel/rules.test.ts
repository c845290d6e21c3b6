import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { kernels } from './kernels.ts';
import { partOf, readParts, type Parts } from './parts.ts';

const whyNoRules = whyNoShared('corpora', 'audit-userspace', 'rules');
const PROGRAMS = ['deny-secret', 'stress-load', 'stress-fail-open', 'stress-hooks'];
/** How often the one program that a rule of fields.rules is about makes its call, in the order of the rules. */
const FIELDS = Array.from({ length: 16 }, (_, number) => number + 1);
/** The same for its limits: how many records each holds back. */
const HELD_BACK = [1, 4, 1, 4, 3, 5, 6];

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
      ...['loader', 'subject'].map((name) => ({
        source: join(repositoryRoot, '.output/test', name),
        destination: `/root/${name}`,
      })),
      ...PROGRAMS.map((name) => ({
        source: join(repositoryRoot, '.output/bpf/test/kernel/programs', `${name}.bpf.o`),
        destination: `/root/policies/${name}.bpf.o`,
      })),
      ...rules,
    ],
    cwd: guestRepository,
    timeoutMs: 880_000,
  });
  return readParts(printed);
}

/** What `ctl -l --where` says that a rule has dropped, all of it in the kernel. */
function hitsOf(line: string | undefined): number {
  return Number(/^# kernel; dropped in the kernel: (\d+) /.exec(line ?? '')?.[1] ?? Number.NaN);
}

/** Records by the name of the thread, from `uniq -c`. */
function keptOf(lines: readonly string[]): Record<string, number> {
  const found = lines.map((line) => /^ *(\d+) {2}comm="(\w+)"$/.exec(line));
  return Object.fromEntries(found.map((match) => [match?.[2] ?? '', Number(match?.[1])]));
}

/** What was held back, by key and kind of limit: a number for each object. */
function suppressedOf(lines: readonly string[]): Map<string, number[]> {
  const sums = new Map<string, Map<string, number>>();
  for (const line of lines) {
    const [, key, per = '', object = '', count] =
      / key="(\w+)" per=(\w+) (.*)suppressed=(\d+) /.exec(line) ?? [];
    if (key === undefined) continue;
    const name = `${key} ${per}`;
    const objects = sums.get(name) ?? new Map<string, number>();
    sums.set(name, objects.set(object, (objects.get(object) ?? 0) + Number(count)));
  }
  return new Map([...sums].map(([name, objects]) => [name, [...objects.values()].toSorted((a, b) => a - b)]));
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase();
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
    const records = part('suppressed').filter((line) => line.includes(`key=${hex('at most two')} `));
    for (const record of records)
      expect(record).toMatch(/ op=bpf-records-suppressed key=[0-9A-F]+ per=exe exe_inode=\d+ /);
    // A slow guest may take longer than the time after which they are told about.
    const counts = records.map((record) => Number(/ suppressed=(\d+) /.exec(record)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  test('the kernel drops by ids, cgroup, capability and address what the rule is about, and nothing else', () => {
    const lines = part('fields');
    const found = FIELDS.map((_, number) => hitsOf(lines[2 * number + 1]));
    expect(found).toEqual(FIELDS);
    const kept = keptOf(part('kept'));
    // a child of another, an address that is near, a port of another family, other ids
    expect(kept).toMatchObject({ child: 1, connect: 2, other: 1 });
    expect(kept).not.toHaveProperty('subject');
    expect(kept).not.toHaveProperty('chroot');
  });

  test('limits count for each key, policy, executable and cgroup, and fill again', () => {
    const lines = part('fields').slice(2 * FIELDS.length);
    expect(HELD_BACK.map((_, number) => hitsOf(lines[2 * number + 1]))).toEqual(HELD_BACK);
    // of 8, 4, 5 and 3 of two policies, 3 and 2 of two executables, 3 and 4 in two cgroups, 5 and 5 after 9 s
    expect(keptOf(part('kept'))).toMatchObject({
      shared: 3,
      alone: 3,
      policy: 4,
      exe: 2,
      cgroup: 2,
      refill: 4,
    });
  });

  test('what limits held back is told, object by object', () => {
    const told = suppressedOf(part('suppressed'));
    expect(told.get('shared key')).toEqual([5]);
    expect(told.get('alone key')).toEqual([1]);
    expect(told.get('policy policy')).toEqual([4]);
    expect(told.get('exe exe')).toEqual([1, 2]);
    expect(told.get('cgroup cgroup')).toEqual([2, 3]);
    expect(told.get('refill key')).toEqual([6]);
  });

  test('the ready rule set loads, and is listed as it stands in its file', () => {
    const [, ...listed] = part('rule-set').filter((line) => !line.startsWith('#'));
    const file = readFileSync(join(repositoryRoot, 'etc/rules.d/bpf/50-bpf.rules'), 'utf8');
    expect(part('rule-set')[0]).toBe('7 rules of 2 files loaded from /root/set, 0 errors');
    // the list has audit's way of writing that nobody had logged in
    const written = file.replaceAll('=unset', '=-1').split('\n');
    expect(listed).toEqual(written.filter((line) => line.startsWith('-a ')));
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
