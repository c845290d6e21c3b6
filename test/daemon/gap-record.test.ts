import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { auditGap, jsonGap, type GapFormat } from '../../src/daemon/gap-record.ts';
import type { Gap } from '../../src/events/losses.ts';

const ID = { seconds: 1700000000, milliseconds: 7, serial: 2147483650 };
const GAP: Gap = { progId: 7, selfMap: 0, site: 0, lost: 3, after: 4, before: 8, total: 3 };

function line(format: GapFormat, gap: Gap): string {
  const out = new ByteWriter();
  format(out, ID, gap);
  return Buffer.from(out.view).toString();
}

test('a loss is a record of its own', () => {
  expect(line(auditGap, GAP)).toBe(
    'type=DAEMON_ERR msg=audit(1700000000.007:2147483650): ' +
      'op=bpf-records-lost prog-id=7 lost=3 after-seq=4 before-seq=8 res=failed\n',
  );
});

test('what is not known of it is not invented', () => {
  const gap = { ...GAP, progId: 0, after: -1, before: -1 };
  expect(line(auditGap, gap)).toContain(' prog-id=? lost=3 after-seq=none before-seq=none res=failed\n');
  expect(JSON.parse(line(jsonGap, gap))).toEqual({
    type: 'DAEMON_ERR',
    time: '1700000000.007',
    serial: 2147483650,
    op: 'bpf-records-lost',
    lost: 3,
    res: 'failed',
  });
});

test('in JSON it is JSON', () => {
  expect(JSON.parse(line(jsonGap, GAP))).toMatchObject({ prog_id: 7, lost: 3, after_seq: 4, before_seq: 8 });
});
