import { describe, expect, it } from 'vitest';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import { compileBpfRules } from '../../../src/rules/bpf/compile.ts';
import type { FilteredProgram } from '../../../src/rules/bpf/rules-of-program.ts';
import { compileKernelFilter } from '../../../src/rules/kernel-filter/compile-filter.ts';
import { FIELD, LAST_NUMBER, putNode } from '../../../src/rules/kernel-filter/filter-node.ts';
import { packWordRange } from '../../../src/rules/kernel-filter/word-range.ts';
import { NODE_FIELDS, readNode } from '../../helpers/read-node.ts';
import { runKernelFilter } from '../../helpers/run-filter.ts';
import { describeWhere } from '../../../src/rules/kernel-filter/where.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import { Random } from '../../helpers/random.ts';
import { randomBpfLines } from '../../helpers/random-bpf.ts';
import { expectedAnswer } from '../../helpers/expected-answer.ts';
import { matchPlainly, plainAddress, readPlainRule, type PlainRule } from '../../helpers/plain-rules.ts';
import { RESOLVER, randomSeenTwice } from '../../helpers/random-machine.ts';

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

const PROGRAM: FilteredProgram = { policy: 'egress', prog: 'deny_open', progId: 7, hook: 'file_open' };

function nodeCount(...lines: string[]): number {
  return compileKernelFilter(lines.map(rule), PROGRAM, RESOLVER).nodes.length;
}

describe('compiling', () => {
  it.each([
    [0, []],
    [0, ['-a always,bpf -F uid=0']],
    [0, ['-a never,bpf']],
    [1, ['-a never,bpf -F uid=0']],
    [1, ['-a never,bpf -F policy=egress -F hook=file_open -F prog=7 -F uid=0']],
    [0, ['-a never,bpf -F policy=lockdown -F uid=0']],
    [0, ['-a never,bpf -F hook!=file_open']],
    [1, ['-a always,bpf -F uid=0', '-a never,bpf', '-a never,bpf -F uid=1']],
    [1, ['-a never,bpf -F uid=0', '-a always,bpf -F uid=1']],
    [2, ['-a never,bpf -F uid=0', '-a always,bpf -F uid=1 -F limit=5/10s']],
    [0, ['-a never,bpf -F cause=x']],
    [1, ['-a never,bpf -F cause=x -F uid=0']],
    [0, ['-a always,bpf', '-a never,bpf']],
  ])('makes %i nodes of %o', (count, lines) => {
    expect(nodeCount(...lines)).toBe(count);
  });

  it('asks about the task before it asks about the object', () => {
    const line = '-a never,bpf -F dir=/etc -F verdict=deny -F exe=/usr/bin/su -F uid=0';
    const { nodes } = compileKernelFilter([rule(line)], PROGRAM, RESOLVER);
    expect(nodes.map(({ field }) => field)).toEqual(['uid', 'exe', 'verdict', 'dir']);
  });
});

it('searches for a number in a long list, instead of asking about one after the other', () => {
  const rules = Array.from({ length: 100 }, (_, at) => rule(`-a never,bpf -F uid=${1000 + 2 * at}`));
  const filter = compileKernelFilter(rules, PROGRAM, RESOLVER);
  const subject = { ...randomSeenTwice(new Random(1), plainAddress).subject };
  for (const uid of [0, 1000, 1001, 1198, 1199, 4294967295]) {
    let asked = 0;
    const counted = new Proxy(
      { ...subject, uid },
      {
        get: (target, name) => {
          if (name === 'uid') asked++;
          return Reflect.get(target, name);
        },
      },
    );
    const isListed = uid >= 1000 && uid < 1200 && uid % 2 === 0;
    expect(runKernelFilter(filter, counted, undefined).kind).toBe(isListed ? 'drop' : 'keep');
    expect(asked).toBeLessThanOrEqual(8);
  }
});

