import { expect, test } from 'vitest';
import type { ScenarioResults } from '../scenario-run.ts';
import { linesOf } from './record-line.ts';

/** A line of /proc/PID/status as numbers. */
function numbers(proc: string, name: string): number[] {
  const line = new RegExp(`^${name}:\\t(.*)$`, 'm').exec(proc)?.[1];
  return (line ?? '').split('\t').map(Number);
}

/** Who did it. */
export function subjectChecks(results: () => ScenarioResults): void {
  test('a record says of a task what /proc says of it', () => {
    const { text, programs, result } = results().get('somebody');
    const { proc, cgroup, exe, ppid } = result;
    const [line = '', ...more] = linesOf(text);
    expect(more).toEqual([]);
    const record: Record<string, unknown> = JSON.parse(line);
    const [uid, euid, suid, fsuid] = numbers(proc, 'Uid');
    const [gid, egid, sgid, fsgid] = numbers(proc, 'Gid');
    const [pid, tid] = [...numbers(proc, 'Tgid'), ...numbers(proc, 'Pid')];
    const [auid, ses] = [...numbers(proc, 'Loginuid'), ...numbers(proc, 'Sessionid')];
    expect([uid, euid, suid, fsuid, gid, egid, sgid, fsgid, auid]).toEqual([
      1001, 1002, 1003, 1004, 2001, 2002, 2003, 2004, 4242,
    ]);
    expect(tid).not.toBe(pid);
    expect(ses).not.toBe(4_294_967_295);
    expect(record).toMatchObject({
      uid,
      euid,
      suid,
      fsuid,
      gid,
      egid,
      sgid,
      fsgid,
      auid,
      ses,
      pid,
      tid,
      ppid,
      comm: 'a thread',
      exe_inode: exe,
      hook: 'socket_create',
      prog: 'load_deny',
      prog_id: programs[0]?.id,
    });
    expect(String(record['cgroup'])).toBe(cgroup);
    // socket(AF_UNIX, SOCK_DGRAM, PROTOCOL)
    expect(record).toMatchObject({ syscall: 41, a0: '1', a1: '2', a2: (1427).toString(16) });
  });
}
