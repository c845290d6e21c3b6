// The disk under the log fails in several ways while a policy denies and tells.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as guest from './guest-daemon.mjs';

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' });
const folder = `${guest.logFolder}/log`;
const log = `${folder}/audit.log`;
const loadDisk = '/guest/modules/load-disk';
if (!existsSync(loadDisk)) {
  throw new Error('these kernels were fetched without file systems: run vm/fetch-kernels.sh');
}
let denied = 0;
async function deny() {
  const { EPERM = 0, ...other } = await guest.storm(2, 100, 0);
  if (Object.keys(other).length > 0) throw new Error(`not denied: ${JSON.stringify(other)}`);
  denied += EPERM;
}

/** Waits until the status is as it should be. */
async function until(what, holds) {
  for (let tries = 0; tries < 200; tries++) {
    const status = await guest.ask('status');
    if (status.records.unread === 0 && holds(status.log)) return status;
    await delay(100);
  }
  throw new Error(`never ${what}: ${JSON.stringify(await guest.ask('status'))}`);
}
/** The kernel takes its time for that. */
async function untilReadOnly(mountPoint) {
  const line = new RegExp(`^\\S+ ${mountPoint} \\S+ ro[ ,]`, 'm');
  for (let tries = 0; tries < 300; tries++) {
    if (line.test(readFileSync('/proc/mounts', 'utf8'))) return;
    await delay(100);
  }
  throw new Error(`${mountPoint} never became read-only`);
}
const written = () => until('written', ({ waiting }) => waiting === 0);
const read = (file) => readFileSync(file, 'latin1').split('\n').slice(0, -1);
const own = (lines) => lines.filter((line) => line.startsWith('type=DAEMON_'));

guest.startOver();
mkdirSync(guest.logFolder, { recursive: true, mode: 0o700 });
run('sh', loadDisk);
run('truncate', '-s', '8M', '/root/disk.img');
run('mkfs.ext4', '-q', '-F', '/root/disk.img');
run('mount', '-t', 'ext4', '-o', 'loop', '/root/disk.img', guest.logFolder);

guest.configure({
  source: 'none',
  log_file: log,
  // a line is in the log when the disk has it: else memory may take what a read-only disk does not
  flush: 'data',
  space_left: 3,
  space_left_action: 'ignore',
  admin_space_left: 2,
  admin_space_left_action: 'ignore',
  disk_full_action: 'syslog',
  disk_error_action: 'syslog',
});
const daemon = await guest.startDaemon().ready();
guest.loadPolicy('daemon-load');
await deny();
await written();

// No room is left: what is decided meanwhile waits in memory.
try {
  execFileSync('dd', ['if=/dev/zero', `of=${guest.logFolder}/filler`, 'bs=4096'], { stdio: 'ignore' });
} catch {
  // until the disk is full
}
await deny();
const full = await until('full', ({ waiting }) => waiting > 0);
unlinkSync(`${guest.logFolder}/filler`);
await written();
guest.tell('full', { waiting: full.log.waiting, records: own(read(log)) });

// The disk can't be written to any more, as after an error of its own.
const before = own(read(log)).length;
writeFileSync('/proc/sysrq-trigger', 'u');
await untilReadOnly(guest.logFolder);
await deny();
const readOnly = await until('read-only', ({ waiting }) => waiting > 0);
run('mount', '-o', 'remount,rw', guest.logFolder);
await written();
guest.tell('read-only', { waiting: readOnly.log.waiting, records: own(read(log)).slice(before) });

// The file is deleted, as by a careless logrotate.
const deleted = openSync(log, 'r');
unlinkSync(log);
await deny();
await written();
const lines = read(deleted);
closeSync(deleted);
guest.tell('deleted', own(read(log)));

// The folder is moved away, and another is in its place.
renameSync(folder, `${guest.logFolder}/old`);
mkdirSync(folder, { mode: 0o700 });
await deny();
const { records } = await written();
guest.tell('replaced', own(read(log)));
await daemon.end();
lines.push(...read(`${guest.logFolder}/old/audit.log`), ...read(log));

guest.tell('sum', { denied, ...guest.numbers(lines), sum: records });
run('umount', guest.logFolder);
