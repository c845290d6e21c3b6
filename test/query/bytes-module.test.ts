import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf } from '../../src/query/run/event-batch.ts';
import { metaCountFor } from '../../src/query/run/module-scan.ts';
import { SegmentScan, type SegmentOptions } from '../../src/query/run/segment-scan.ts';
import { bytesSourceHash } from '../../scripts/bytes-source.ts';
import { BYTES_SOURCE_SHA256 } from '../../src/query/simd/bytes.generated.ts';
import { BytesModule } from '../../src/query/simd/bytes-module.ts';
import { Random } from '../helpers/random.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

function opened(sizeBytes: number): BytesModule {
  const module = BytesModule.open(sizeBytes, metaCountFor(sizeBytes));
  if (module === undefined) throw new Error('this machine has no WebAssembly with SIMD');
  return module;
}

function text(random: Random, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => 0x61 + random.below(3)));
}

function compare(bytes: Buffer, options: SegmentOptions, what: string): void {
  const module = opened(bytes.length);
  // Rubbish that makes sense: a module is used again and again.
  module.text.fill('type=EOE msg=audit(1.1:1): ');
  bytes.copy(module.text);
  const fast = new SegmentScan(options).scan(module.text, 3, module);
  const { batch, ...known } = new SegmentScan(options).scan(Buffer.from(bytes), 3);
  expect({ ...fast, batch: [...eventsOf(fast.batch)] }, what).toEqual({
    ...known,
    batch: [...eventsOf(batch)],
  });
  expect([...fast.batch.meta], what).toEqual([...batch.meta]);
}

test('was compiled from the source beside it', () => {
  expect(bytesSourceHash()).toBe(BYTES_SOURCE_SHA256);
});

describe('find', () => {
  test('finds what a plain search finds', () => {
    const random = new Random(11);
    const module = opened(4096);
    for (let round = 0; round < 2000; round += 1) {
      // What was there before stays behind the text, and must not be found.
      const bytes = text(random, 1 + random.below(200));
      const needles = Array.from({ length: 1 + random.below(6) }, () => text(random, 1 + random.below(20)));
      bytes.copy(module.text);
      expect(module.setNeedles(needles)).toBe(true);
      const start = random.below(bytes.length);
      const places = needles.map((needle) => bytes.indexOf(needle, start)).filter((at) => at >= 0);
      const expected = places.length === 0 ? -1 : Math.min(...places);
      expect(module.find(start, bytes.length), `round ${round}`).toBe(expected);
    }
  });

  test('refuses needles that it has no room for', () => {
    const module = opened(100);
    expect(module.setNeedles([])).toBe(false);
    expect(module.setNeedles([Buffer.alloc(0)])).toBe(false);
    expect(module.setNeedles([Buffer.alloc(257)])).toBe(false);
    expect(module.setNeedles(Array.from({ length: 17 }, () => Buffer.from('x')))).toBe(false);
  });
});

describe('lines', () => {
  const logs = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => [name, readFileSync(path.join(FIXTURES, name))] as const);

  const all: SegmentOptions = { startSec: undefined, endSec: undefined, timeoutSec: 2 };

  test.each(logs)('of %s are read as TypeScript reads them', (name, bytes) => {
    compare(bytes, all, name);
    const stamps = [...bytes.toString('latin1').matchAll(/msg=audit\((\d+)\./g)].map(([, sec]) =>
      Number(sec),
    );
    const middle = stamps[stamps.length >> 1] ?? 0;
    compare(bytes, { ...all, startSec: middle }, name);
    compare(bytes, { ...all, endSec: middle - 1 }, name);
  });

  test('that are odd', () => {
    const stamp = 'msg=audit(1700000000.123:45)';
    const odd = [
      `node=a type=CWD ${stamp}: cwd="/"`,
      `node=b type=CWD ${stamp}: cwd="/"`,
      `type=CWD  ${stamp}: cwd="/"`,
      ` type=CWD ${stamp}: cwd="/"`,
      `type= ${stamp}: cwd="/"`,
      `type=UNKNOWN[1427] ${stamp}: prog-id=5`,
      `type=UNKNOWN[9999999] ${stamp}: prog-id=5`,
      `type=A_TYPE_THAT_NOBODY_KNOWS ${stamp}:`,
      `type=EOE ${stamp}: `,
      `type=EOE msg=audit(1700000001.123:46): `,
      `type=CWD msg=audit(1700000001.1234:46): cwd="/"`,
      `type=CWD msg=audit(1700000001.999:46`,
      `type=CWD msg=audit(99999999999999999999.999:4294967296): cwd="/"`,
      `type=CWD msg=audit(1.1:1): cwd="/"`,
      `type=CWD msg=audit(0.000:1): cwd="/"`,
      `type=CWD msg=audit(.1:12): x`,
      `type=CWD msg=audit(1700000000.12345678901234567890123456789012345678901234567890123:45): x`,
      'type',
      'type=CWD',
      '',
      '\0\0\0',
      `type=PATH ${stamp}: item=0 name="${'x'.repeat((1 << 20) - 60)}"`,
      `type=PATH ${stamp}: item=0 name="${'x'.repeat(1 << 20)}"`,
    ];
    for (const line of odd) {
      for (const log of [
        line,
        `${line}\n`,
        `type=SYSCALL ${stamp}: a\n${line}\ntype=PROCTITLE ${stamp}: proctitle=61\n`,
        `${line}\n${line}\ntype=SYSCALL msg=audit(1700000009.123:47): a\n${line}`,
      ])
        compare(Buffer.from(log, 'latin1'), all, log.slice(0, 200));
    }
  });

  test('that are as short as a record can be', () => {
    const short = Array.from({ length: 30_000 }, (_, i) => `x (${1_000_000 + i}\n`).join('');
    compare(Buffer.from(short), all, 'short');
    expect(new SegmentScan(all).scan(Buffer.from(short), 0).batch.eventCount).toBe(30_000);
  });

  test('that were mutated', () => {
    const random = new Random(5);
    const seeds = logs
      .flatMap(([, bytes]) => bytes.toString('latin1').split('\n'))
      .filter((line) => line !== '');
    for (let round = 0; round < 150; round += 1) {
      const from = random.below(seeds.length);
      const lines = seeds.slice(from, from + 40).map((line) => {
        if (!random.once(4)) return line;
        const at = random.below(Math.min(line.length, 60));
        const byte = String.fromCharCode(random.below(256));
        return random.once(2) ? line.slice(0, at) + byte + line.slice(at + 1) : line.slice(0, at);
      });
      compare(Buffer.from(lines.join('\n'), 'latin1'), all, `round ${round}`);
    }
  });
});
