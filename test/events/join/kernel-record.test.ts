import { describe, expect, test } from 'vitest';
import { readRecordId, type RecordId } from '../../../src/events/join/kernel-record.ts';
import { Random } from '../../helpers/random.ts';

function read(text: string, start = 0, end?: number): (RecordId & { rest: string }) | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const id = { seconds: -1, milliseconds: -1, serial: -1, body: -1 };
  const last = end ?? bytes.length;
  return readRecordId(bytes, start, last, id)
    ? { ...id, rest: bytes.toString('latin1', id.body, last) }
    : undefined;
}

describe('the id of a kernel record', () => {
  test('is read, and the body begins behind it', () => {
    expect(read('audit(1795152181.889:379): arch=c000003e')).toEqual({
      seconds: 1_795_152_181,
      milliseconds: 889,
      serial: 379,
      body: 27,
      rest: 'arch=c000003e',
    });
  });

  test.each([
    ['old kernels wrote two spaces before cwd', 'audit(1.002:3):  cwd="/"', 'cwd="/"'],
    ['EOE has no body', 'audit(1.002:3): ', ''],
    ['EOE, its space cut off with the padding', 'audit(1.002:3):', ''],
  ])('%s', (_what, text, rest) => {
    expect(read(text)).toMatchObject({ seconds: 1, milliseconds: 2, serial: 3, rest });
  });

  test('holds the largest serial', () => {
    expect(read('audit(1.002:4294967295): x')?.serial).toBe(4_294_967_295);
  });

  test('is read in the middle of a batch, and not beyond its end', () => {
    const text = 'junkaudit(1.002:3): abc|audit(9.009:9): next';
    expect(read(text, 4, text.indexOf('|'))).toMatchObject({ serial: 3, rest: 'abc' });
    expect(read('audit(1.002:3): ', 0, 10)).toBeUndefined();
  });

  test.each([
    '',
    'a',
    'audit(',
    'audit(1.2',
    'audit(1.2:',
    'audit(1.2:3',
    'audit(1.2:3)',
    'audit(1:2:3): x',
    'xaudit(1.2:3): x',
  ])('is not found in %j', (text) => expect(read(text)).toBeUndefined());

  test('reading never throws and never leaves the record, whatever the bytes are', () => {
    const random = new Random(1427);
    const pieces = [
      'audit(',
      '1795152181',
      '.',
      '889',
      ':',
      '379',
      ')',
      ': ',
      ' ',
      '\0',
      '\xff',
      'type=',
      '\n',
    ];
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random.below(12) }, () => random.pick(pieces)).join('');
      const start = random.below(text.length + 1);
      const end = start + random.below(text.length - start + 1);
      const id = { seconds: 0, milliseconds: 0, serial: 0, body: 0 };
      if (!readRecordId(Buffer.from(text, 'latin1'), start, end, id)) continue;
      expect(id.body).toBeGreaterThan(start);
      expect(id.body).toBeLessThanOrEqual(end);
    }
  });
});
