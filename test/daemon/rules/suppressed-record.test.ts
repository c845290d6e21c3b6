import { expect, test } from 'vitest';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { writeSuppression, type Suppression } from '../../../src/daemon/suppressed-record.ts';

const ID = { seconds: 1_795_157_713, milliseconds: 7, serial: 2_147_483_661 };
const WEB: Suppression = { keys: ['web'], per: 'key', object: 0n, device: 0, records: 312, seconds: 10 };

function text(what: Suppression, isJson: boolean = false): string {
  const out = new ByteWriter();
  writeSuppression(out, ID, what, isJson);
  return Buffer.from(out.view).toString();
}

test('says how many of which were held back', () => {
  expect(text(WEB)).toBe(
    'type=DAEMON_ERR msg=audit(1795157713.007:2147483661): op=bpf-records-suppressed key="web" per=key suppressed=312 seconds=10 res=success\n',
  );
  expect(text({ ...WEB, keys: [], per: 'exe', object: 1052n, device: 0x800001 })).toContain(
    'suppressed per=exe exe_inode=1052 exe_dev=800001 suppressed=312 ',
  );
  expect(text({ ...WEB, per: 'cgroup', object: 42n })).toContain(' per=cgroup cgroup-id=42 ');
});

test('a key cannot forge a field or a line', () => {
  const line = text({ ...WEB, keys: ['a" res=failed\ntype=X'] });
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(line).toContain(` key=${Buffer.from('a" res=failed\ntype=X').toString('hex').toUpperCase()} per=`);
});

test('the same as JSON', () => {
  expect(JSON.parse(text(WEB, true))).toMatchObject({
    type: 'DAEMON_ERR',
    op: 'bpf-records-suppressed',
    key: ['web'],
    suppressed: 312,
    seconds: 10,
  });
});
