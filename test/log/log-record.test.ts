import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/log/log-event.ts';
import { auditLogRecords, jsonLogRecords } from '../../src/log/log-record.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const EVENTS: readonly LogEvent[] = [
  { kind: 'rotated' },
  { kind: 'repaired', bytes: 31 },
  { kind: 'replaced', what: 'folder' },
  { kind: 'space', level: 'admin_space_left', availableBytes: 12_345_678 },
  { kind: 'space', level: 'enough', availableBytes: 123_456_789 },
  { kind: 'error', error: 'EIO' },
  { kind: 'suspended', reason: 'disk_full' },
  { kind: 'resumed', waited: 5 },
  { kind: 'lost', lines: 3, where: 'queue' },
];

function lines(make: typeof auditLogRecords): string {
  let serial = 0x80000000 | 0;
  const records = make({ serial: () => serial++, clock: () => 1795156860440.7 });
  return EVENTS.map((event) => Buffer.from(records.line(event)!).toString()).join('');
}

test('the records of audit', () => {
  expect(lines(auditLogRecords)).toMatchInlineSnapshot(`
    "type=DAEMON_ROTATE msg=audit(1795156860.440:2147483648): op=rotate-logs res=success
    type=DAEMON_ERR msg=audit(1795156860.440:2147483649): op=log-repaired cut-bytes=31 res=success
    type=DAEMON_ERR msg=audit(1795156860.440:2147483650): op=log-folder-replaced res=success
    type=DAEMON_ERR msg=audit(1795156860.440:2147483651): op=disk-space level=admin_space_left available-bytes=12345678 res=failed
    type=DAEMON_ERR msg=audit(1795156860.440:2147483652): op=disk-space level=enough available-bytes=123456789 res=success
    type=DAEMON_ERR msg=audit(1795156860.440:2147483653): op=disk-error error=EIO res=failed
    type=DAEMON_ERR msg=audit(1795156860.440:2147483654): op=log-suspended reason=disk_full res=failed
    type=DAEMON_RESUME msg=audit(1795156860.440:2147483655): op=resume-logging waited=5 res=success
    type=DAEMON_ERR msg=audit(1795156860.440:2147483656): op=log-lines-lost where=queue lost=3 res=failed
    "
  `);
});

test('each JSON line is an object with type, time and serial', () => {
  const objects = lines(jsonLogRecords)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(objects).toHaveLength(EVENTS.length);
  expect(objects.at(-1)).toEqual({
    type: 'DAEMON_ERR',
    time: '1795156860.440',
    serial: 2147483656,
    op: 'log-lost',
    lines: 3,
    where: 'queue',
  });
});

const hasAusearch = spawnSync('ausearch', ['--version']).status === 0;

test.skipIf(!hasAusearch)(
  `stock ausearch finds them by their types${hasAusearch ? '' : ' (skipped: no ausearch)'}`,
  () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'audit.log');
    writeFileSync(file, lines(auditLogRecords));
    const found = (type: string): number =>
      spawnSync('ausearch', ['-m', type, '--raw', '-if', file], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter((line) => line !== '').length;
    expect([found('DAEMON_ERR'), found('DAEMON_ROTATE'), found('DAEMON_RESUME')]).toEqual([7, 1, 1]);
  },
);
