import { expect, test } from 'vitest';
import { AuditSender, type MessageControl } from '../../src/daemon/audit-sender.ts';

class FakeAudit implements MessageControl {
  readonly texts: string[] = [];
  refuses = false;

  async sendUserMessage(type: number, text: string): Promise<void> {
    await Promise.resolve();
    if (this.refuses) throw new Error('no');
    this.texts.push(`${type} ${text}`);
  }

  [Symbol.dispose](): void {
    // holds nothing
  }
}

const line = (n: number): string => `type=UNKNOWN[1427] msg=audit(1795160349.655:${n}): prog-id=5\n`;

test('sends everything in order before it ends', async () => {
  const control = new FakeAudit();
  using sender = new AuditSender({ control, kernelTells: () => true });
  await sender.begin();
  sender.write(Buffer.from(line(1) + line(2)));
  sender.write(Buffer.from(line(3)));
  await sender.end();
  expect(control.texts).toEqual([
    '1121 op=bpfaudit-start res=success',
    ...[1, 2, 3].map((n) => `1121 op=bpf-lsm-access event=1795160349.655:${n} prog-id=5`),
    '1121 op=bpfaudit-stop res=success',
  ]);
  expect(sender.counts).toEqual({ sent: 4, lost: 0 });
});

test('goes on after lines of which none is sent', async () => {
  const control = new FakeAudit();
  using sender = new AuditSender({ control, kernelTells: () => true });
  sender.write(Buffer.from('type=SYSCALL msg=audit(1.000:1): arch=c000003e\n'));
  sender.write(Buffer.from(line(1)));
  await sender.end();
  expect(control.texts.length).toBe(2);
});

test('what there is no room for is counted, and the count is in the log', async () => {
  const control = new FakeAudit();
  using sender = new AuditSender({ control, kernelTells: () => true, maxWaiting: 2 });
  sender.write(Buffer.from(line(1) + line(2) + line(3) + line(4)));
  await sender.end();
  expect(sender.counts.lost).toBe(2);
  expect(control.texts).toContain('1121 record=DAEMON_ERR op=bpf-messages-lost lost=2 res=failed');
});

test('what the kernel refuses is counted', async () => {
  const control = new FakeAudit();
  using sender = new AuditSender({ control, kernelTells: () => true });
  control.refuses = true;
  await expect(sender.begin()).rejects.toThrow('no');
  sender.write(Buffer.from(line(1)));
  await sender.end();
  expect(sender.counts.lost).toBeGreaterThanOrEqual(1);
  expect(sender.counts.sent).toBe(0);
});
