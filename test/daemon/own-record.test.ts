import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { LinePrefix } from '../../src/daemon/line-prefix.ts';
import { ownRecordJson, ownRecordLine, type OwnRecord } from '../../src/daemon/own-record.ts';

const ID = { seconds: 1700000000, milliseconds: 7, serial: 9 };
const RECORD: OwnRecord = {
  type: 'DAEMON_CONFIG',
  op: 'reconfigure',
  fields: { state: { word: 'no-change' }, line: 4, key: 'log.flush', reason: 'found "x" res=success' },
  res: 'failed',
};

function text(format: typeof ownRecordLine): string {
  const out = new ByteWriter(16);
  format(out, ID, RECORD);
  return Buffer.from(out.view).toString();
}

test('a text cannot forge a field', () => {
  const reason = Buffer.from('found "x" res=success').toString('hex').toUpperCase();
  expect(text(ownRecordLine)).toBe(
    `type=DAEMON_CONFIG msg=audit(1700000000.007:9): op=reconfigure state=no-change line=4 key="log.flush" reason=${reason} res=failed\n`,
  );
});

test('as JSON', () => {
  expect(JSON.parse(text(ownRecordJson))).toEqual({
    type: 'DAEMON_CONFIG',
    time: '1700000000.007',
    serial: 9,
    op: 'reconfigure',
    state: 'no-change',
    line: 4,
    key: 'log.flush',
    reason: 'found "x" res=success',
    res: 'failed',
  });
});

test('a prefix stands before every line, and only there', () => {
  const prefix = new LinePrefix('node=web1 ');
  const before = (lines: string): string => Buffer.from(prefix.before(Buffer.from(lines))).toString();
  expect(before('a\nbb\n')).toBe('node=web1 a\nnode=web1 bb\n');
  expect(before('c\n')).toBe('node=web1 c\n');
  expect(before('')).toBe('');
});
