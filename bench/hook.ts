import { join } from 'node:path';
import { kernelCatalog } from '../vm/kernel-catalog.ts';
import { outputFolder } from '../vm/paths.ts';
import { buildHookMeasurement, measureHooks } from './guest.ts';
import { measureNative, NATIVE_PROGRAMS } from './hook-native.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table, type Spread } from './report.ts';

/*
 * npm run bench:hook: what one run of a hook costs with our record, and with everything it is measured by.
 *
 * In the guest, on each kernel that was fetched; and on the kernel that carries the kfuncs, where there is one. And
 * without a hook on this machine's own kernel, at native speed.
 */
const RUNS = 5;
const OPENS = 5000;
const PROGRAMS = join(outputFolder, 'bpf/bench/programs');

/** Names in the table, by program of bench/programs, in the order in which they stand there. */
const ROWS: Readonly<Record<string, string>> = {
  bench_empty: 'program that does nothing',
  bench_gate: 'the same behind BPF_AUDIT_POLICY()',
  bench_path: 'path alone, bpf_path_d_path() or bpf_d_path()',
  bench_raw: 'raw reserve and submit of the same bytes',
  bench_printk: 'bpf_printk() of the same text',
  bench_record: 'our record with cause and file',
  bench_kfunc: 'the same record by the kfuncs, auditd reading',
};

/** The kfuncs write to audit: someone must read, and the task must be exempt so that it is one record. */
const WITH_AUDITD =
  'auditd && sleep 1 && { auditctl -D; auditctl -b 100000; auditctl -a never,task; } >/dev/null; ';

interface Kernel {
  readonly release: string;
  readonly runNs: ReadonlyMap<string, Spread>;
  readonly openNs: ReadonlyMap<string, Spread>;
  readonly instructions: ReadonlyMap<string, number>;
}

/** A reason in words if there is no such kernel. */
async function measure(kernel: string, program: string): Promise<Kernel | string> {
  const kfuncs = kernel === 'oracle';
  const objects = kfuncs ? 'hook.bpf.o hook-kfunc.bpf.o' : 'hook.bpf.o';
  const measured = await measureHooks(kernel, {
    program,
    arguments: `${RUNS} ${OPENS} ${objects}`,
    ...(kfuncs && { before: WITH_AUDITD }),
    add: [{ source: PROGRAMS, destination: '/root/programs' }],
  });
  return typeof measured === 'string' ? measured : { release: measured.release, ...parse(measured.stdout) };
}

function parse(stdout: string): Omit<Kernel, 'release'> {
  const runs = new Map<string, number[]>();
  const opens = new Map<string, number[]>();
  const instructions = new Map<string, number>();
  for (const line of stdout.split('\n')) {
    const [kind, program, first, second] = line.trim().split(' ');
    if (program === undefined) continue;
    if (kind === 'insns') instructions.set(program, Number(first));
    if (kind !== 'turn') continue;
    runs.set(program, [...(runs.get(program) ?? []), Number(first)]);
    opens.set(program, [...(opens.get(program) ?? []), Number(second)]);
  }
  return { runNs: spreads(runs), openNs: spreads(opens), instructions };
}

function spreads(values: ReadonlyMap<string, readonly number[]>): Map<string, Spread> {
  return new Map([...values].map(([name, list]) => [name, spread(list)]));
}

function print(kernel: Kernel): void {
  const rows = Object.entries(ROWS).flatMap(([program, name]) => {
    const runNs = kernel.runNs.get(program);
    const openNs = kernel.openNs.get(program);
    if (!runNs || !openNs) return [];
    const instructions = String(kernel.instructions.get(program) ?? '');
    return [[name, spreadText(runNs, 0), spreadText(openNs, 0), instructions]];
  });
  const head = ['', 'ns per run', 'ns per open() and close()', 'BPF instructions'];
  process.stdout.write(`Linux ${kernel.release}\n\n${table([head, ...rows])}\n`);
}

function figures(name: string, { runNs }: Kernel): string {
  const median = (program: string): number => runNs.get(program)?.median ?? Number.NaN;
  const own = median('bench_record') - median('bench_path');
  const gate = median('bench_gate') - median('bench_empty');
  const gateLine = figure(`hook-gate-${name}`, gate / median('bench_raw'), 'of-raw', '<=', 0.2, 3);
  const rawAndPath = median('bench_raw') + median('bench_path') - median('bench_empty');
  const line =
    gateLine +
    figure(`hook-without-path-${name}`, own / median('bench_raw'), 'of-raw', '<=', 1.5) +
    figure(`hook-with-path-${name}`, median('bench_record') / rawAndPath, 'of-raw-and-path', '<=', 1.5);
  if (!runNs.has('bench_kfunc')) return line;
  const ofKfuncs = median('bench_record') / median('bench_kfunc');
  return line + figure('hook-record', ofKfuncs, 'of-kfuncs', '<=', 1 / 6, 3);
}

/** Prints what was measured on this machine's own kernel; gives its figures. */
function native(): string {
  const measured = measureNative();
  if (typeof measured === 'string') {
    process.stdout.write(`native: left out: ${measured}\n\n`);
    return '';
  }
  const median = (program: string): number => measured.get(program)?.median ?? Number.NaN;
  const rows = [...measured].map(([program, ns]) => [
    NATIVE_PROGRAMS[program] ?? program,
    spreadText(ns, 0),
    (ns.median - median('bench_empty')).toFixed(0),
  ]);
  const head = ['', 'ns per run', 'more than the empty program'];
  process.stdout.write(`this machine's own kernel, not emulated\n\n${table([head, ...rows])}\n`);
  const path = median('bench_path') - median('bench_reserve');
  const own = median('bench_record') - path;
  return (
    figure('hook-without-path-native', own / median('bench_raw'), 'of-raw', '<=', 1.5) +
    figure(
      'hook-with-path-native',
      median('bench_record') / (median('bench_raw') + path),
      'of-raw-and-path',
      '<=',
      1.5,
    )
  );
}

async function main(): Promise<void> {
  const program = buildHookMeasurement('bench/hook/measure.c');
  process.stdout.write(`bench:hook in a guest on ${machine()}; load ${load()} before\n`);
  process.stdout.write(
    `${RUNS} runs of ${OPENS} opens of /dev/null, programs in turn; min / median / max\n\n`,
  );
  let last = native();
  for (const name of [...kernelCatalog.map((entry) => entry.name), 'oracle']) {
    const kernel = await measure(name, program);
    if (typeof kernel === 'string') {
      process.stdout.write(`${name}: left out: ${kernel}\n\n`);
      continue;
    }
    print(kernel);
    last += figures(name, kernel);
  }
  process.stdout.write(`load ${load()} after\n${last}`);
}

await main();
