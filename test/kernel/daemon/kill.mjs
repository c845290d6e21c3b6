// kill.mjs KILLS: the daemon is killed at random moments while a policy that outlives it denies and tells.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as guest from './guest-daemon.mjs';

const kills = Number(process.argv[2]);
/** More than what it says at the start. */
const AT_WORK_BYTES = 5000;
const AT_WORK_MS = 300;
const STARTING_MS = 1500;

guest.startOver();
guest.configure({
  source: 'serial',
  companion_rules: false,
  max_log_file: 1,
  max_log_file_action: 'keep_logs',
});
guest.loadPolicy('daemon-load');

/** Bytes of the log and of its rotated files. */
function logSize() {
  if (!existsSync(guest.logFolder)) return 0;
  const sizes = readdirSync(guest.logFolder).map((name) => statSync(`${guest.logFolder}/${name}`).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

const begin = performance.now();
const load = guest.load(1, 100, 3000);
const lives = [];
for (let i = 0; i < kills; i++) {
  const daemon = guest.startDaemon();
  // Some of them at work, the others while they start: what the one before has left is recovered then.
  const atWork = i % 4 === 0;
  const begun = logSize();
  if (atWork) while (logSize() < begun + AT_WORK_BYTES) await delay(10);
  await delay(Math.random() * (atWork ? AT_WORK_MS : STARTING_MS));
  daemon.kill('SIGKILL');
  lives.push([atWork, await daemon.exited]);
}
await load.end();
const last = await guest.startDaemon().ready();
const status = await guest.caughtUp();
await last.end();

const lines = guest.logLines();
guest.tell('kill', {
  seconds: Math.round((performance.now() - begin) / 1000),
  kills: lives.filter(([, signal]) => signal === 'SIGKILL').length,
  killedAtWork: lives.filter(([atWork]) => atWork).length,
  probes: load.probes,
  ...guest.numbers(lines),
  rotated: lines.filter((line) => line.startsWith('type=DAEMON_ROTATE ')).length,
  losses: lines.filter((line) => / op=(?:bpf-records-lost|log-lines-lost) /.test(line)),
  status: { ...status.records, ring: status.ring, programs: status.programs },
  torn: lines.filter((line) => !/^type=\S+ msg=audit\(\d+\.\d{3}:\d+\): [\x20-\x7e]*$/.test(line)).length,
});
