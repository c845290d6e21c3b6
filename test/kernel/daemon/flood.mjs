// flood.mjs SECONDS: more than the daemon can take. Prints the memory of the daemon second by second.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as guest from './guest-daemon.mjs';

const seconds = Number(process.argv[2]);
guest.startOver();
guest.configure({
  source: 'none',
  size: 262144,
  flush: 'none',
  max_log_file_action: 'keep_logs',
  space_left: 3,
  admin_space_left: 2,
  admin_space_left_action: 'ignore',
});
const daemon = await guest.startDaemon().ready();
guest.loadPolicy('daemon-load');

const begin = performance.now();
const passed = () => (performance.now() - begin) / 1000;
const load = guest.load(4, 2000, 0);

/** Resident memory of the daemon, and how long a program of somebody else takes to start meanwhile. */
const curve = [];
const others = [];
while (passed() < seconds) {
  const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1];
  curve.push(Math.round(Number(rss) / 1024));
  const start = performance.now();
  execFileSync('/usr/bin/busybox', ['true']);
  others.push(Math.round(performance.now() - start));
  await delay(1000);
}
await load.end();
const { records, ring, latency, log } = await guest.caughtUp();
await daemon.end();

const lines = guest.logLines();
const found = execFileSync('ausearch', ['-if', guest.logFolder, '-m', 'DAEMON_ERR', '--raw'], {
  encoding: 'utf8',
});
const sum = (text) =>
  [...text.matchAll(/ op=bpf-records-lost .* lost=(\d+) /g)].reduce((n, [, lost]) => n + Number(lost), 0);
guest.tell('flood', {
  seconds: Math.round(passed()),
  curveMiB: curve,
  slowestOtherMs: Math.max(...others),
  probes: load.probes,
  balance: records,
  ring,
  latency: { p50: latency.p50Seconds, p99: latency.p99Seconds },
  log,
  ...guest.numbers(lines),
  lostInLog: sum(lines.join('\n')),
  lostFoundByAusearch: sum(found),
});
