import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import { encodeRequest } from '../../src/netlink/message.ts';
import { NLMSG, REQUEST } from '../../src/netlink/message-types.ts';
import { packUint32 } from '../../src/sys/host-order.ts';
import { replaceDoor } from '../../src/sys/door.ts';
import { FakeNetlink } from '../helpers/fake-netlink.ts';
import { netlinkFixture } from '../helpers/netlink-fixture.ts';

const ENOBUFS = 105;
const EPROTONOSUPPORT = 93;
const ECONNREFUSED = 111;
const EPERM = 1;

let fake: FakeNetlink;
let restore: Disposable;

beforeEach(() => {
  fake = new FakeNetlink();
  restore = replaceDoor(fake);
});

afterEach(() => {
  restore[Symbol.dispose]();
  expect([...fake.open]).toEqual([]);
});

/** Answers each request as the recorded kernel did, and checks that it is the recorded request. */
function replay(name: string): void {
  const datagrams = netlinkFixture(name);
  fake.onSend = (request) => {
    expect(request).toEqual(datagrams.shift()?.bytes);
    while (datagrams[0] && !datagrams[0].sent)
      fake.arrivals.push({ bytes: datagrams.shift()?.bytes ?? request });
  };
}

/** Answers every request with an ack of this number. */
function acknowledge(number: number): void {
  fake.onSend = (request) => {
    fake.arrivals.push({ bytes: ack(request, number) });
  };
}

function ack(request: Buffer, number: number): Uint8Array {
  return encodeRequest(NLMSG.ERROR, request.readUInt32LE(8), packUint32([number >>> 0, 0, 0, 0, 0]));
}

test('a recorded status conversation', async () => {
  replay('status');
  using control = AuditControl.open();
  expect(await control.status()).toMatchObject({ backlogLimit: 64, backlogWaitTime: 15000 });
});

test('a recorded conversation about features, terminals and signals', async () => {
  replay('features');
  using control = AuditControl.open();
  expect(await control.features()).toHaveProperty('loginuidImmutable.known', true);
  expect(await control.ttyStatus()).toHaveProperty('enabled', false);
  expect(await control.signalInfo()).toHaveProperty('pid', -1);
});

test('a recorded listing, then a rule that exists', async () => {
  replay('rules');
  using control = AuditControl.open();
  const rules = await control.listRules();
  expect(rules.map((rule) => Buffer.from(rule.subarray(1040)).toString())).toEqual([
    'bpfaudit-fixture',
    '/etc/bpfaudit-fixturebpfaudit-fixture',
  ]);
  await expect(control.addRule(rules[0] ?? new Uint8Array())).rejects.toMatchObject({
    code: 'E_AUDIT_RULE_EXISTS',
    errno: 17,
  });
});

test('an empty listing is not a failure', async () => {
  replay('no-rules');
  using control = AuditControl.open();
  expect(await control.listRules()).toEqual([]);
});

test('a positive number in an ack is the old counter', async () => {
  acknowledge(1337);
  using control = AuditControl.open();
  expect(await control.resetLost()).toBe(1337);
  expect(await control.resetBacklogWaitTimeActual()).toBe(1337);
});

test('requests made at the same time are answered one after the other', async () => {
  acknowledge(0);
  using control = AuditControl.open();
  await Promise.all([
    control.setStatus({ enabled: 1 }),
    control.trimWatches(),
    control.setStatus({ failure: 1 }),
  ]);
  expect(fake.sent.map((datagram) => [datagram.readUInt16LE(4), datagram.readUInt32LE(8)])).toEqual([
    [REQUEST.SET, 1],
    [REQUEST.TRIM, 2],
    [REQUEST.SET, 3],
  ]);
});

test('a refusal does not stop the next request', async () => {
  acknowledge(-EPERM);
  using control = AuditControl.open();
  await expect(control.setStatus({ enabled: 1 })).rejects.toMatchObject({ code: 'E_AUDIT_PERMISSION' });
  acknowledge(0);
  await control.setStatus({ enabled: 1 });
});

test('an answer that a process sent is not believed', async () => {
  fake.onSend = (request) => {
    fake.arrivals.push({ bytes: ack(request, -EPERM), sender: 4711 }, { bytes: ack(request, 0) });
  };
  using control = AuditControl.open();
  await control.setStatus({ enabled: 1 });
});

test('an answer to another request is not taken for this one', async () => {
  fake.onSend = (request) => {
    const other = Buffer.from(request);
    other.writeUInt32LE(99, 8);
    fake.arrivals.push({ bytes: ack(other, -EPERM) }, { bytes: ack(request, 0) });
  };
  using control = AuditControl.open();
  await control.setStatus({ enabled: 1 });
});

test.each([
  ['cut off', (request: Buffer) => ack(request, 0).subarray(0, 12)],
  [
    'without a number',
    (request: Buffer) => encodeRequest(NLMSG.ERROR, request.readUInt32LE(8), new Uint8Array(2)),
  ],
  ['too long', () => new Uint8Array(20_000)],
])('an ack that is %s is an error', async (_what, answer) => {
  fake.onSend = (request) => {
    fake.arrivals.push({ bytes: answer(request) });
  };
  using control = AuditControl.open();
  await expect(control.setStatus({ enabled: 1 })).rejects.toMatchObject({ code: 'E_AUDIT_REPLY' });
});

test('an overrun is an error: part of a listing is not a listing', async () => {
  fake.onSend = () => {
    fake.arrivals.push({ errno: ENOBUFS });
  };
  using control = AuditControl.open();
  await expect(control.listRules()).rejects.toMatchObject({ code: 'E_AUDIT_REPLY' });
});

test('closing ends a request that nobody answers', async () => {
  const control = AuditControl.open();
  const status = expect(control.status()).rejects.toMatchObject({ code: 'E_AUDIT_REPLY' });
  await new Promise(setImmediate);
  control[Symbol.dispose]();
  await status;
});

test('a kernel without audit says so', () => {
  fake.failures.set('socket', EPROTONOSUPPORT);
  expect(() => AuditControl.open()).toThrow(
    expect.objectContaining({ code: 'E_AUDIT_UNAVAILABLE', hint: expect.stringContaining('CONFIG_AUDIT') }),
  );
});

test('a container says so', async () => {
  fake.failures.set('sendto', ECONNREFUSED);
  using control = AuditControl.open();
  await expect(control.status()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
});

test('two paths are made equivalent by their lengths and bytes', async () => {
  acknowledge(0);
  using control = AuditControl.open();
  await control.makeEquivalent('/mnt', '/srv/x');
  expect(fake.sent[0]?.subarray(16).toString('hex')).toBe(
    `0400000006000000${Buffer.from('/mnt/srv/x').toString('hex')}`,
  );
});
