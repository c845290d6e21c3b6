import { describe, expect, it } from 'vitest';
import { addressBytes } from '../../../src/rules/bpf/address.ts';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import { compileBpfRules } from '../../../src/rules/bpf/compile.ts';
import type { BpfEventView } from '../../../src/rules/bpf/event-view.ts';
import { interpretBpfRules, interpretCondition } from '../../../src/rules/bpf/interpret.ts';
import { isOfProgram, type FilteredProgram } from '../../../src/rules/bpf/rules-of-program.ts';
import { compileKernelFilter } from '../../../src/rules/kernel-filter/compile-filter.ts';
import {
  FIELD,
  FIRST_OBJECT_FIELD,
  NODE_BYTES,
  NODE_FIELDS,
  packNodes,
  unpackNode,
} from '../../../src/rules/kernel-filter/filter-node.ts';
import { conditionNode } from '../../../src/rules/kernel-filter/condition-node.ts';
import { runKernelFilter, type FilterAnswer } from '../../../src/rules/kernel-filter/run-filter.ts';
import { describeWhere } from '../../../src/rules/kernel-filter/where.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import { Random } from '../../helpers/random.ts';
import { randomBpfLine } from '../../helpers/random-bpf.ts';
import { RESOLVER, randomSeenTwice } from '../../helpers/random-machine.ts';

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

const PROGRAM: FilteredProgram = { policy: 'egress', prog: 'deny_open', progId: 7, hook: 'file_open' };

function nodeCount(...lines: string[]): number {
  return compileKernelFilter(lines.map(rule), PROGRAM, RESOLVER).length / NODE_BYTES;
}

describe('compiling', () => {
  it.each([
    [0, []],
    [0, ['-a always,bpf -F uid=0']],
    [1, ['-a never,bpf']],
    [1, ['-a never,bpf -F uid=0']],
    [1, ['-a never,bpf -F policy=egress -F hook=file_open -F prog=7 -F uid=0']],
    [0, ['-a never,bpf -F policy=lockdown -F uid=0']],
    [0, ['-a never,bpf -F hook!=file_open']],
    [2, ['-a always,bpf -F uid=0', '-a never,bpf', '-a never,bpf -F uid=1']],
    [1, ['-a never,bpf -F uid=0', '-a always,bpf -F uid=1']],
    [1, ['-a never,bpf -F cause=x']],
    [2, ['-a never,bpf -F cause=x -F uid=0']],
    [0, ['-a always,bpf', '-a never,bpf']],
  ])('makes %i nodes of %o', (count, lines) => {
    expect(nodeCount(...lines)).toBe(count);
  });

  it('leaves to user space what does not fit', () => {
    const rules = Array.from({ length: 10 }, (_, at) => rule(`-a never,bpf -F uid=${at}`));
    const packed = compileKernelFilter(rules, PROGRAM, RESOLVER, { maxNodes: 4 });
    expect(packed.length).toBe(4 * NODE_BYTES);
    expect(unpackNode(packed, 3)).toMatchObject({ field: 'ask', rule: 3 });
  });
});

describe('nodes', () => {
  it('survive being packed', () => {
    const random = new Random(3);
    const nodes = NODE_FIELDS.map((field, at) => ({
      field,
      test: random.pick(['=', '&=', '<'] as const),
      flags: random.below(16),
      arg: random.below(256),
      rule: random.below(65_536),
      next: random.below(65_536),
      value: BigInt(random.below(1_000_000)) - 500_000n,
      bytes: Uint8Array.from({ length: 16 }, (_, byte) => (byte * at) & 0xff),
    }));
    const packed = packNodes(nodes);
    expect(nodes.map((_, at) => unpackNode(packed, at))).toEqual(nodes);
    expect(unpackNode(packed, nodes.length)).toBeUndefined();
  });
});