describe('nodes', () => {
  it('survive being packed', () => {
    const random = new Random(3);
    const view = new DataView(new ArrayBuffer(24));
    for (const field of NODE_FIELDS.filter((name) => FIELD[name] > LAST_NUMBER)) {
      const node = {
        field,
        test: random.below(5),
        arg: random.below(256),
        isLong: random.once(2),
        yes: random.below(65_536),
        no: random.below(65_536),
        low: BigInt(random.below(1_000_000)),
        span: 0xffff_ffff_ffff_fffen,
      };
      putNode(view, 0, node);
      expect(readNode(view, 0)).toEqual(node);
    }
    view.setUint8(0, 99);
    expect(readNode(view, 0)).toBeUndefined();
  });

  it.each([
    ['=7', 7n, 0n, 0x0000_0000_0000_0007n],
    ['!=7', 8n, 0xffff_ffff_ffff_fffen, 0xffff_fffe_0000_0008n],
    ['!=0', 1n, 0xffff_ffff_ffff_fffen, 0xffff_fffe_0000_0001n],
    ['!=-1', 0x1_0000_0000n, 0xffff_ffff_ffff_fffen, 0xffff_fffe_0000_0000n],
    ['>=1000', 1000n, 0x7fff_ffff_ffff_fc17n, 0xffff_fc17_0000_03e8n],
    ['<1000, also negative ones', 1n << 63n, (1n << 63n) + 999n, 0x0000_03e7_0000_0000n],
    ['every number', 0n, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_0000_0000n],
  ])('numbers of a task %s are 32 bits and how many follow', (_, low, span, packed) => {
    expect(packWordRange({ low, span })).toBe(packed);
  });

  it('a range above 32 bits holds for no task', () => {
    const view = new DataView(new ArrayBuffer(24));
    const node = { field: 'uid', test: 0, arg: 0, isLong: false, yes: 1, no: 2 } as const;
    putNode(view, 0, { ...node, low: 1n << 32n, span: 5n });
    expect(readNode(view, 0)).toMatchObject({ field: 'uid', yes: 2, no: 2 });
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
  const counts = { keep: 0, drop: 0, ask: 0, limit: 0 };

  // One rule set and event: what the kernel says must be what can be said by then, and what user space would say.
  function check(lines: readonly string[]): void {
    const rules = lines.map(rule);
    const plainRules = lines.map(readPlainRule);
    const filter = compileBpfRules(rules, RESOLVER.file);
    const program = randomSeenTwice(random, plainAddress).view;
    const ofProgram = compileBpfRules(rules, RESOLVER.file, program);
    const questions = compileKernelFilter(rules, program, RESOLVER);
    for (let each = 0; each < 10; each++) {
      const { view: drawn, subject, object } = randomSeenTwice(random, plainAddress);
      const { policy, prog, progId, hook } = program;
      const view = { ...drawn, policy, prog, progId, hook };
      const plain = matchPlainly(plainRules, view, RESOLVER.file);
      if (filter.match(view) !== plain) expect(filter.match(view)).toBe(plain);
      if (ofProgram.match(view) !== plain) expect(ofProgram.match(view)).toBe(plain);
      for (const known of [undefined, object]) {
        const { kind } = runKernelFilter(questions, subject, known);
        counts[kind]++;
        const { answer: wanted } = expectedAnswer(plainRules, view, known !== undefined);
        const isCut = known?.walkedToRoot === false;
        if (kind !== wanted && !(isCut && kind === 'ask'))
          expect.fail(`${kind}, not ${wanted}\n${lines.join('\n')}\n${JSON.stringify(view, replaceBigint)}`);
        if (kind !== 'ask' && kind !== verdictOf(plainRules, plain))
          expect.fail(`${kind}, but rule ${plain} matches`);
      }
    }
  }

  it('agree in the kernel, in user space and in plain words, 100000 times', () => {
    for (let each = 0; each < 10_000; each++) check(randomBpfLines(random));
    // Each answer is met often, or the test would show nothing.
    expect(counts.keep).toBeGreaterThan(20_000);
    expect(counts.drop).toBeGreaterThan(20_000);
    expect(counts.ask).toBeGreaterThan(20_000);
    expect(counts.limit).toBeGreaterThan(2000);
  }, 180_000);
});

/** What user space makes of it. */
function verdictOf(rules: readonly PlainRule[], matched: number): 'keep' | 'drop' | 'limit' {
  const decided = rules[matched];
  if (decided?.limit !== undefined) return 'limit';
  return decided?.action === 'never' ? 'drop' : 'keep';
}

function replaceBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
