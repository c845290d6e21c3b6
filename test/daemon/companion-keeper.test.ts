import { expect, test } from 'vitest';
import { CompanionKeeper, type RuleControl } from '../../src/daemon/companion-keeper.ts';
import { AuditRequestError } from '../../src/netlink/request-error.ts';
import { encodeRule, decodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { isBpfRule } from '../../src/rules/rule.ts';

const EPERM = 1;
const EXISTS = 17;
const MISSING = 2;

/** The kernel's list of rules. */
class FakeKernel implements RuleControl {
  rules: Uint8Array[] = [];
  locked = false;
  readonly deleted: string[] = [];

  add(line: string): void {
    const rule = parseRule(line, { file: 'test', line: 0 });
    if (isBpfRule(rule)) throw new TypeError(line);
    this.rules.push(encodeRule(rule));
  }

  get lines(): string[] {
    return this.rules.map((rule) => printRule(decodeRule(rule)));
  }

  async listRules(): Promise<readonly Uint8Array[]> {
    return [...this.rules];
  }

  async addRule(rule: Uint8Array): Promise<void> {
    if (this.locked) throw new AuditRequestError('add rule', EPERM);
    if (this.#find(rule) >= 0) throw new AuditRequestError('add rule', EXISTS);
    this.rules.push(rule);
  }

  async deleteRule(rule: Uint8Array): Promise<void> {
    if (this.locked) throw new AuditRequestError('delete rule', EPERM);
    const at = this.#find(rule);
    if (at < 0) throw new AuditRequestError('delete rule', MISSING);
    this.deleted.push(printRule(decodeRule(rule)));
    this.rules.splice(at, 1);
  }

  [Symbol.dispose](): void {
    // holds nothing
  }

  #find(rule: Uint8Array): number {
    return this.rules.findIndex((one) => Buffer.from(one).equals(rule));
  }
}

const WATCH = '-w /etc/shadow -p wa -k bpfaudit';
const MKDIR = '-a always,exit -F arch=b64 -S mkdir,mkdirat -F exit=-EPERM -F key=bpfaudit';
const MKDIR32 = '-a always,exit -F arch=b32 -S mkdir,mkdirat -F exit=-EPERM -F key=bpfaudit';

function makeKeeper(kernel: FakeKernel): { keeper: CompanionKeeper; said: string[]; covered: boolean[] } {
  const said: string[] = [];
  const covered: boolean[] = [];
  const keeper = new CompanionKeeper({
    control: kernel,
    errnos: [EPERM],
    say: (line) => said.push(line),
    onCovered: (state) => covered.push(state),
  });
  return { keeper, said, covered };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((fulfil) => setTimeout(fulfil, 5));
  }
}

test('adds its rules, takes them away again, and touches no others', async () => {
  const kernel = new FakeKernel();
  kernel.add(WATCH);
  const { keeper, said, covered } = makeKeeper(kernel);
  await keeper.keep(['path_mkdir']);
  expect(kernel.lines).toEqual([WATCH, MKDIR, MKDIR32]);
  await keeper.remove();
  expect(kernel.lines).toEqual([WATCH]);
  expect(kernel.deleted).toEqual([MKDIR, MKDIR32]);
  expect(covered).toEqual([true, false]);
  expect(said).toEqual([]);
});

test('takes over what a killed bpfaudit left, and cleans up what it no longer wants', async () => {
  const kernel = new FakeKernel();
  kernel.add(MKDIR);
  kernel.add('-a always,exit -F arch=b64 -S rmdir -F exit=-EPERM -F key=bpfaudit');
  using keeper = makeKeeper(kernel).keeper;
  await keeper.keep(['path_mkdir']);
  expect(kernel.lines).toEqual([MKDIR, MKDIR32]);
  expect(keeper.restored).toBe(0);
});

test('puts back what somebody flushed, when the kernel says so', async () => {
  const kernel = new FakeKernel();
  const { keeper, said } = makeKeeper(kernel);
  using _ = keeper;
  await keeper.keep(['path_mkdir']);
  kernel.rules = [];
  keeper.configChanged('auid=0 ses=1 op=add_rule key="x" list=4 res=1');
  keeper.configChanged('auid=0 ses=1 op=remove_rule key="bpfaudit" list=4 res=1');
  await until(() => kernel.rules.length === 2);
  await until(() => keeper.restored === 2);
  expect(said).toEqual(['somebody deleted companion rules, put back: 2']);
});

test('another set of hooks: the new rules come before the old ones go', async () => {
  const kernel = new FakeKernel();
  const { keeper, said } = makeKeeper(kernel);
  using _ = keeper;
  await keeper.keep(['path_mkdir']);
  keeper.change(new Set(['path_mkdir', 'path_rmdir']));
  await until(() => kernel.deleted.length === 2);
  expect(kernel.lines[0]).toContain('-S mkdir,rmdir,mkdirat,unlinkat -F exit=-EPERM');
  expect(kernel.lines.length).toBe(2);
  expect(keeper.restored).toBe(0);
  expect(said).toEqual([]);
});

test('respects a locked configuration, and says so once', async () => {
  const kernel = new FakeKernel();
  kernel.locked = true;
  const { keeper, said, covered } = makeKeeper(kernel);
  await keeper.keep(['path_mkdir']);
  await keeper.remove();
  expect(kernel.lines).toEqual([]);
  expect(covered).toEqual([]);
  expect(said).toEqual([
    'audit refuses rules (locked until the next boot, or no permission): no companion rules',
  ]);
});

test('locked with the rules already in place is no reason to complain', async () => {
  const kernel = new FakeKernel();
  kernel.add(MKDIR);
  kernel.add(MKDIR32);
  kernel.locked = true;
  const { keeper, said, covered } = makeKeeper(kernel);
  using _ = keeper;
  await keeper.keep(['path_mkdir']);
  expect(covered).toEqual([true]);
  expect(said).toEqual([]);
});

test('a hook without rules, or a rule that silences, keeps policies capturing the subject', async () => {
  const kernel = new FakeKernel();
  const uncovered = makeKeeper(kernel);
  using _ = uncovered.keeper;
  await uncovered.keeper.keep(['path_mkdir', 'capable']);
  expect(uncovered.covered).toEqual([]);
  expect(uncovered.said.length).toBe(1);
  expect(uncovered.said[0]).toMatch(/^no companion rule for hook capable: /);

  const silencedKernel = new FakeKernel();
  silencedKernel.add('-a never,exit -F uid=0');
  const silenced = makeKeeper(silencedKernel);
  using __ = silenced.keeper;
  await silenced.keeper.keep(['path_mkdir']);
  expect(silenced.covered).toEqual([]);
  expect(silenced.said.length).toBe(1);
});
