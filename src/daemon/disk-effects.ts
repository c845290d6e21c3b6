import { spawn, type ChildProcess } from 'node:child_process';
import type { DiskEffects } from '../log/log-policy.ts';

/** Starts a program; tests put another in its place. */
export type StartProgram = (program: string, args: readonly string[], input?: string) => void;

/**
 * The real actions of auditd.conf(5): logger(1) for syslog, sendmail for mail, init for single-user mode and the
 * end. All run as processes of their own, so that none holds the daemon up.
 */
export function diskEffects(start: StartProgram = startDetached): DiskEffects {
  return {
    syslog: (text) =>
      start('/usr/bin/logger', ['-t', 'bpfauditd', '-p', 'daemon.alert', '--', oneLine(text)]),
    email: (account, subject, text) => {
      const mail = `To: ${oneLine(account)}\nSubject: ${oneLine(subject)}\n\n${text}\n`;
      start('/usr/lib/sendmail', ['-t', '-i'], mail);
    },
    exec: (program) => start(program, []),
    single: () => start('/sbin/init', ['1']),
    halt: () => start('/sbin/init', ['0']),
  };
}

/** Nothing that is said can become a second line or a header. */
function oneLine(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}

function startDetached(program: string, args: readonly string[], input?: string): void {
  const child: ChildProcess = spawn(program, args, {
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
  });
  child.on('error', (error) => process.stderr.write(`bpfauditd: start ${program}: ${error.message}\n`));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.unref();
}
