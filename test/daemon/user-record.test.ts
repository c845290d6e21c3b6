import { expect, test } from 'vitest';
import { quotable, userMessages } from '../../src/daemon/user-record.ts';
import { USER_MESSAGE_MAX_BYTES } from '../../src/netlink/user-message.ts';

const never = (): boolean => false;
const always = (): boolean => true;
const ID = 'audit(1795160349.655:31): ';
const decision = (body: string): string => `type=UNKNOWN[1427] msg=${ID}${body}`;

test('a decision says which event it belongs to, and how it ended', () => {
  expect(userMessages(decision('prog-id=5 pid=151 comm="cat" cause="secret" verdict=-1'), always)).toEqual([
    'op=bpf-lsm-access event=1795160349.655:31 prog-id=5 pid=151 comm="cat" cause="secret" verdict=-1 res=failed',
  ]);
  expect(userMessages(decision('prog-id=5 verdict=0'), always)[0]).toMatch(/ verdict=0 res=success$/);
  expect(userMessages(decision('prog-id=5 verdict=-13 permissive=1'), always)[0]).toMatch(/=1 res=success$/);
  expect(userMessages(decision('prog-id=5 pid=151'), always)[0]).not.toContain('res=');
});

test('what the kernel writes itself is not sent', () => {
  const kernels = `type=SYSCALL msg=${ID}arch=c000003e syscall=257 key="x origin=bpf"`;
  const ours = `type=SYSCALL msg=${ID}arch=c000003e syscall=257 key=(null) origin=bpf`;
  expect(userMessages(kernels, never)).toEqual([]);
  expect(userMessages(ours, always)).toEqual([]);
  expect(userMessages(ours, never)).toEqual([
    'op=bpf-lsm-event record=SYSCALL event=1795160349.655:31 arch=c000003e syscall=257 key=(null) origin=bpf',
  ]);
});

test('losses and the life of programs keep their own op', () => {
  expect(
    userMessages(`type=DAEMON_ERR msg=${ID}op=bpf-records-lost prog-id=5 lost=3 res=failed`, always),
  ).toEqual(['record=DAEMON_ERR event=1795160349.655:31 op=bpf-records-lost prog-id=5 lost=3 res=failed']);
  expect(userMessages(`type=BPF msg=${ID}prog-id=5 op=LOAD origin=bpf`, always).length).toBe(1);
  expect(userMessages(`type=BPF msg=${ID}prog-id=5 op=LOAD`, always)).toEqual([]);
});

test('what is no record is not sent', () => {
  expect(userMessages('', never)).toEqual([]);
  expect(userMessages('hello', never)).toEqual([]);
});

test.each([
  ['comm="it\'s"', `comm=${Buffer.from("it's").toString('hex').toUpperCase()}`],
  ["netif=eth'0", `netif=${Buffer.from("eth'0").toString('hex').toUpperCase()}`],
  ['lockdown_reason="use of bpf to read" pid=1', 'lockdown_reason="use of bpf to read" pid=1'],
  ["'stray", '?stray'],
  ['a="x\u001b[2J"', `a=${Buffer.from('x\u001b[2J').toString('hex').toUpperCase()}`],
])('%s cannot end the message', (body, expected) => {
  expect(quotable(body)).toBe(expected);
});

test('no input forges a quote or a control character', () => {
  const pieces = [
    "'",
    '"',
    '=',
    ' ',
    'a',
    '\n',
    '\u0000',
    '\u001b',
    'ä',
    "' res=success '",
    'comm="',
    'pid=1',
  ];
  let seed = 7;
  const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
  for (let round = 0; round < 5000; round++) {
    const body = Array.from(
      { length: 1 + (random() % 12) },
      () => pieces[(random() >> 8) % pieces.length],
    ).join('');
    expect(quotable(body)).toMatch(/^[\u0020-\u0026\u0028-\u007e]*$/);
  }
});

test('a record that is too long goes in parts that hold whole fields', () => {
  const path = 'A'.repeat(8000);
  const messages = userMessages(decision(`prog-id=5 path=${path} name=${path} verdict=-1`), always);
  expect(messages.length).toBe(2);
  expect(messages.every((message) => message.length <= USER_MESSAGE_MAX_BYTES)).toBe(true);
  expect(messages[0]).toMatch(/^op=bpf-lsm-access event=1795160349\.655:31 part=1\/2 prog-id=5 path=A+$/);
  expect(messages[1]).toMatch(
    /^op=bpf-lsm-access event=1795160349\.655:31 part=2\/2 name=A+ verdict=-1 res=failed$/,
  );
});

test('a field that is too long even alone is cut, and says so', () => {
  const messages = userMessages(decision(`prog-id=5 text=${'AB'.repeat(9000)} verdict=-1`), always);
  expect(messages.every((message) => message.length <= USER_MESSAGE_MAX_BYTES)).toBe(true);
  const hex = messages.join(' ').match(/text=([AB]+) truncated=text/)?.[1] ?? '';
  expect(hex.length).toBeGreaterThan(8000);
  expect(hex.length % 2).toBe(0);
  const quoted = userMessages(decision(`text="${'x'.repeat(20_000)}"`), always);
  expect(quoted.join(' ')).toMatch(/text="x+" truncated=text/);
});
