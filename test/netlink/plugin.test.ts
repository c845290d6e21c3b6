import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PluginDecoder, type PluginDecoderOptions } from '../../src/netlink/plugin-decoder.ts';
import { pluginRecords } from '../../src/netlink/plugin-source.ts';
import { recordText, type AuditRecordBatch } from '../../src/netlink/record-batch.ts';
import { packUint32 } from '../../src/sys/host-order.ts';

const TYPES: Readonly<Record<string, number>> = {
  DAEMON_START: 1200,
  DAEMON_END: 1201,
  CONFIG_CHANGE: 1305,
  SYSCALL: 1300,
  PROCTITLE: 1327,
  EOE: 1320,
  CWD: 1307,
  PATH: 1302,
  USER: 1005,
  SOCKADDR: 1306,
};
const PADDED_SIZE = 16 + 8970;

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/plugin/${name}`, import.meta.url));
}

function decoderFor(format: PluginDecoderOptions['format']): PluginDecoder {
  return new PluginDecoder({ format, typeNumber: (name) => TYPES[name] });
}

/** Each record as `NODE|TYPE|TEXT`. */
function collect(decoder: PluginDecoder, input: Buffer, chunkBytes = input.length): string[] {
  const records: string[] = [];
  for (let start = 0; start < input.length; start += chunkBytes) {
    for (const batch of decoder.decode(input.subarray(start, start + chunkBytes), 1)) {
      for (let index = 0; index < batch.length; index++) records.push(show(batch, index));
    }
  }
  decoder.finish();
  return records;
}

function show(batch: AuditRecordBatch, index: number): string {
  const node = batch.bytes.toString('utf8', batch.nodeStarts[index], batch.nodeEnds[index]);
  return `${node}|${batch.types[index]}|${recordText(batch, index)}`;
}

/** The same from the text that auditd wrote, taken apart independently. */
function expected(log: string): string[] {
  return fixture(log)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, node = '', type = '', text = ''] = /^(?:node=(\S+) )?type=(\S+) msg=(.*)$/.exec(line) ?? [];
      return `${node}|${TYPES[type]}|${text}`;
    });
}

function frame(size: number, body: string, options: { version?: number; type?: number } = {}): Buffer {
  const header = packUint32([options.version ?? 0, 16, options.type ?? 1300, body.length]);
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc(Math.max(0, size - 16 - body.length), 'x')]);
}

describe.each(['raw', 'enriched', 'node'])('what auditd 3.0.9 wrote (%s)', (name) => {
  test.each([1, 7, 100, 8986, 65536])('as text, in chunks of %i', (chunkBytes) => {
    const decoder = decoderFor('string');
    expect(collect(decoder, fixture(`${name}.log`), chunkBytes)).toEqual(expected(`${name}.log`));
    expect(decoder.counters).toEqual({ received: 17, malformed: 0, unnamed: 0 });
  });

  test.each([16, 1000, 8986, 8990, 65536])('as binary, in chunks of %i', (chunkBytes) => {
    const decoder = decoderFor('binary');
    const binary = gunzipSync(fixture(`${name}.bin.gz`));
    expect(binary.length).toBe(17 * PADDED_SIZE);
    const records = collect(decoder, binary, chunkBytes);
    // Both plugins were fed in the same run.
    expect(records).toEqual(expected(`${name}.log`));
    expect(decoder.counters).toEqual({ received: 17, malformed: 0, unnamed: 0 });
  });
});

test('a binary sender that keeps to the size in the header', () => {
  const frames = [1, 2, 3].map((serial) => frame(0, `audit(1.000:${serial}): x`));
  const decoder = decoderFor('binary');
  expect(collect(decoder, Buffer.concat(frames), 5)).toEqual(
    [1, 2, 3].map((n) => `|1300|audit(1.000:${n}): x`),
  );
});

test('the first binary record does not wait for the second', () => {
  const decoder = decoderFor('binary');
  const first = frame(0, 'audit(1.000:1): x');
  expect([...decoder.decode(first, 1)].map((batch) => batch.length)).toEqual([1]);
});

test('a record of the greatest size leaves no padding', () => {
  const body = `audit(1.000:1): ${'y'.repeat(8970 - 16)}`;
  const frames = [
    frame(PADDED_SIZE, body),
    frame(PADDED_SIZE, 'audit(1.000:2): x'),
    frame(PADDED_SIZE, body),
  ];
  expect(collect(decoderFor('binary'), Buffer.concat(frames), 4096)).toHaveLength(3);
});

test('bytes that are no header end the reading', () => {
  const decoder = decoderFor('binary');
  expect(() => collect(decoder, Buffer.from('type=SYSCALL msg=audit(1.000:1): x\n'))).toThrow(
    expect.objectContaining({ code: 'E_PLUGIN_STREAM' }),
  );
});

test('lines that are no record are counted, and the next one is read', () => {
  const decoder = decoderFor('string');
  const lines = [
    'nonsense',
    '',
    'type=SYSCALL',
    'type=SYSCALL msg=',
    'type=SYSCALL msg=other',
    'node=a b',
    `type=${'X'.repeat(100)} msg=audit(1.000:1): x`,
    'node=a b type=SYSCALL msg=audit(1.000:2): type=CWD msg=audit(9.000:9): forged',
  ];
  expect(collect(decoder, Buffer.from(`${lines.join('\n')}\n`))).toEqual([
    'a b|1300|audit(1.000:2): type=CWD msg=audit(9.000:9): forged',
  ]);
  expect(decoder.counters).toEqual({ received: 1, malformed: 6, unnamed: 0 });
});

test('a node name is not looked for in the next line', () => {
  const decoder = decoderFor('string');
  const lines = 'node=a\ntype=SYSCALL msg=audit(1.000:2): x\n';
  expect(collect(decoder, Buffer.from(lines))).toEqual(['|1300|audit(1.000:2): x']);
});

test('types in brackets and types without a name', () => {
  const decoder = decoderFor('string');
  const lines = ['UNKNOWN[1427]', 'BRAND_NEW', 'UNKNOWN[99999]'].map(
    (type) => `type=${type} msg=audit(1.000:1): x`,
  );
  expect(
    collect(decoder, Buffer.from(`${lines.join('\n')}\n`)).map((record) => record.split('|')[1]),
  ).toEqual(['1427', '0', '0']);
  expect(decoder.counters).toEqual({ received: 3, malformed: 0, unnamed: 2 });
});

test('a line without end is thrown away, and only it', () => {
  const decoder = decoderFor('string');
  const endless = Buffer.alloc(300_000, 'x');
  const next = Buffer.from('\ntype=EOE msg=audit(1.000:1): \n');
  expect(collect(decoder, Buffer.concat([endless, next]), 50_000)).toEqual(['|1320|audit(1.000:1): ']);
  expect(decoder.counters.malformed).toBe(1);
});

test('a record cut off by the end of the stream is counted', () => {
  const decoder = decoderFor('string');
  expect(collect(decoder, Buffer.from('type=EOE msg=audit(1.000:1)'))).toEqual([]);
  expect(decoder.counters.malformed).toBe(1);
});

test('more records than a batch holds', () => {
  const decoder = decoderFor('string');
  const lines = Array.from({ length: 5000 }, (_, index) => `type=EOE msg=audit(1.000:${index}): \n`);
  const records = collect(decoder, Buffer.from(lines.join('')));
  expect(records).toHaveLength(5000);
  expect(records[4999]).toBe('|1320|audit(1.000:4999): ');
});

test('a stream is read to its end', async () => {
  const decoder = decoderFor('string');
  const log = fixture('raw.log');
  let count = 0;
  for await (const batch of pluginRecords(Readable.from([log.subarray(0, 99), log.subarray(99)]), decoder, {
    clock: () => 42,
  })) {
    expect(batch.receivedAtMs).toBe(42);
    count += batch.length;
  }
  expect(count).toBe(17);
});

test('a signal ends the reading quietly, another failure does not', async () => {
  const abort = new AbortController();
  const silent = new Readable({ read() {} });
  const next = pluginRecords(silent, decoderFor('string'), { signal: abort.signal }).next();
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  const broken = new Readable({
    read() {
      this.destroy(new Error('EIO'));
    },
  });
  await expect(pluginRecords(broken, decoderFor('string')).next()).rejects.toThrow('EIO');
});
