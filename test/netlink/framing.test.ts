import { expect, test } from 'vitest';
import { decodeFeatures, decodeTtyStatus, encodeFeatureChange } from '../../src/netlink/features.ts';
import { decodeErrorNumber, decodeMessages, encodeRequest } from '../../src/netlink/message.ts';
import { NLMSG, REQUEST, isRecordType, isUserMessageType } from '../../src/netlink/message-types.ts';
import { decodeSignalInfo } from '../../src/netlink/signal-info.ts';
import { decodeStatus, encodeCounterReset, encodeStatusChange } from '../../src/netlink/status.ts';
import { encodeUserMessage } from '../../src/netlink/user-message.ts';
import { netlinkFixture, receivedDatagrams } from '../helpers/netlink-fixture.ts';

function messages(name: string) {
  return receivedDatagrams(name).map((datagram) => {
    const [message, ...rest] = decodeMessages(datagram) ?? [];
    expect(rest).toEqual([]);
    if (!message) throw new Error(`${name}: malformed`);
    return message;
  });
}

test('the kernel acknowledges before it replies', () => {
  expect(messages('status').map(({ type, sequence }) => [type, sequence])).toEqual([
    [NLMSG.ERROR, 1],
    [REQUEST.GET, 1],
  ]);
});

test('status is decoded', () => {
  const reply = messages('status')[1];
  expect(reply && decodeStatus(reply.payload)).toEqual({
    enabled: 0,
    failure: 1,
    pid: 0,
    rateLimit: 0,
    backlogLimit: 64,
    lost: 0,
    backlog: 0,
    featureBitmap: 0x7f,
    backlogWaitTime: 15000,
    backlogWaitTimeActual: 0,
  });
});

test('a status of an older kernel lacks what it did not send', () => {
  const reply = messages('status')[1];
  const short = decodeStatus(reply?.payload.subarray(0, 40) ?? new Uint8Array());
  expect(short).toHaveProperty('backlogWaitTime', 15000);
  expect(short).not.toHaveProperty('backlogWaitTimeActual');
  expect(decodeStatus(new Uint8Array(32))).not.toHaveProperty('featureBitmap');
  expect(decodeStatus(new Uint8Array(31))).toBeUndefined();
});

test('features, tty status and signal info are decoded', () => {
  const [features, tty, signal] = messages('features').filter((message) => message.type !== NLMSG.ERROR);
  expect(features && decodeFeatures(features.payload)).toEqual({
    onlyUnsetLoginuid: { known: true, on: false, locked: false },
    loginuidImmutable: { known: true, on: false, locked: false },
  });
  expect(tty && decodeTtyStatus(tty.payload)).toEqual({ enabled: false, logPasswords: false });
  expect(signal && decodeSignalInfo(signal.payload)).toEqual({ uid: 0xffffffff, pid: -1, subject: '' });
  expect(decodeSignalInfo(Buffer.from('e803000007000000756e636f6e66696e6564', 'hex'))).toEqual({
    uid: 1000,
    pid: 7,
    subject: 'unconfined',
  });
});

test('requests are the bytes that this kernel took', () => {
  const [status] = netlinkFixture('status');
  expect(Buffer.from(encodeRequest(REQUEST.GET, 1, new Uint8Array()))).toEqual(status?.bytes);
  const [register] = netlinkFixture('unicast');
  const pid = register?.bytes.readUInt32LE(16 + 12) ?? 0;
  expect(Buffer.from(encodeRequest(REQUEST.SET, 1, encodeStatusChange({ pid })))).toEqual(register?.bytes);
  const [reset] = netlinkFixture('counter-reset');
  expect(Buffer.from(encodeRequest(REQUEST.SET, 1, encodeCounterReset('lost')))).toEqual(reset?.bytes);
});

test('a change names exactly the members it changes', () => {
  expect(decodeStatusMask(encodeStatusChange({ enabled: 0, backlogLimit: 8192 }))).toBe(0x11);
  expect(decodeStatusMask(encodeStatusChange({}))).toBe(0);
  expect(decodeStatusMask(encodeStatusChange({ backlogWaitTime: 0 }))).toBe(0x20);
});

