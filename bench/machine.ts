import { readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';

/** Processor, kernel and Node, for the head of a report. */
export function machine(): string {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown CPU';
  return `${model}, ${availableParallelism()} CPUs, Linux ${release()}, Node ${process.versions.node}`;
}

/** The load of the machine; figures of a busy one mean less. */
export function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]!;
}
