import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CONTEXT, FIELD, FORM, OBJECT } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { writeRecordBody } from '../../src/events/record-text.ts';
import { readBpfAccess, type BpfAccess } from '../../src/query/items/bpf-records.ts';
import { eventChunk, memoryOf, type FieldParts } from '../helpers/chunks.ts';
import { anyText } from '../helpers/random-event.ts';
import { Random } from '../helpers/random.ts';
import { searchLogs } from '../helpers/search-logs.ts';

const EVENTS = 3000;
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-read-back-'));
afterAll(() => rmSync(folder, { recursive: true }));

function pathField(name: string): FieldParts {
  const head = Buffer.alloc(48);
  head.writeBigUInt64LE(5n, 0);
  head.writeUInt16LE(FORM.PLAIN, 12);
  head.writeUInt16LE(OBJECT.INODE, 14);
  head.write('tmpfs', 16);
  return { type: FIELD.PATH, payload: Buffer.concat([head, Buffer.from(name, 'latin1')]) };
}

/** A decision, and what a reader must get from its record. */
function anyAccess(random: Random): { readonly chunk: Buffer; readonly expected: BpfAccess } {
  const progId = 1 + random.below(0x7ffffffe);
  const pid = random.below(4_194_304);
  const comm = anyText(random, 15);
  const cause = anyText(random, 60);
  const name = `/${anyText(random, 80)}`;
  const verdict = random.once(3) ? 0 : -1 - random.below(133);
  const chunk = eventChunk({
    head: { prog_id: progId, tgid: pid, context: CONTEXT.VERDICT, verdict },
    comm: Buffer.from(comm, 'latin1'),
    fields: [{ type: FIELD.CAUSE, payload: Buffer.from(cause, 'latin1') }, pathField(name)],
  });
  return { chunk, expected: { progId, pid, comm, cause, path: name, verdict } };
}

function bodyOf(chunk: Buffer): Buffer {
  const out = new ByteWriter();
  const { bytes, view } = memoryOf(chunk);
  writeRecordBody(out, bytes, view, 0, []);
  return Buffer.from(out.view);
}

async function found(log: string, progId: number): Promise<Record<string, unknown>[]> {
  const { output } = await searchLogs([log], { format: 'json', escape: 'raw', bpf: { progId } });
  const lines = output.toString('utf8').trimEnd().split('\n');
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

test.each([1, 42, 20_261_120])('any decision is read back as it was (seed %i)', async (seed) => {
  const random = new Random(seed);
  const accesses = Array.from({ length: EVENTS }, () => anyAccess(random));
  const lines = accesses.map(({ chunk }, i) =>
    Buffer.concat([Buffer.from(`type=UNKNOWN[1427] msg=audit(1700000000.000:${i + 1}): `), bodyOf(chunk)]),
  );
  for (const [i, line] of lines.entries()) {
    expect(line.includes(0x0a)).toBe(false);
    expect(readBpfAccess(line.toString('latin1'))).toMatchObject(accesses[i]?.expected ?? {});
  }
  const log = path.join(folder, 'audit.log');
  writeFileSync(log, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  for (const { expected } of accesses.slice(0, 20)) {
    const [event] = await found(log, expected.progId ?? 0);
    expect(JSON.stringify(event)).toContain(`"prog-id":"${expected.progId}"`);
    expect(JSON.stringify(event)).toContain(`"verdict":"${expected.verdict}"`);
  }
});