test('a feature is set by its bit alone', () => {
  expect(Buffer.from(encodeFeatureChange('loginuidImmutable', true, false)).toString('hex')).toBe(
    '01000000020000000200000000000000',
  );
  expect(Buffer.from(encodeFeatureChange('onlyUnsetLoginuid', false, true)).toString('hex')).toBe(
    '01000000010000000000000001000000',
  );
});

test('an error, an ack and the positive answer of a reset', () => {
  expect(decodeErrorNumber(Buffer.from('efffffff', 'hex'))).toBe(-17);
  expect(decodeErrorNumber(Buffer.from('00000000', 'hex'))).toBe(0);
  expect(decodeErrorNumber(Buffer.from('39050000', 'hex'))).toBe(1337);
  expect(decodeErrorNumber(Buffer.from('390500', 'hex'))).toBeUndefined();
});

test('a listing ends with DONE, also when there is nothing to list', () => {
  expect(messages('no-rules').map(({ type }) => type)).toEqual([NLMSG.ERROR, NLMSG.DONE]);
  const rules = messages('rules').filter(({ type }) => type === REQUEST.LIST_RULES);
  expect(rules.map(({ payload }) => payload.length)).toEqual([1040 + 16, 1040 + 16 + 21]);
});

test('several messages in one datagram, padded to four bytes', () => {
  const first = encodeRequest(REQUEST.LIST_RULES, 5, new Uint8Array([1, 2, 3]));
  const second = encodeRequest(NLMSG.DONE, 5, new Uint8Array());
  const datagram = Buffer.concat([first, Buffer.alloc(1), second]);
  expect(decodeMessages(datagram)?.map(({ type, payload }) => [type, [...payload]])).toEqual([
    [REQUEST.LIST_RULES, [1, 2, 3]],
    [NLMSG.DONE, []],
  ]);
});

test('headers that are cut off or lie are refused', () => {
  const whole = encodeRequest(REQUEST.GET, 1, new Uint8Array(4));
  expect(decodeMessages(whole.subarray(0, 15))).toBeUndefined();
  expect(decodeMessages(whole.subarray(0, 19))).toBeUndefined();
  const zero = Buffer.from(whole);
  zero.writeUInt32LE(0, 0);
  expect(decodeMessages(zero)).toBeUndefined();
  const huge = Buffer.from(whole);
  huge.writeUInt32LE(0xffffffff, 0);
  expect(decodeMessages(huge)).toBeUndefined();
});

test('records are told from replies by their type', () => {
  expect([1005, 1006, 1100, 1300, 1320, 1427, 2999].every(isRecordType)).toBe(true);
  expect([2, 3, 1000, 1001, 1013, 1019, 1329].some(isRecordType)).toBe(false);
  expect([1005, 1100, 1199, 2100, 2999].every(isUserMessageType)).toBe(true);
  expect([1000, 1099, 1200, 1427, 2000, 3000].some(isUserMessageType)).toBe(false);
});

test('a user message ends in the NUL that the kernel overwrites', () => {
  expect(Buffer.from(encodeUserMessage(1005, 'text=é')).toString('hex')).toBe('746578743dc3a900');
});

test.each([
  ['a line break', 1005, 'a\nb'],
  ['an escape', 1005, 'a\u001b[2J'],
  ['an 8-bit escape', 1005, 'a\u009b2J'],
  ['nothing', 1005, ''],
  ['too much', 1005, 'x'.repeat(8561)],
  ['a type of the kernel', 1300, 'x'],
])('a user message with %s is refused', (_what, type, text) => {
  expect(() => encodeUserMessage(type, text)).toThrow(expect.objectContaining({ code: 'E_AUDIT_MESSAGE' }));
});

test('terminal input may hold anything: the kernel escapes it', () => {
  expect(encodeUserMessage(1124, 'a\nb')).toHaveLength(4);
});

function decodeStatusMask(payload: Uint8Array): number {
  return Buffer.from(payload).readUInt32LE(0);
}
