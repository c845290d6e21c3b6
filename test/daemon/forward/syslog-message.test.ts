import { expect, test } from 'vitest';
import { octetCounted, SEVERITY, syslogMessage } from '../../../src/daemon/forward/syslog-message.ts';

const SENDER = { hostname: 'web-1', pid: 42 };
const LINE = 'type=UNKNOWN[1427] msg=audit(1795156860.440:17): prog-id=7 cause="no"';

test('a record becomes a message of RFC 5424', () => {
  expect(syslogMessage(LINE, 1795156860440, SEVERITY.NOTICE, SENDER)).toBe(
    `<109>1 2026-11-20T06:41:00.440Z web-1 bpfauditd 42 UNKNOWN[1427] - ${LINE}`,
  );
});

test('nothing in a record or a name can begin another message', () => {
  const message = syslogMessage('type=X\n<13>1 forged\x1dUID="root"\0', 0, SEVERITY.INFO, {
    hostname: 'web 1\n<13>',
    pid: 1,
  });
  expect(message).toBe(
    '<110>1 1970-01-01T00:00:00.000Z web?1?<13> bpfauditd 1 X - type=X <13>1 forged UID="root" ',
  );
});

test('what is not known is -', () => {
  expect(syslogMessage('no type', 0, SEVERITY.INFO, { hostname: '', pid: 1 })).toContain(
    ' - bpfauditd 1 - - no type',
  );
});

test('a message has an end', () => {
  const message = syslogMessage('x'.repeat(200_000), 0, SEVERITY.INFO, SENDER);
  expect(message.length).toBe(65536);
  expect(message.endsWith(' [cut]')).toBe(true);
});

test('the length for a stream is that of the bytes', () => {
  expect(octetCounted('ä\nb').toString()).toBe('4 ä\nb');
});
