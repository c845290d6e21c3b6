import { expect, test } from 'vitest';
import type { ScenarioResults } from '../scenario-run.ts';
import { linesOf, split } from './record-line.ts';

/** Programs that must not load, by their file. */
const BAD: Readonly<Record<string, string>> = {
  leak: 'bad_leak',
  'leak-branch': 'bad_leak_branch',
  useafter: 'bad_useafter',
  doubleend: 'bad_doubleend',
};

function id(ids: Readonly<Record<string, number>>, name: string): string {
  return String(ids[name]);
}

/** Several loaders, and input that must be refused. */
export function attachChecks(results: () => ScenarioResults): void {
  test('programs of four loaders, bpftool among them, share the ring, in order and under their ids', () => {
    const { own, pinned, plain, byBpftool, together, stderr } = results().get('twoLoaders');
    const round = [
      [id(own, 'load_deny'), '"load"'],
      [id(pinned, 'fail_open'), '"open"'],
      [id(plain, 'foreign_one'), '"one"'],
      [id(plain, 'foreign_with_a_long_name_a'), '"long-a"'],
      [id(plain, 'foreign_with_a_long_name_b'), '"long-b"'],
      // begun in a function that two programs share: nobody can tell
      ['?', '"shared"'],
      ['?', '"shared"'],
      [id(byBpftool, 'fail_closed'), '"closed"'],
    ];
    const found = split(together).records.map((record) => [record.get('prog-id'), record.get('cause')]);
    expect(found).toEqual([...round, ...round, ...round]);
    expect(stderr).not.toContain(' lost, 1');
  });

  test('without a policy the reader just collects', () => {
    const { pinned, plain, byBpftool, alone, stderr } = results().get('twoLoaders');
    const found = split(alone).records.map((record) => record.get('prog-id'));
    const open = String(pinned['fail_open']);
    const closed = id(byBpftool, 'fail_closed');
    expect(found).toEqual([open, open, id(plain, 'foreign_with_a_long_name_b'), closed]);
    expect(stderr).toContain('4 records, 0 lost');
  });

  test('a program that is gone is unknown, not somebody else', () => {
    const { log } = results().get('afterUnload');
    expect(split(log).records.map((record) => record.get('prog-id'))).toEqual(['?', '?']);
  });

  test('the verifier refuses programs that misuse the context, and says which and why', () => {
    const refusals = results().get('refusals');
    for (const [file, name] of Object.entries(BAD)) {
      const { code, message, hint, tail, before, after } = refusals[`bad/${file}`]!;
      expect(code).toBe('E_BPF_VERIFIER');
      expect(message).toMatch(new RegExp(`^load program ${name} of ${file}\\.bpf\\.o: \\S.*$`));
      expect(hint).toContain('bpf_audit_log_end()');
      const lines = tail!.split('\n');
      expect(lines.length).toBeLessThan(12);
      expect(lines.at(-1)).toMatch(/^processed \d+ insns/);
      expect(after).toEqual(before);
    }
  });

  test.each([
    ['bad-input/no-such-hook', 'E_HOOK', 'attach program unknown: no LSM hook no_such_hook in this kernel'],
    ['bad-input/no-header', 'E_NO_HEADER', 'check no-header.bpf.o: no struct bpf_audit_layout in its BTF'],
    ['bad-input/no-lsm', 'E_NOT_LSM', 'program not_lsm in section tracepoint/syscalls/sys_enter_openat'],
    ['bad-input/no-program', 'E_NOT_LSM', 'open policy no-program.bpf.o: no program in it'],
    ['other-abi', 'E_ABI', 'check other-abi.bpf.o: ABI version 2, expected 1'],
  ])('%s is refused with %s', (file, code, message) => {
    const refusal = results().get('refusals')[file]!;
    expect(refusal).toMatchObject({ code, before: refusal.after, open: 0 });
    expect(refusal.message).toContain(message);
    expect(refusal.hint).toBeTruthy();
  });

  test.each([
    ['secondBad', /load program bad_leak of leak\.bpf\.o: .* \(E_BPF_VERIFIER\); hint: /],
    ['readOnly', /open log \/tmp\/read-only\/audit\.log: .* \(EROFS\) \(E_LOG\); hint: /],
    ['unprivileged', /\(E(PERM|ACCES)\) \(E_MAPS\); hint: run as root/],
    ['noBpffs', /no bpffs at \/sys\/fs\/bpf \(E_BPFFS\); hint: mount -t bpf/],
  ])('%s is one line with code and hint, and leaves nothing attached', (name, message) => {
    const refused = results().get('badInput')[name]!;
    const [first = '', ...more] = linesOf(refused.stderr);
    expect(first).toMatch(/^bpfaudit: /);
    expect(first).toMatch(message);
    if (!first.includes('E_BPF_VERIFIER')) expect(more).toEqual([]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.after).toEqual(refused.before);
  });
}
