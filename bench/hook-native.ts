import { join } from 'node:path';
import { TestRun } from '../test/helpers/test-run.ts';
import { outputFolder } from '../vm/paths.ts';
import { spread, type Spread } from './report.ts';

const OBJECT = join(outputFolder, 'bpf/bench/programs/hook-native.bpf.o');
const RUNS = 5;
/** Records a turn: they and those of a turn before have room in the ring. */
const REPEAT = 10_000;
/** `BPF_AUDIT_CHUNK` and the head that the ring puts before it. */
const ENTRY = 776;

/** Programs of bench/programs/hook-native.bpf.c, by what they do. */
export const NATIVE_PROGRAMS: Readonly<Record<string, string>> = {
  bench_empty: 'program that does nothing',
  bench_reserve: 'reserve and submit alone',
  bench_raw: 'raw reserve and submit of the same bytes',
  bench_path: 'reserve, submit, and the path by the walk',
  bench_record: 'our record with cause and file, path by the walk',
};

/**
 * Nanoseconds of each program on this machine's own kernel, not emulated; a reason in words if this machine does not
 * let us. Includes what a test run costs by itself.
 */
export function measureNative(): ReadonlyMap<string, Spread> | string {
  const opened = TestRun.open(OBJECT);
  if (typeof opened === 'string') return opened;
  using run = opened;
  const consumer = run.map('bpf_audit_ring', 4096);
  const packet = Buffer.alloc(64);
  const times = new Map<string, number[]>();
  let entries = 0;
  for (let turn = 0; turn < RUNS; turn++) {
    for (const name of Object.keys(NATIVE_PROGRAMS)) {
      const { ns } = run.run(run.program(name), packet, REPEAT);
      if (name !== 'bench_empty') entries += REPEAT;
      // nobody reads the ring: what is in it is passed over
      consumer.setBigUint64(0, BigInt(entries * ENTRY), true);
      times.set(name, [...(times.get(name) ?? []), ns]);
    }
  }
  return new Map([...times].map(([name, list]) => [name, spread(list)]));
}
