import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIZE } from '../src/abi/abi.ts';
import { RuleBanks } from '../src/bpf/rule-banks.ts';
import { attachCookie } from '../src/bpf/slots.ts';
import type { IdentityResolver } from '../src/rules/kernel-filter/condition-node.ts';
import { packRuleTable, type TableProgram } from '../src/rules/kernel-filter/rule-table.ts';
import { parseRule } from '../src/rules/parse-rule.ts';
import { isBpfRule } from '../src/rules/rule.ts';
import { randomKernelFacts, setProgram } from '../test/helpers/kernel-facts.ts';
import { Random } from '../test/helpers/random.ts';
import { TestRun } from '../test/helpers/test-run.ts';
import { kernelCatalog } from '../vm/kernel-catalog.ts';
import { outputFolder } from '../vm/paths.ts';
import { buildHookMeasurement, measureHooks } from './guest.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table, type Spread } from './report.ts';

/*
 * npm run bench:filter: what a record costs its hook that 1, 10 or 100 rules reject before it is begun.
 *
 * In the guest with a hook, where software emulation makes everything slower; and on this machine's own kernel
 * without one, by bpf_prog_test_run_opts(): the filter alone, at native speed.
 */
const RUNS = 5;
const OPENS = 3000;
const REPEAT = 200_000;
const COUNTS = [1, 10, 100];
const FOLDER = join(outputFolder, 'bench/filter');
const OBJECT = join(outputFolder, 'bpf/test/rules/programs/filter.bpf.o');

const NOBODY: IdentityResolver = { file: () => undefined, cgroup: () => undefined };
const PROGRAM: TableProgram = {
  slot: 1,
  selfMap: 0,
  site: 0,
  policy: 'bench',
  prog: 'bench_record',
  progId: 1,
  hook: 'file_open',
};

/** So many rules, of which the last rejects what root does, and all others look at the user too. */
function rulesImage(count: number): Uint8Array {
  const lines = Array.from(
    { length: count },
    (_, at) => `-a never,bpf -F uid=${at === count - 1 ? 0 : 100_000 + at}`,
  );
  const rules = lines.map((line) => parseRule(line, { file: 'bench', line: 1 })).filter(isBpfRule);
  return packRuleTable(rules, [PROGRAM], NOBODY);
}

function writeImages(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const count of COUNTS) writeFileSync(join(FOLDER, `rules-${count}`), rulesImage(count));
}

interface Measured {
  readonly release: string;
  readonly runNs: ReadonlyMap<string, Spread>;
  readonly reserved: number;
}

/** A reason in words if there is no such kernel. */
async function measure(kernel: string, program: string): Promise<Measured | string> {
  const images = COUNTS.map((count) => `/root/rules/rules-${count}`).join(' ');
  const measured = await measureHooks(kernel, {
    program,
    arguments: `${RUNS} ${OPENS} hook.bpf.o ${images}`,
    add: [
      {
        source: join(outputFolder, 'bpf/bench/programs/hook.bpf.o'),
        destination: '/root/programs/hook.bpf.o',
      },
      { source: FOLDER, destination: '/root/rules' },
    ],
  });
  return typeof measured === 'string' ? measured : { release: measured.release, ...parse(measured.stdout) };
}

function parse(stdout: string): Omit<Measured, 'release'> {
  const runs = new Map<string, number[]>();
  let reserved = 0;
  for (const line of stdout.split('\n')) {
    const [kind, name = '', value = ''] = line.split(' ');
    if (kind === 'turn') runs.set(name, [...(runs.get(name) ?? []), Number(value)]);
    if (kind === 'reserved') reserved += Number(value);
  }
  return { runNs: new Map([...runs].map(([name, values]) => [name, spread(values)])), reserved };
}

