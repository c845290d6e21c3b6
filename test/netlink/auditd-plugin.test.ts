import { describe, expect, test } from 'vitest';
import { recordTypeNumber } from '../../src/audit/tables/record-types.ts';
import { AuditEvents } from '../../src/netlink/audit-events.ts';
import { borrowAudit } from '../helpers/borrowed-audit.ts';
import { RealAuditd, whyNoAuditd, type AuditdSetup } from '../helpers/real-auditd.ts';

const audit = await borrowAudit(whyNoAuditd);
const { skipped } = audit;

const WAIT = { timeout: 20_000, interval: 50 };

describe.skipIf(skipped !== undefined)(`beside the real auditd${skipped ? ` (${skipped})` : ''}`, () => {
  test.each<AuditdSetup>([
    { logFormat: 'RAW', pluginFormat: 'string' },
    { logFormat: 'RAW', pluginFormat: 'binary' },
    { logFormat: 'ENRICHED', pluginFormat: 'string' },
    { logFormat: 'ENRICHED', pluginFormat: 'binary' },
  ])('a plugin gets what auditd writes to its log ($logFormat, $pluginFormat)', async (setup) => {
    await using auditd = new RealAuditd(setup);
    await expect.poll(async () => (await audit.control.status()).pid, WAIT).toBe(auditd.pid);
    await audit.control.setStatus({ enabled: 1 });
    for (let message = 0; message < 50; message++)
      await audit.control.sendUserMessage(1105, `op=n${message}`);
    await expect.poll(() => auditd.pluginLines.some((line) => line.includes('op=n49')), WAIT).toBe(true);
    await auditd.stop();
    await expect.poll(() => auditd.pluginLines.at(-1)?.split(' ')[0], WAIT).toBe('end');
    const records = auditd.pluginLines.slice(0, -1);
    // auditd gives EOE to plugins only.
    expect(records.filter((line) => !line.startsWith('1320 '))).toEqual(auditd.logLines.map(asPluginLine));
    expect(auditd.pluginLines.at(-1)).toBe(`end {"received":${records.length},"malformed":0,"unnamed":0}`);
  });

  test('its place is not taken, and the multicast group can be read beside it', async () => {
    await using auditd = new RealAuditd({ logFormat: 'RAW', pluginFormat: 'string' });
    await expect.poll(async () => (await audit.control.status()).pid, WAIT).toBe(auditd.pid);
    await audit.control.setStatus({ enabled: 1 });
    await expect(AuditEvents.openUnicast()).rejects.toMatchObject({ code: 'E_AUDIT_DAEMON_ALIVE' });
    expect((await audit.control.status()).pid).toBe(auditd.pid);
    using listener = AuditEvents.openMulticast();
    await audit.control.sendUserMessage(1105, 'op=beside');
    for await (const batch of listener.batches(AbortSignal.timeout(10_000))) {
      if (batch.types.subarray(0, batch.length).includes(1105)) break;
    }
    expect(listener.counters.received).toBeGreaterThan(0);
    await expect.poll(() => auditd.logLines.some((line) => line.includes('op=beside')), WAIT).toBe(true);
  });
});

/** A line of audit.log the way the plugin of these tests writes it. */
function asPluginLine(line: string): string {
  const [, name = '', text = ''] = /^type=(\S+) msg=(.*)$/.exec(line) ?? [];
  return `${recordTypeNumber(name)} ${text}`;
}
