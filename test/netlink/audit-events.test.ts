import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditEvents } from '../../src/netlink/audit-events.ts';
import { encodeRequest } from '../../src/netlink/message.ts';
import { NLMSG, REPLACE } from '../../src/netlink/message-types.ts';
import { recordText } from '../../src/netlink/record-batch.ts';
import { packUint32 } from '../../src/sys/host-order.ts';
import { replaceDoor } from '../../src/sys/door.ts';
import { FakeNetlink } from '../helpers/fake-netlink.ts';
import { netlinkFixture } from '../helpers/netlink-fixture.ts';

const ENOBUFS = 105;
const EEXIST = 17;

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

function record(serial: number, text = 'x'): Uint8Array {
  return encodeRequest(1300, 0, Buffer.from(`audit(1.000:${serial}): ${text}`));
}

/** Everything that is there, as text, until nothing is left. */
async function drain(events: AuditEvents): Promise<string[]> {
  const texts: string[] = [];
  const abort = new AbortController();
  for await (const batch of events.batches(abort.signal)) {
    for (let index = 0; index < batch.length; index++) texts.push(recordText(batch, index));
    if (fake.arrivals.length === 0) abort.abort();
  }
  return texts;
}

test('records come in batches with the time of the clock given', async () => {
  using events = AuditEvents.openMulticast({ clock: () => 42 });
  for (let serial = 1; serial <= 100; serial++) fake.arrivals.push({ bytes: record(serial) });
  const sizes: number[] = [];
  for await (const batch of events.batches()) {
    expect(batch.receivedAtMs).toBe(42);
    sizes.push(batch.length);
    if (fake.arrivals.length === 0) break;
  }
  expect(sizes).toEqual([64, 36]);
  expect(events.counters).toMatchObject({
    received: 100,
    overruns: 0,
    spoofed: 0,
    malformed: 0,
    truncated: 0,
  });
});

test('what is not a record of the kernel is counted, not handed out', async () => {
  using events = AuditEvents.openMulticast();
  fake.arrivals.push(
    { bytes: record(1), sender: 4711 },
    { bytes: new Uint8Array(7) },
    { bytes: new Uint8Array() },
    { bytes: encodeRequest(1300, 0, new Uint8Array(4)) },
    { errno: ENOBUFS },
    { bytes: record(2) },
  );
  fake.drops = 7;
  expect(await drain(events)).toEqual(['audit(1.000:2): x']);
  expect(events.counters).toEqual({
    received: 1,
    overruns: 1,
    dropped: 7,
    truncated: 0,
    spoofed: 1,
    malformed: 3,
  });
});

test('a record that is too long is handed out as far as it came, and counted', async () => {
  using events = AuditEvents.openMulticast();
  fake.arrivals.push({ bytes: record(1, 'x'.repeat(20_000)) }, { bytes: record(2) });
  const [long, short] = await drain(events);
  expect(long).toHaveLength(16 * 1024 - 16);
  expect(short).toBe('audit(1.000:2): x');
  expect(events.counters.truncated).toBe(1);
});

test('the recorded registration: acks and the question of a rival are not records', async () => {
  const recorded = netlinkFixture('unicast').filter((datagram) => !datagram.sent);
  expect(recorded.some(({ bytes }) => bytes.readUInt16LE(4) === REPLACE)).toBe(true);
  fake.onSend = () => {
    fake.onSend = () => {};
    fake.arrivals.push(...recorded.map(({ bytes }) => ({ bytes })));
  };
  using events = await AuditEvents.openUnicast();
  const texts = await drain(events);
  expect(texts.length).toBe(
    recorded.filter(({ bytes }) => ![2, REPLACE].includes(bytes.readUInt16LE(4))).length,
  );
  expect(texts.every((text) => text.startsWith('audit('))).toBe(true);
});

test('records that arrive before the ack of the registration are kept', async () => {
  fake.onSend = (request) => {
    fake.onSend = () => {};
    for (let serial = 1; serial <= 70; serial++) fake.arrivals.push({ bytes: record(serial) });
    fake.arrivals.push({ bytes: encodeRequest(NLMSG.ERROR, 1, packUint32([0])) });
    fake.arrivals.push({ bytes: record(71) });
    expect(request.readUInt32LE(16 + 12)).toBe(process.pid);
  };
  using events = await AuditEvents.openUnicast();
  const texts = await drain(events);
  expect(texts).toEqual(Array.from({ length: 71 }, (_, index) => `audit(1.000:${index + 1}): x`));
});

test('a living audit daemon is left alone', async () => {
  fake.onSend = () => {
    fake.arrivals.push({ bytes: encodeRequest(NLMSG.ERROR, 1, packUint32([-EEXIST >>> 0])) });
  };
  await expect(AuditEvents.openUnicast()).rejects.toMatchObject({
    code: 'E_AUDIT_DAEMON_ALIVE',
    hint: expect.stringContaining('stop auditd'),
  });
  expect(fake.sent).toHaveLength(1);
});

test('the place of the daemon is given back', async () => {
  fake.onSend = () => {
    fake.arrivals.push({ bytes: encodeRequest(NLMSG.ERROR, 1, packUint32([0])) });
  };
  const events = await AuditEvents.openUnicast();
  events[Symbol.dispose]();
  expect(fake.sent.map((datagram) => datagram.readUInt32LE(16 + 12))).toEqual([process.pid, 0]);
});

test('records that arrive while the first ones linger come in one batch', async () => {
  using events = AuditEvents.openMulticast({ lingerMs: 20 });
  const next = events.batches().next();
  await new Promise(setImmediate);
  fake.arrivals.push({ bytes: record(1) });
  fake.wake();
  await new Promise(setImmediate);
  fake.arrivals.push({ bytes: record(2) });
  expect((await next).value).toHaveProperty('length', 2);
});

test('a signal ends the lingering', async () => {
  using events = AuditEvents.openMulticast({ lingerMs: 1_000_000 });
  const abort = new AbortController();
  const next = events.batches(abort.signal).next();
  await new Promise(setImmediate);
  fake.wake();
  await new Promise(setImmediate);
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a signal ends the wait', async () => {
  using events = AuditEvents.openMulticast();
  const abort = new AbortController();
  const next = events.batches(abort.signal).next();
  await new Promise(setImmediate);
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('closing ends the wait', async () => {
  const events = AuditEvents.openMulticast();
  const next = events.batches().next();
  await new Promise(setImmediate);
  events[Symbol.dispose]();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('joining without the capability says so', () => {
  fake.failures.set('bind', 1);
  expect(() => AuditEvents.openMulticast()).toThrow(expect.objectContaining({ code: 'E_AUDIT_PERMISSION' }));
});

test('a machine out of descriptors says so', () => {
  fake.failures.set('eventfd', 24);
  expect(() => AuditEvents.openMulticast()).toThrow(expect.objectContaining({ code: 'E_FILE_DESCRIPTORS' }));
});
