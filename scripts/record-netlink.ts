/**
 * Records what this kernel says on NETLINK_AUDIT into test/fixtures/netlink: one file per conversation, one
 * line per datagram, `>` sent and `<` received, in hex. Run as root where no audit daemon runs:
 *
 *     npx tsx scripts/record-netlink.ts
 *
 * It switches audit on for a moment and puts the old state back.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { AuditControl } from '../src/netlink/audit-control.ts';
import { AuditEvents } from '../src/netlink/audit-events.ts';
import { door, functionName, replaceDoor } from '../src/sys/door.ts';
import { readUint32 } from '../src/sys/host-order.ts';

const FOLDER = new URL('../test/fixtures/netlink/', import.meta.url);

/** Runs `talk` with every datagram noted down, and writes the file. */
async function record(name: string, what: string, talk: () => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const real = door();
  using _door = replaceDoor({
    ...real,
    call(library, prototype, args) {
      const called = functionName(prototype);
      if (called === 'sendto' && args[1] instanceof Uint8Array) lines.push(`> ${hex(args[1])}`);
      const result = real.call(library, prototype, args);
      if (called === 'recvmmsg' && Buffer.isBuffer(args[1])) {
        for (const datagram of received(args[1], Number(args[2]), Number(result)))
          lines.push(`< ${datagram}`);
      }
      return result;
    },
  });
  await talk();
  const header = `# ${what}. Written by Linux ${release()} ${arch()}; recorded by scripts/record-netlink.ts`;
  writeFileSync(new URL(`${name}.hex`, FOLDER), `${header}\n${lines.join('\n')}\n`);
}

/** The datagrams of one `recvmmsg`: slots of equal size, and behind them in the same memory the headers. */
function received(headers: Buffer, slots: number, count: number): string[] {
  const slotBytes = headers.byteOffset / slots;
  const memory = Buffer.from(headers.buffer);
  return Array.from({ length: Math.max(count, 0) }, (_, slot) => {
    const length = readUint32(headers, slot * 64 + 56);
    return hex(memory.subarray(slot * slotBytes, slot * slotBytes + length));
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function auditctl(...args: string[]): void {
  const { status, stderr } = spawnSync('auditctl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`auditctl ${args.join(' ')}: ${stderr}`);
}

/** Reads until nothing more comes. */
async function read(events: AuditEvents): Promise<void> {
  let records = 0;
  for await (const batch of events.batches(AbortSignal.timeout(500))) records += batch.length;
  if (records === 0) throw new Error('no record came');
}

/** Requests that must fail are recorded too. */
async function refused(request: Promise<unknown>): Promise<void> {
  await request.then(
    () => {
      throw new Error('this should have been refused');
    },
    () => {},
  );
}

// The PROCTITLE records of this process must not carry the path it was started from.
process.title = 'record-netlink';
using control = AuditControl.open();
const before = await control.status();
if (before.pid !== 0) throw new Error('stop the audit daemon first');

const RULE = ['exit,always', '-F', 'arch=b64', '-S', 'chroot', '-F', 'key=bpfaudit-fixture'];
const WATCH = ['-w', '/etc/bpfaudit-fixture', '-p', 'wa', '-k', 'bpfaudit-fixture'];

await record('status', 'AUDIT_GET', async () => {
  using fresh = AuditControl.open();
  await fresh.status();
});
await record('features', 'AUDIT_GET_FEATURE, AUDIT_TTY_GET, AUDIT_SIGNAL_INFO', async () => {
  using fresh = AuditControl.open();
  await fresh.features();
  await fresh.ttyStatus();
  await fresh.signalInfo();
});
await record('no-rules', 'AUDIT_LIST_RULES without any rule', async () => {
  using fresh = AuditControl.open();
  await fresh.listRules();
});
try {
  auditctl('-e', '1');
  auditctl('-a', ...RULE);
  auditctl(...WATCH);
  await record(
    'rules',
    `AUDIT_LIST_RULES: -a ${RULE.join(' ')}, ${WATCH.join(' ')}; then a rule that exists`,
    async () => {
      using fresh = AuditControl.open();
      const rules = await fresh.listRules();
      await refused(fresh.addRule(rules[0] ?? new Uint8Array()));
    },
  );
  await record(
    'unicast',
    'registered as the daemon; AUDIT_USER, chroot as root, a second registration',
    async () => {
      using events = await AuditEvents.openUnicast();
      await control.sendUserMessage(1005, 'text=bpfaudit fixture');
      spawnSync('chroot', ['/nowhere-bpfaudit'], { cwd: '/' });
      await refused(AuditEvents.openUnicast());
      await read(events);
    },
  );
  await record('multicast', 'group READLOG; AUDIT_USER, chroot as root', async () => {
    using events = AuditEvents.openMulticast();
    await control.sendUserMessage(1005, 'text=bpfaudit fixture');
    spawnSync('chroot', ['/nowhere-bpfaudit'], { cwd: '/' });
    await read(events);
  });
} finally {
  auditctl('-D', '-k', 'bpfaudit-fixture');
  await control.setStatus({ enabled: before.enabled });
}
await record(
  'counter-reset',
  'AUDIT_SET of exactly LOST, then of exactly BACKLOG_WAIT_TIME_ACTUAL',
  async () => {
    using fresh = AuditControl.open();
    await fresh.resetLost();
    await fresh.resetBacklogWaitTimeActual();
  },
);
