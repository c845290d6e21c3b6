import { expect, test } from 'vitest';
import { diskEffects } from '../../src/daemon/disk-effects.ts';

test('each action starts its program, and nothing that is said becomes a second line', () => {
  const started: unknown[] = [];
  const effects = diskEffects((...call) => started.push(call));
  effects.syslog('full\nforged');
  effects.email('root\nBcc: all', 'Audit\ralert', 'text');
  effects.exec('/usr/local/bin/free');
  effects.single();
  effects.halt();
  expect(started).toEqual([
    ['/usr/bin/logger', ['-t', 'bpfauditd', '-p', 'daemon.alert', '--', 'full?forged']],
    ['/usr/lib/sendmail', ['-t', '-i'], 'To: root?Bcc: all\nSubject: Audit?alert\n\ntext\n'],
    ['/usr/local/bin/free', []],
    ['/sbin/init', ['1']],
    ['/sbin/init', ['0']],
  ]);
});
