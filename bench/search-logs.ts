import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A log to make. The same values always make the same bytes. */
export interface LogShape {
  readonly path: string;
  readonly sizeBytes: number;
  readonly eventsPerSecond: number;
  /** How many different files the events touch. */
  readonly files: number;
  /** One event in so many touches /etc/passwd. */
  readonly passwdEvery: number;
  readonly startSec?: number;
  readonly firstSerial?: number;
  readonly seed?: number;
}

const COMMANDS = [
  'bash',
  'cat',
  'sshd',
  'systemd',
  'python3',
  'nginx',
  'postgres',
  'cron',
  'rsyslogd',
  'containerd',
];
/** Users that a plain Debian has: ausearch looks unknown ones up again for each field, which takes minutes. */
const UIDS = [0, 0, 1, 2, 33, 33, 33, 65534];
/** System calls of x86_64 with arguments as they have them: P is a pointer, which differs each time. */
const CALLS = [
  [257, 'ffffff9c', 'P', '80000', '0'],
  [257, 'ffffff9c', 'P', '241', '1b6'],
  [257, 'ffffff9c', 'P', '90800', '0'],
  [59, 'P', 'P', 'P', '8'],
  [42, '3', 'P', '10', '0'],
  [87, 'P', '0', '0', '0'],
  [90, 'P', '1a4', '0', '0'],
  [2, 'P', '80000', '1b6', '0'],
  [21, 'P', '4', '0', '0'],
  [263, 'ffffff9c', 'P', '0', '0'],
] as const;
const HEX = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

/** xorshift32: small, seeded, the same everywhere. */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Writes a log of SYSCALL, CWD, PATH and PROCTITLE records, in the form in which the kernel and auditd write
 * them. Does nothing if a log of the size is there already.
 *
 * @returns how many events it holds, or undefined if it was there.
 */
export function makeLog(shape: LogShape): number | undefined {
  if (existsSync(shape.path) && statSync(shape.path).size >= shape.sizeBytes * 0.99) return undefined;
  mkdirSync(path.dirname(shape.path), { recursive: true });
  const fd = openSync(`${shape.path}.part`, 'w');
  const next = random(shape.seed ?? 0x5eed);
  let written = 0;
  let events = 0;
  let block = '';
  while (written + block.length < shape.sizeBytes) {
    block += eventText(shape, events, next);
    events += 1;
    if (block.length > 1 << 20) {
      written += writeSync(fd, block, null, 'latin1');
      block = '';
    }
  }
  writeSync(fd, block, null, 'latin1');
  closeSync(fd);
  renameSync(`${shape.path}.part`, shape.path);
  return events;
}

/** Writes a log and what was rotated out of it, `audit.log.N` the oldest: each goes on where the last ended. */
export function makeRotatedLogs(folder: string, count: number, shape: Omit<LogShape, 'path'>): void {
  let startSec = shape.startSec ?? 1_700_000_000;
  let firstSerial = shape.firstSerial ?? 1000;
  for (let number = count - 1; number >= 0; number -= 1) {
    const file = path.join(folder, number === 0 ? 'audit.log' : `audit.log.${number}`);
    const events = makeLog({ ...shape, path: file, startSec, firstSerial, seed: number + 1 }) ?? 0;
    firstSerial += events;
    startSec += Math.ceil(events / shape.eventsPerSecond);
  }
}

function eventText(shape: LogShape, index: number, next: () => number): string {
  const at = (shape.startSec ?? 1_700_000_000) + index / shape.eventsPerSecond;
  const milli = String(Math.floor((at % 1) * 1000)).padStart(3, '0');
  const stamp = `msg=audit(${Math.floor(at)}.${milli}:${(shape.firstSerial ?? 1000) + index}):`;
  const comm = COMMANDS[next() % COMMANDS.length] ?? 'cat';
  const uid = UIDS[next() % UIDS.length] ?? 0;
  const failed = next() % 20 === 0;
  const file =
    index % shape.passwdEvery === 0
      ? '/etc/passwd'
      : `/srv/data/${next() % 97}/file-${next() % shape.files}.dat`;
  const pid = 300 + (next() % 200);
  const [syscall, ...args] = CALLS[next() % CALLS.length] ?? CALLS[0];
  const argText = args
    .map((arg, i) => `a${i}=${arg === 'P' ? (0x7f0000000000 + next() * 16).toString(16) : arg}`)
    .join(' ');
  const id = (name: string): string => `${name}=${uid}`;
  const group = (name: string): string => `${name}=${uid}`;
  return (
    `type=SYSCALL ${stamp} arch=c000003e syscall=${syscall} success=${failed ? 'no exit=-13' : 'yes exit=3'} ` +
    `${argText} items=1 ppid=${pid - 1} pid=${pid} ` +
    `auid=${uid === 0 ? 4294967295 : uid} ${['uid', 'gid', 'euid', 'suid', 'fsuid'].map(id).join(' ')} ` +
    `${['egid', 'sgid', 'fsgid'].map(group).join(' ')} tty=${uid === 0 ? '(none)' : 'pts0'} ses=${uid === 0 ? 4294967295 : uid % 50} ` +
    `comm="${comm}" exe="/usr/bin/${comm}" subj=unconfined key="${failed ? 'denied' : 'access'}"\n` +
    `type=CWD ${stamp} cwd="/home/user${uid}"\n` +
    `type=PATH ${stamp} item=0 name="${file}" inode=${next() % 9000000} dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n` +
    `type=PROCTITLE ${stamp} proctitle=${HEX(`${comm}\0--input\0${file}`)}\n`
  );
}
