import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SIZE } from '../../../src/abi/abi.ts';
import { RuleBanks } from '../../../src/bpf/rule-banks.ts';
import { attachCookie } from '../../../src/bpf/slots.ts';
import { EventRuleView } from '../../../src/daemon/event-rule-view.ts';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import type { BpfEventView } from '../../../src/rules/bpf/event-view.ts';
import { compileBpfRules } from '../../../src/rules/bpf/compile.ts';
import { packRuleTable, type TableProgram } from '../../../src/rules/kernel-filter/rule-table.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import { expectedAnswer, PlainBuckets } from '../../helpers/expected-answer.ts';
import { randomKernelFacts, setProgram } from '../../helpers/kernel-facts.ts';
import { matchPlainly, readPlainRule, type PlainRule } from '../../helpers/plain-rules.ts';
import { randomBpfLines } from '../../helpers/random-bpf.ts';
import { CGROUPS, RESOLVER } from '../../helpers/random-machine.ts';
import { Random } from '../../helpers/random.ts';
import { TestRun } from '../../helpers/test-run.ts';

const root = join(import.meta.dirname, '../../..');
const OBJECT = join(root, '.output/bpf/test/rules/programs/filter.bpf.o');
const ANSWERS = ['keep', 'drop', 'ask'] as const;

function open(): TestRun | string {
  try {
    execFileSync('make', ['-C', join(root, 'bpf'), '-s', OBJECT.replace(root, '..')], { stdio: 'pipe' });
  } catch (error) {
    return `no compiler for BPF: ${String(error).slice(0, 200)}`;
  }
  return TestRun.open(OBJECT);
}

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

const opened = open();

describe.skipIf(typeof opened === 'string')(
  `the filter in this machine's kernel${typeof opened === 'string' ? `: ${opened}` : ''}`,
  () => {
    if (typeof opened === 'string') return;
    const kernel: TestRun = opened;
    afterAll(() => kernel[Symbol.dispose]());
    const banks = new RuleBanks({
      state: kernel.map('bpf_audit_state', SIZE.state),
      rules: kernel.map('bpf_audit_rules', 2 * SIZE.rules),
    });
    const before = kernel.program('before');
    const complete = kernel.program('complete');
    const paths = new Map([...CGROUPS].map(([path, id]) => [id, path || '/']));
    const random = new Random(20_261_120);
    const counts = { keep: 0, drop: 0, ask: 0 };
    const limits = { kept: 0, dropped: 0 };
    const buckets = new PlainBuckets();

    function randomProgram(): TableProgram {
      const place = random.once(3) ? { slot: 0, selfMap: 77, site: 3 } : { slot: 9, selfMap: 0, site: 0 };
      return {
        ...place,
        policy: random.once(3) ? undefined : random.pick(['lockdown', 'egress']),
        prog: random.once(3) ? undefined : random.pick(['deny_open', 'log_exec']),
        progId: random.pick([7, 12]),
        hook: random.pick(['file_open', 'capable']),
      };
    }

    /** What a limit makes of it, the reference's buckets in step with the kernel's. */
    function passes(plainRule: PlainRule, view: BpfEventView): boolean {
      const isAdmitted = buckets.admits(plainRule, view);
      limits[isAdmitted ? 'kept' : 'dropped']++;
      return isAdmitted;
    }

    function check(lines: readonly string[], rules: readonly BpfRule[], program: TableProgram): void {
      const plainRules = lines.map(readPlainRule);
      const filter = compileBpfRules(rules, RESOLVER.file, program);
      const inRing = new EventRuleView((id) => paths.get(id));
      const { policy, prog, progId = 0, hook, selfMap, site } = program;
      const origin = { policy, prog, progId, hook };
      for (let each = 0; each < 25; each++) {
        const { facts, record, view: drawn, isCut } = randomKernelFacts(random);
        setProgram(facts, {
          cookie: program.slot > 0 ? attachCookie(program.slot, progId) : 0n,
          selfMap,
          site,
        });
        const view = { ...drawn, ...origin };
        const plain = matchPlainly(plainRules, view, RESOLVER.file);
        const seen = inRing.point(record, new DataView(record.buffer), 0, [], origin);
        const byUser = filter.match(seen);
        if (byUser !== plain) expect.fail(say(`user space ${byUser}, plain ${plain}`, rules, view));
        const decided = plainRules[plain];
        for (const [run, isComplete] of [
          [before, false],
          [complete, true],
        ] as const) {
          const answer = ANSWERS[kernel.run(run, facts).retval];
          const expected = expectedAnswer(plainRules, view, isComplete);
          if (answer === undefined) expect.fail('the program did not get its facts');
          counts[answer]++;
          if (isComplete && isCut && answer === 'ask') continue;
          const { rule: by } = expected;
          const isLimited = expected.answer === 'limit' && by !== undefined;
          const wanted = isLimited ? (passes(by, view) ? 'keep' : 'drop') : expected.answer;
          if (answer !== wanted) expect.fail(say(`${answer}, not ${wanted}, ${isComplete}`, rules, view));
          if (by !== undefined && by !== decided)
            expect.fail(say(`by ${by.line}, plain ${decided?.line}`, rules, view));
          if (answer === 'drop' && decided?.action !== 'never' && decided?.limit === undefined)
            expect.fail(say(`dropped, plain ${decided?.line ?? 'no rule'}`, rules, view));
        }
      }
    }

    it('says what user space and plain words say, 100000 times', () => {
      let dropped = 0;
      for (let each = 0; each < 4000; each++) {
        const lines = randomBpfLines(random).map((line) => ownBuckets(line, each));
        const rules = lines.map((line) => ({ ...rule(line), prepend: false }));
        const program = randomProgram();
        banks.install(packRuleTable(rules, [program], RESOLVER), false);
        check(lines, rules, program);
        dropped = banks.filtered;
      }
      for (const answer of ANSWERS) expect(counts[answer]).toBeGreaterThan(10_000);
      expect(limits.kept).toBeGreaterThan(1000);
      expect(limits.dropped).toBeGreaterThan(1000);
      // What was dropped was counted, also by rules that are gone.
      expect(dropped).toBe(counts.drop);
    }, 240_000);
  },
);

/** Buckets outlive their rules: a limit of this list must not be one of another's, with or without a key. */
function ownBuckets(line: string, list: number): string {
  if (!line.includes('limit=')) return line;
  return line.includes(' -k ') ? `${line} -k ${list}` : `${line} -F pid!=${1_000_000 + list}`;
}

function say(what: string, rules: readonly BpfRule[], view: object): string {
  const shown = JSON.stringify(view, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return `${what}\n${JSON.stringify(rules, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))}\n${shown}`;
}
