import { expect, test } from 'vitest';
import { journalRecord, jsonRecord, syslogRecord } from '../../../src/daemon/forward/record-message.ts';

const DENIAL =
  'type=UNKNOWN[1427] msg=audit(1700000000.123:77): prog-id=5 pid=1 comm="cat" name=6100 verdict=-1 name="b"';
const SENDER = { hostname: 'web1', pid: 9 };

test('syslog: the time of the event, its type, a severity by what it says', () => {
  expect(syslogRecord(Buffer.from(DENIAL), SENDER, 0).toString()).toBe(
    `<108>1 2023-11-14T22:13:20.123Z web1 bpfauditd 9 UNKNOWN[1427] - ${DENIAL}`,
  );
  const monitored = DENIAL.replace('verdict=-1', 'verdict=-13 permissive=1');
  expect(syslogRecord(Buffer.from(monitored), SENDER, 0).toString()).toMatch(/^<109>1 /);
  const lost = 'type=DAEMON_ERR msg=audit(1700000000.123:78): op=x res=failed';
  expect(syslogRecord(Buffer.from(lost), SENDER, 0).toString()).toMatch(/^<107>1 /);
});

test("syslog: what another program's record says of itself does not raise its severity", () => {
  const said = "type=USER_CMD msg=audit(1700000000.123:79): pid=1 msg='type=DAEMON_ERR verdict=-1 '";
  expect(syslogRecord(Buffer.from(said), SENDER, 0).toString()).toMatch(/^<109>1 /);
  expect(syslogRecord(Buffer.from(`node=web1 ${DENIAL}`), SENDER, 0).toString()).toMatch(/^<108>1 /);
});

test('journald: no value begins a field', () => {
  const text = journalRecord(Buffer.from(`${DENIAL}\nPRIORITY=0`)).toString();
  expect(text.split('\n')).toEqual([
    `MESSAGE=${DENIAL} PRIORITY=0`,
    'PRIORITY=4',
    'SYSLOG_IDENTIFIER=bpfauditd',
    'SYSLOG_FACILITY=13',
    'BPFAUDIT_TYPE=UNKNOWN[1427]',
    'BPFAUDIT_EVENT=1700000000.123:77',
    '',
  ]);
});

test('json: one object a line, the first value of a name counts', () => {
  expect(JSON.parse(jsonRecord(Buffer.from(`node=n1 ${DENIAL}`)).toString())).toEqual({
    node: 'n1',
    type: 'BPF_LSM_ACCESS',
    time: '2023-11-14T22:13:20.123Z',
    serial: 77,
    fields: { 'prog-id': '5', pid: '1', comm: 'cat', name: '6100', verdict: '-1' },
  });
  expect(jsonRecord(Buffer.from('{"a":1}')).toString()).toBe('{"a":1}\n');
  expect(JSON.parse(jsonRecord(Buffer.from('what "is" this')).toString())).toEqual({
    text: 'what "is" this',
  });
  const odd = 'type=X msg=audit(1.000:1): __proto__=1 constructor=2';
  expect(Object.keys(JSON.parse(jsonRecord(Buffer.from(odd)).toString()).fields)).toEqual([
    '__proto__',
    'constructor',
  ]);
});
