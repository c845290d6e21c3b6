// Runs in the guest: the same load on bpfauditd and on auditd, five times. Prints one line of JSON for each.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as guest from '../../test/kernel/daemon/guest-daemon.mjs';

const RUNS = Number(process.argv[2]);
const TICKS_PER_SECOND = 100;
const AUDIT_LOG = '/var/log/audit/audit.log';
const PACED = { processes: 1, calls: 4000, pauseUs: 500 };
const FAST = { processes: 2, calls: 5000, pauseUs: 0 };
/** A daemon runs for years: its code is compiled, and auditd's is, before anything is measured. */
const WARM_UP = [2, 10_000, 0];

/** Seconds of CPU of a process, with all threads. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function processNamed(name) {
  const isIt = (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name;
  return Number(readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && isIt(pid)));
}

function residentMib(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** CPU per record while `load` runs and until `settled`. */
async function measure(pids, { processes, calls, pauseUs }, settled) {
  const before = pids.map(cpu);
  const begin = performance.now();
  const { EPERM = 0, ...other } = await guest.storm(processes, calls, pauseUs);
  const seconds = (performance.now() - begin) / 1000;
  const records = EPERM + Object.values(other).reduce((sum, count) => sum + count, 0);
  await settled(records);
  const spent = pids.map((pid, i) => cpu(pid) - before[i]);
  return { records, perSecond: records / seconds, cpuMicroseconds: spent.map((s) => (s * 1e6) / records) };
}

async function own() {
  guest.startOver();
  guest.configure({ source: 'none', max_log_file: 1000 });
  const daemon = await guest.startDaemon().ready();
  guest.loadPolicy('daemon-load');
  const idle = residentMib(daemon.pid);
  await guest.storm(...WARM_UP);
  await guest.caughtUp();
  const { latency: before } = await guest.ask('status');
  const paced = await measure([daemon.pid], PACED, guest.caughtUp);
  const { latency } = await guest.ask('status');
  const fast = await measure([daemon.pid], FAST, guest.caughtUp);
  const resident = residentMib(daemon.pid);
  const { records } = await guest.caughtUp();
  await daemon.end();
  return {
    idle,
    resident,
    paced,
    fast,
    p50: quantile(before, latency, 0.5),
    p99: quantile(before, latency, 0.99),
    lost: records.lost,
  };
}

/** Upper bound in seconds of the latency of this share of the records between two looks at the histogram. */
function quantile(before, after, share) {
  const wanted = (after.count - before.count) * share;
  return after.buckets.find(({ count }, i) => count - before.buckets[i].count >= wanted).seconds;
}

/** One record for each call, as the policy writes one. */
async function peer() {
  guest.startOver();
  rmSync(AUDIT_LOG, { force: true });
  execFileSync('auditctl', ['-b', '32768']);
  execFileSync('auditctl', ['-D']);
  mkdirSync('/var/log/audit', { recursive: true });
  const conf = readFileSync('/etc/audit/auditd.conf', 'utf8')
    .replace(/^log_format.*/m, 'log_format = RAW')
    .replace(/^flush.*/m, 'flush = INCREMENTAL_ASYNC')
    .replace(/^max_log_file .*/m, 'max_log_file = 1000');
  writeFileSync('/etc/audit/auditd.conf', conf);
  const daemon = spawn('auditd', ['-n'], { stdio: 'ignore' });
  while (!execFileSync('auditctl', ['-s'], { encoding: 'utf8' }).includes(`pid ${daemon.pid}\n`))
    await delay(50);
  execFileSync('auditctl', ['-a', 'always,exclude', '-F', 'msgtype=PROCTITLE']);
  execFileSync('auditctl', ['-a', 'always,exit', '-F', 'arch=b64', '-S', 'socket', '-F', 'a2=1427']);
  const pids = [daemon.pid, processNamed('kauditd')];
  const settled = async () => {
    for (let size = -1; size !== statSync(AUDIT_LOG).size;) {
      size = statSync(AUDIT_LOG).size;
      await delay(500);
    }
  };
  const idle = residentMib(daemon.pid);
  await guest.storm(...WARM_UP);
  await settled();
  const paced = await measure(pids, PACED, settled);
  const fast = await measure(pids, FAST, settled);
  const resident = residentMib(daemon.pid);
  const lost = Number(/^lost (\d+)/m.exec(execFileSync('auditctl', ['-s'], { encoding: 'utf8' }))?.[1]);
  execFileSync('auditctl', ['-D']);
  daemon.kill('SIGTERM');
  await new Promise((fulfil) => daemon.on('exit', fulfil));
  return { idle, resident, paced, fast, lost };
}

for (let run = 0; run < RUNS; run++) {
  process.stdout.write(`${JSON.stringify({ own: await own(), peer: await peer() })}\n`);
}
