import { mkdirSync, statSync } from 'node:fs';
import { run } from './commands.ts';
import { tool } from './place.ts';
import { PROTOCOL } from './protocols.ts';
import { collecting, type SessionResult } from './session.ts';

const CGROUP = '/sys/fs/cgroup/somebody';

/** Who made a call, in the words of /proc. */
export interface Somebody {
  /** /proc/PID/task/TID/status of the thread, with its loginuid and session behind. */
  readonly proc: string;
  /** Inode of the cgroup's folder, which is its id. */
  readonly cgroup: string;
  /** Inode of the executable. */
  readonly exe: number;
  readonly ppid: number;
}

/** A call of a second thread whose process has eight different ids, a login, a session and a cgroup of its own. */
export function somebody(): SessionResult<Somebody> {
  mkdirSync(CGROUP, { recursive: true });
  const ids = ['uid=1001', 'euid=1002', 'suid=1003', 'fsuid=1004'];
  const groups = ['gid=2001', 'egid=2002', 'sgid=2003', 'fsgid=2004'];
  const more = ['auid=4242', `cgroup=${CGROUP}`, 'comm=a thread'];
  return collecting({ name: 'somebody', policies: ['stress-load'], json: true }, () => {
    const call = ['socket', String(PROTOCOL.LOAD)];
    const { status, stdout, stderr } = run(tool('subject'), [...ids, ...groups, ...more, ...call]);
    if (status !== 0) throw new Error(`subject: ${stderr}`);
    return {
      proc: stdout,
      cgroup: String(statSync(CGROUP, { bigint: true }).ino),
      exe: statSync(tool('subject')).ino,
      ppid: process.pid,
    };
  });
}
