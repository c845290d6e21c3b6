import { expect, test } from 'vitest';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import { ownRecordLine, type OwnRecord } from '../../../src/daemon/own-record.ts';
import {
  endRecord,
  notTendedRecord,
  reconfiguredRecord,
  refusedRecord,
  startRecord,
} from '../../../src/daemon/service/daemon-records.ts';
import { ConfigError } from '../../../src/toml/config-error.ts';

/** The line of the log behind its stamp. */
function line(record: OwnRecord): string {
  const out = new ByteWriter();
  ownRecordLine(out, { seconds: 1, milliseconds: 0, serial: 2_147_483_649 }, record);
  return Buffer.from(out.view).toString().replace(' msg=audit(1.000:2147483649):', '');
}

const WRITER = { pid: 7, uid: 1000 };

test('start and end say who it was', () => {
  expect(line(startRecord('0.1.0', defaultSettings(), WRITER))).toMatch(
    /^type=DAEMON_START op=start ver=0\.1\.0 format=raw join=\w+ pid=7 uid=1000 res=success\n$/,
  );
  expect(line(endRecord(WRITER))).toBe('type=DAEMON_END op=terminate pid=7 uid=1000 res=success\n');
});

test('another configuration: what changed, and what waits for a restart', () => {
  expect(line(reconfiguredRecord({ live: [], restart: [] }))).toBe(
    'type=DAEMON_CONFIG op=reconfigure state=no-change res=success\n',
  );
  expect(line(reconfiguredRecord({ live: ['log.num_logs', 'log.compress'], restart: ['ring.size'] }))).toBe(
    'type=DAEMON_CONFIG op=reconfigure state=changed changed=log.num_logs,log.compress needs-restart=ring.size res=success\n',
  );
});

test('a configuration that is refused: the line, the key and why, which cannot forge a field', () => {
  const problem = { line: 3, key: 'log.flush', text: 'expected one of: none\nres=success' };
  const refused = line(refusedRecord(new ConfigError('/etc/a.toml', [problem])));
  expect(refused).toMatch(
    /^type=DAEMON_CONFIG op=reconfigure state=no-change line=3 key="log\.flush" reason=[0-9A-F]+ res=failed\n$/,
  );
  expect(refused.match(/\n/g)).toHaveLength(1);
  expect(line(refusedRecord(new Error('broken')))).toBe(
    'type=DAEMON_CONFIG op=reconfigure state=no-change reason="broken" res=failed\n',
  );
});

test('logs that could not be compressed', () => {
  expect(line(notTendedRecord('compress-logs', new Error('zstd')))).toBe(
    'type=DAEMON_ERR op=compress-logs reason="zstd" res=failed\n',
  );
});
