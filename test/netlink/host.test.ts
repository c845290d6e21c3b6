import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import { AuditEvents } from '../../src/netlink/audit-events.ts';
import { NETLINK_AUDIT } from '../../src/netlink/control-channel.ts';
import { encodeRequest } from '../../src/netlink/message.ts';
import { recordText } from '../../src/netlink/record-batch.ts';
import { door } from '../../src/sys/door.ts';
import { writeUint16, writeUint32 } from '../../src/sys/host-order.ts';
import { NetlinkSocket } from '../../src/sys/netlink-socket.ts';
import { borrowAudit } from '../helpers/borrowed-audit.ts';

const audit = await borrowAudit();
const { skipped } = audit;

describe.skipIf(skipped !== undefined)(`the kernel of this machine${skipped ? ` (${skipped})` : ''}`, () => {
  test('status is read, changed and read back', async () => {
    await audit.control.setStatus({ backlogLimit: 8192, rateLimit: 100_000 });
    expect(await audit.control.status()).toMatchObject({ backlogLimit: 8192, rateLimit: 100_000 });
    await audit.control.setStatus({ rateLimit: 0 });
    expect(await audit.control.status()).toMatchObject({ backlogLimit: 8192, rateLimit: 0 });
    await expect(audit.control.setStatus({ failure: 7 })).rejects.toMatchObject({
      code: 'E_AUDIT_REQUEST',
      errno: 22,
    });
  });

  test('features, terminals, signals and counters answer', async () => {
    expect((await audit.control.features()).loginuidImmutable.known).toBe(true);
    expect(await audit.control.ttyStatus()).toEqual({ enabled: false, logPasswords: false });
    expect((await audit.control.signalInfo()).uid).toBeGreaterThanOrEqual(0);
    const { lost } = await audit.control.status();
    expect(await audit.control.resetLost()).toBe(lost);
    expect(await audit.control.resetBacklogWaitTimeActual()).toBeGreaterThanOrEqual(0);
    await audit.control.trimWatches();
  });

  test('a rule is added, listed and deleted', async () => {
    const rule = neverRule(4242);
    await audit.control.addRule(rule);
    try {
      const listed = Uint8Array.from(rule);
      // The kernel takes the top sixteen bits for classes of system calls and clears them.
      writeUint32(listed, (3 + 63) * 4, 0x0000ffff);
      expect((await audit.control.listRules()).map(hex)).toContain(hex(listed));
      await expect(audit.control.addRule(rule)).rejects.toMatchObject({ code: 'E_AUDIT_RULE_EXISTS' });
    } finally {
      await audit.control.deleteRule(rule);
    }
    await expect(audit.control.deleteRule(rule)).rejects.toMatchObject({ code: 'E_AUDIT_RULE_MISSING' });
  });

  test('a user message comes back to the daemon and to listeners beside it', async () => {
    await audit.control.setStatus({ enabled: 1 });
    using daemon = await AuditEvents.openUnicast();
    using listener = AuditEvents.openMulticast();
    expect((await audit.control.status()).pid).toBe(process.pid);
    await audit.control.sendUserMessage(1105, 'op=bpfaudit-host-test res=success');
    const pattern = /^audit\(\d+\.\d{3}:\d+\): pid=\d+ .* msg='op=bpfaudit-host-test res=success'$/;
    expect(await find(daemon, 1105)).toMatch(pattern);
    expect(await find(listener, 1105)).toMatch(pattern);
    expect(daemon.counters).toMatchObject({ spoofed: 0, malformed: 0, dropped: 0, overruns: 0 });
    expect(daemon.receiveBufferBytes).toBe(16 * 1024 * 1024);
  });

  test('one daemon at a time, and the place is free again afterwards', async () => {
    {
      using daemon = await AuditEvents.openUnicast();
      await expect(AuditEvents.openUnicast()).rejects.toMatchObject({ code: 'E_AUDIT_DAEMON_ALIVE' });
      expect((await audit.control.status()).pid).toBe(process.pid);
      expect(daemon.portId).toBeGreaterThan(0);
    }
    expect((await audit.control.status()).pid).toBe(0);
  });

  test('what a slow listener misses is counted exactly', async () => {
    await audit.control.setStatus({ enabled: 1 });
    using listener = AuditEvents.openMulticast({ receiveBufferBytes: 2048 });
    const sent = 200;
    for (let message = 0; message < sent; message++) {
      await audit.control.sendUserMessage(1105, `op=flood n=${message}`);
    }
    // The kernel's audit thread hands records on a moment after the request was acknowledged.
    await expect.poll(() => listener.counters.dropped).toBeGreaterThan(0);
    await expect.poll(async () => (await audit.control.status()).backlog).toBe(0);
    const seen = await countUntilQuiet(listener);
    expect(listener.counters.overruns).toBe(1);
    expect(seen + listener.counters.dropped).toBeGreaterThanOrEqual(sent);
    expect(seen).toBeLessThan(sent);
  });

  test('a record that another process forges is thrown away and counted', async () => {
    using listener = AuditEvents.openMulticast();
    using forger = NetlinkSocket.open({ protocol: NETLINK_AUDIT });
    const forged = encodeRequest(1300, 0, Buffer.from('audit(1.000:1): forged'));
    expect(sendTo(forger, listener.portId, forged)).toBe(true);
    await audit.control.sendUserMessage(1105, 'op=after-forgery');
    expect(await find(listener, 1105)).toContain('op=after-forgery');
    expect(listener.counters).toMatchObject({ spoofed: 1, malformed: 0 });
  });

  test('no descriptor and no wait is left behind', async () => {
    const earlier = openSockets();
    for (let round = 0; round < 20; round++) {
      using own = AuditControl.open();
      await own.status();
      using daemon = await AuditEvents.openUnicast();
      using listener = AuditEvents.openMulticast();
      const abort = new AbortController();
      const next = listener.batches(abort.signal).next();
      setImmediate(() => abort.abort());
      await next;
      await expect(AuditEvents.openUnicast()).rejects.toThrow('another audit daemon');
      expect(daemon.portId).not.toBe(listener.portId);
    }
    await expect.poll(openSockets).toBe(earlier);
  });

  test('a process that waits for records can exit', () => {
    const script = `
      import { AuditEvents } from './src/netlink/audit-events.ts';
      setTimeout(() => process.exit(7), 100);
      for await (const batch of AuditEvents.openMulticast().batches()) void batch;`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect(child).toMatchObject({ status: 7, signal: null });
  });
});