function print({ release, runNs, reserved }: Measured): void {
  const empty = runNs.get('bench_empty')?.median ?? Number.NaN;
  const row = (name: string, key: string): string[] => {
    const ns = runNs.get(key);
    return ns === undefined ? [name, '', ''] : [name, spreadText(ns, 0), (ns.median - empty).toFixed(0)];
  };
  const rows = [
    ['', 'ns per run', 'more than the empty program'],
    row('program that does nothing', 'bench_empty'),
    row('record, no rules', 'bench_record'),
    ...COUNTS.map((count) => row(`record that ${count} rules reject`, `rules-${count}`)),
  ];
  process.stdout.write(
    `Linux ${release}, emulated\n\n${table(rows)}\nbytes reserved by rejected records: ${reserved}\n\n`,
  );
}

/** Median nanoseconds by number of rules; a reason in words if this machine does not let us. */
function native(): ReadonlyMap<number, Spread> | string {
  const opened = TestRun.open(OBJECT);
  if (typeof opened === 'string') return opened;
  using run = opened;
  const banks = new RuleBanks({
    state: run.map('bpf_audit_state', SIZE.state),
    rules: run.map('bpf_audit_rules', 2 * SIZE.rules),
  });
  const { facts } = randomKernelFacts(new Random(1));
  const place = { cookie: attachCookie(PROGRAM.slot, 1), selfMap: 0, site: 0 };
  facts.fill(0, 0, 52);
  setProgram(facts, place);
  const measured = new Map<number, Spread>();
  const nothing = run.program('nothing');
  measured.set(0, spread(Array.from({ length: RUNS }, () => run.run(nothing, facts, REPEAT).ns)));
  for (const count of COUNTS) {
    banks.install(rulesImage(count), false);
    const { retval } = run.run(run.program('before'), facts);
    if (retval !== 1) throw new Error(`the rules do not reject the record: ${retval}`);
    const alone = run.program('alone');
    measured.set(count, spread(Array.from({ length: RUNS }, () => run.run(alone, facts, REPEAT).ns)));
  }
  return measured;
}

function printNative(measured: ReadonlyMap<number, Spread>): void {
  const empty = measured.get(0)?.median ?? Number.NaN;
  const rows = [...measured].map(([count, ns]) => {
    const name = count === 0 ? 'program that does nothing' : `filter of ${count} rules, the last rejects`;
    return [name, spreadText(ns, 0), (ns.median - empty).toFixed(0)];
  });
  const head = ['', 'ns per run', 'more than the empty program'];
  process.stdout.write(`this machine's own kernel, not emulated\n\n${table([head, ...rows])}\n`);
}

async function main(): Promise<void> {
  const program = buildHookMeasurement('bench/filter/measure.c');
  writeImages();
  process.stdout.write(`bench:filter on ${machine()}; load ${load()} before\n`);
  process.stdout.write(`${RUNS} runs of ${OPENS} opens of /dev/null, in turn; min / median / max\n\n`);
  const own = native();
  let last = '';
  if (typeof own === 'string') process.stdout.write(`native: left out: ${own}\n\n`);
  else {
    printNative(own);
    const more = (own.get(10)?.median ?? Number.NaN) - (own.get(0)?.median ?? Number.NaN);
    last += figure('filter-10-native', more, 'ns-more-than-empty', '<=', 150, 0);
  }
  // --native: without the guest
  for (const { name } of process.argv.includes('--native') ? [] : kernelCatalog) {
    const measured = await measure(name, program);
    if (typeof measured === 'string') {
      process.stdout.write(`${name}: left out: ${measured}\n\n`);
      continue;
    }
    print(measured);
    const { runNs, reserved } = measured;
    const more =
      (runNs.get('rules-10')?.median ?? Number.NaN) - (runNs.get('bench_empty')?.median ?? Number.NaN);
    last += figure(`filter-10-${name}`, more, 'ns-more-than-empty', '<=', 150, 0);
    last += figure(`filter-reserved-${name}`, reserved, 'bytes', '<=', 0, 0);
  }
  process.stdout.write(`load ${load()} after\n${last}`);
}

await main();
