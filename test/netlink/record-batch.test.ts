import { expect, test } from 'vitest';
import { isRecordType } from '../../src/netlink/message-types.ts';
import {
  datagramType,
  pushDatagram,
  RecordBatch,
  recordText,
  type AuditRecordBatch,
} from '../../src/netlink/record-batch.ts';
import { receivedDatagrams } from '../helpers/netlink-fixture.ts';

function batchOf(datagrams: readonly Buffer[]): AuditRecordBatch {
  const batch = new RecordBatch(Buffer.concat(datagrams), datagrams.length);
  let start = 0;
  for (const datagram of datagrams) {
    if (isRecordType(datagramType(datagram, 0))) pushDatagram(batch, start, start + datagram.length);
    start += datagram.length;
  }
  return batch;
}

function summary(batch: AuditRecordBatch): string[] {
  return Array.from(
    { length: batch.length },
    (_, i) =>
      `${batch.types[i]} ${recordText(batch, i)
        .replace(/^audit\([\d.:]+\): /, '')
        .slice(0, 22)}`,
  );
}

const EVENT = [
  '1300 arch=c000003e syscall=',
  '1307 cwd="/"',
  '1302 item=0 name="/nowhere-',
  '1327 proctitle=6368726F6F74',
  '1320 ',
];

test('records to the daemon, whose nlmsg_len lacks the header, are whole', () => {
  const datagrams = receivedDatagrams('unicast');
  const syscall = datagrams.find((datagram) => datagramType(datagram, 0) === 1300);
  expect(syscall?.readUInt32LE(0)).toBe((syscall?.length ?? 0) - 16);
  const batch = batchOf(datagrams);
  expect(summary(batch).join('\n')).toContain(EVENT.join('\n'));
  const texts = Array.from({ length: batch.length }, (_, index) => recordText(batch, index));
  expect(texts.every((text) => /^audit\(\d+\.\d{3}:\d+\): /.test(text))).toBe(true);
  expect(texts.some((text) => text.endsWith(' exe="/usr/sbin/chroot" key="bpfaudit-fixture"'))).toBe(true);
});

test('multicast copies, whose nlmsg_len is right, are whole', () => {
  const datagrams = receivedDatagrams('multicast');
  const syscall = datagrams.find((datagram) => datagramType(datagram, 0) === 1300);
  expect(syscall?.readUInt32LE(0)).toBe(syscall?.length);
  expect(summary(batchOf(datagrams)).join('\n')).toContain(EVENT.join('\n'));
});

test('closing NULs and newlines are not part of the text', () => {
  const datagram = Buffer.concat([Buffer.alloc(16), Buffer.from('audit(1.000:1): x\n\0\0')]);
  const batch = new RecordBatch(datagram, 1);
  expect(pushDatagram(batch, 0, datagram.length)).toBe(true);
  expect(recordText(batch, 0)).toBe('audit(1.000:1): x');
});

test('a datagram without text is not a record', () => {
  const batch = new RecordBatch(Buffer.alloc(40), 2);
  expect(pushDatagram(batch, 0, 16)).toBe(false);
  expect(pushDatagram(batch, 0, 20)).toBe(false);
  expect(batch.length).toBe(0);
});