/** `-a never,exit -F auid=ID`, which changes nothing on a machine without other rules. */
function neverRule(auid: number): Uint8Array {
  const rule = new Uint8Array(1040);
  const words = { flags: 0, fieldCount: 2, mask: 3, fields: 67, values: 131, fieldFlags: 195 };
  writeUint32(rule, words.flags * 4, 4);
  writeUint32(rule, words.fieldCount * 4, 1);
  for (let word = 0; word < 64; word++) writeUint32(rule, (words.mask + word) * 4, 0xffffffff);
  writeUint32(rule, words.fields * 4, 9);
  writeUint32(rule, words.values * 4, auid);
  writeUint32(rule, words.fieldFlags * 4, 0x40000000);
  return rule;
}

/** Text of the first record of this type that tells of these tests. */
async function find(events: AuditEvents, type: number): Promise<string | undefined> {
  for await (const batch of events.batches(AbortSignal.timeout(10_000))) {
    for (let index = 0; index < batch.length; index++) {
      if (batch.types[index] === type) return recordText(batch, index);
    }
  }
  return undefined;
}

async function countUntilQuiet(events: AuditEvents): Promise<number> {
  let count = 0;
  for await (const batch of events.batches(AbortSignal.timeout(500))) count += batch.length;
  return count;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Sockets and eventfds of this process. */
function openSockets(): number {
  return readdirSync('/proc/self/fd')
    .map(linkOf)
    .filter((link) => link.startsWith('socket:') || link.includes('eventfd')).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/** Sends to another socket instead of the kernel; needs the descriptor, which the socket does not show. */
function sendTo(socket: NetlinkSocket, portId: number, datagram: Uint8Array): boolean {
  const address = Buffer.alloc(12);
  writeUint16(address, 0, 16);
  writeUint32(address, 4, portId);
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    const own = Buffer.alloc(12);
    const size = Buffer.alloc(4);
    writeUint32(size, 0, own.length);
    door().call('c', 'int getsockname(int fd, void *addr, void *addrlen)', [fd, own, size]);
    if (own.readUInt16LE(0) !== 16 || own.readUInt32LE(4) !== socket.portId) continue;
    const sent = door().call(
      'c',
      'long sendto(int fd, const void *buf, size_t len, int flags, const void *addr, unsigned int addrlen)',
      [fd, datagram, datagram.length, 0, address, address.length],
    );
    return Number(sent) === datagram.length;
  }
  return false;
}