describe('where a rule is decided', () => {
  it.each([
    ['-a never,bpf -F uid=0 -F exe=/usr/bin/su', 'kernel'],
    ['-a never,bpf -F policy=egress -F daddr=10.0.0.0/8', 'kernel'],
    ['-a never,bpf -F cause=x', 'user'],
    ['-a never,bpf -F hook=file_open -F path=/etc/shadow', 'kernel: hook; user: path'],
    ['-a never,bpf -F exe=/not/there -C uid!=euid', 'kernel: uid:euid; user: exe'],
    ['-a never,bpf', 'kernel'],
  ])('%s: %s', (line, where) => {
    expect(describeWhere(rule(line), RESOLVER)).toBe(where);
  });
});

describe('random rules and events', () => {
  const random = new Random(61);
  const counts = { keep: 0, drop: 0, ask: 0 };

  // One rule set and event: what the kernel says must never contradict what user space would say.
  function check(lines: readonly string[]): void {
    const rules = lines.map(rule);
    const filter = compileBpfRules(rules, RESOLVER.file);
    const program = randomSeenTwice(random, addressBytes).view;
    const ofProgram = compileBpfRules(rules, RESOLVER.file, program);
    const maxNodes = random.pick([3, 256]);
    const packed = compileKernelFilter(rules, program, RESOLVER, { maxNodes });
    for (let each = 0; each < 10; each++) {
      const { view: drawn, subject, object } = randomSeenTwice(random, addressBytes);
      const { policy, prog, progId, hook } = program;
      const view = { ...drawn, policy, prog, progId, hook };
      const plain = interpretBpfRules(rules, view, RESOLVER.file);
      const keeps = plain < 0 || rules[plain]?.action === 'always';
      if (filter.match(view) !== plain) expect(filter.match(view)).toBe(plain);
      if (ofProgram.match(view) !== plain) expect(ofProgram.match(view)).toBe(plain);
      for (const known of [undefined, object]) {
        const answer = runKernelFilter(packed, subject, known);
        const isExact = maxNodes === 256 && known?.walkedToRoot !== false;
        if (answer.verdict === 'ask' && isExact && !isOpen(rules[answer.rule], view, known !== undefined)) {
          expect.fail(`asked needlessly\n${lines.join('\n')}`);
        }
        counts[answer.verdict]++;
        const fault = faultOf(answer, plain, keeps);
        if (fault !== undefined)
          expect.fail(`${fault}\n${lines.join('\n')}\n${JSON.stringify(view, replaceBigint)}`);
      }
    }
  }

  it('agree in the kernel, in user space and in plain words, 100000 times', () => {
    for (let each = 0; each < 10_000; each++)
      check(Array.from({ length: random.below(6) }, () => randomBpfLine(random)));
    // Each answer is met often, or the test would show nothing.
    expect(counts.keep).toBeGreaterThan(20_000);
    expect(counts.drop).toBeGreaterThan(20_000);
    expect(counts.ask).toBeGreaterThan(20_000);
  }, 180_000);
});

function faultOf({ verdict, rule: number }: FilterAnswer, plain: number, keeps: boolean): string | undefined {
  if (verdict === 'drop' && (keeps || number !== plain)) return `dropped by ${number}, matches ${plain}`;
  if (verdict === 'keep' && !keeps) return `kept by ${number}, user space drops it by ${plain}`;
  if (verdict === 'keep' && number >= 0 && number !== plain) return `kept by ${number}, matches ${plain}`;
  if (verdict === 'ask' && plain >= 0 && plain < number) return `asked from ${number}, but ${plain} matches`;
  return undefined;
}

/** Whether the kernel cannot tell if a rule holds: all that it can decide of it by then does, but that is not all. */
function isOpen(open: BpfRule | undefined, view: BpfEventView, isComplete: boolean): boolean {
  const conditions = open?.conditions ?? [];
  const known = conditions.filter((condition) => {
    if (isOfProgram(condition)) return true;
    const node = conditionNode(condition, RESOLVER);
    return node !== undefined && (isComplete || FIELD[node.field] < FIRST_OBJECT_FIELD);
  });
  return (
    known.length < conditions.length &&
    known.every((condition) => interpretCondition(condition, view, RESOLVER.file))
  );
}

function replaceBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
