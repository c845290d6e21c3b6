import { openSync, writeSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { ProgramDirectory } from '../../src/bpf/program-directory.ts';
import { SharedMaps } from '../../src/bpf/shared-maps.ts';
import { Collector } from '../../src/daemon/collector.ts';
import { DirectOutput } from '../../src/daemon/direct-output.ts';
import { auditLine } from '../../src/daemon/event-format.ts';
import { Generator } from './generator.ts';

/**
 * The TypeScript side of bench:ring: the product's own collector between the ring and a sink that counts.
 *
 *     node --expose-gc reader.js OBJECT PIN-ROOT WARM-UP-ROUNDS ROUNDS REPEAT [FILE]
 *
 * A round fills the ring with REPEAT records and then collects them; only collecting is timed.
 */
const [object, pinRoot, warmUp, rounds, repeat, file] = process.argv.slice(2);
if (object === undefined || pinRoot === undefined) throw new Error('usage: reader OBJECT PIN-ROOT ...');
const out = file === undefined ? undefined : openSync(file, 'w');

let bytes = 0;
using generator = new Generator(object, pinRoot);
using maps = SharedMaps.open({ pinRoot });
const programs = new ProgramDirectory(maps.fd('bpf_audit_foreign'), maps.fd('bpf_audit_ring'));
using collector = new Collector({
  maps,
  programs,
  sink: {
    write(lines) {
      bytes += lines.length;
      if (out !== undefined) writeSync(out, lines);
    },
  },
});

collector.writeTo(new DirectOutput(collector.out, auditLine, collector.serials, collector.left));

/** What collecting took, in nanoseconds: on the clock, and on the CPU with all threads of the process. */
const spent = { clock: 0, cpu: 0 };

function roundTrip(): void {
  generator.fill(Number(repeat));
  const cpu = process.cpuUsage();
  const begin = performance.now();
  collector.drain();
  spent.clock += (performance.now() - begin) * 1e6;
  const { user, system } = process.cpuUsage(cpu);
  spent.cpu += (user + system) * 1e3;
}

let scavenges = 0;
const observer = new PerformanceObserver((list) => (scavenges += list.getEntries().length));
observer.observe({ entryTypes: ['gc'] });

for (let i = 0; i < Number(warmUp); i++) roundTrip();
await new Promise((fulfil) => {
  setTimeout(fulfil, 10);
});
globalThis.gc?.();
await new Promise((fulfil) => {
  setTimeout(fulfil, 10);
});
scavenges = 0;
const before = collector.counts.events;
const heapBefore = process.memoryUsage().heapUsed;
spent.clock = spent.cpu = 0;
for (let i = 0; i < Number(rounds); i++) roundTrip();
await new Promise((fulfil) => {
  setTimeout(fulfil, 10);
});
const garbage = process.memoryUsage().heapUsed - heapBefore;
const collections = scavenges;
globalThis.gc?.();
const growth = process.memoryUsage().heapUsed - heapBefore;
const { events, lost, malformed } = collector.counts;
process.stdout.write(
  `${JSON.stringify({
    records: events - before,
    ns: Math.round(spent.clock),
    cpu: spent.cpu,
    bytes,
    lost,
    malformed,
    garbage,
    growth,
    collections,
    rss: process.memoryUsage.rss(),
  })}\n`,
);
