import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONTEXT, FIELD } from '../../../src/abi/abi.ts';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import type { Decision, Outcome } from '../../../src/events/join/joined-event.ts';
import { synthesize, SYNTHETIC } from '../../../src/events/join/synthesis.ts';
import { parseGolden } from '../../kernel/goldens/golden-file.ts';
import { Random } from '../../helpers/random.ts';
import { pathPayload, ringEvent, type EventField, type EventNumbers } from '../../helpers/ring-event.ts';

const GOLDENS = new URL('../../fixtures/goldens/rfc-kernel-7.2/', import.meta.url);
const UNSET = 0xffffffff;

/** The text of a golden's record of a type: what a real kernel wrote. */
function golden(name: string, type: number): string {
  const { records } = parseGolden(readFileSync(new URL(`${name}.txt`, GOLDENS), 'latin1'));
  const record = records.find((candidate) => candidate.type === type);
  if (!record) throw new Error(`${name} has no record ${type}`);
  return record.text;
}

function asDecision(bytes: Uint8Array): Decision {
  return { bytes, view: new DataView(bytes.buffer), at: 0, more: [], progId: 5 };
}

/** The records that are written about an event, by type. */
function written(bytes: Uint8Array, outcome?: Outcome): [number, string][] {
  const records: [number, string][] = [];
  const out = new ByteWriter(256);
  synthesize(out, asDecision(bytes), outcome, (type, body) => {
    out.reset();
    body();
    records.push([type, Buffer.from(out.view).toString('latin1')]);
  });
  return records;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const field = (type: number, payload: Uint8Array, value = 0): EventField => ({ type, payload, value });

/** The system call of a golden as BPF sees it. */
function openat(options: { numbers?: EventNumbers; fields?: EventField[] } = {}): Uint8Array {
  return ringEvent({
    numbers: {
      context: CONTEXT.PRESENT | CONTEXT.SYSCALL,
      arch: 0xc000003e,
      syscall: 257,
      ppid: 51,
      tgid: 816,
      auid: UNSET,
      ses: UNSET,
      ...options.numbers,
    },
    args: [0xffffff9cn, 0x50d080n, 0n, 0n],
    comm: 'orc',
    fields: options.fields ?? [field(FIELD.EXE, pathPayload('/golden'))],
  });
}

/** The PROCTITLE record of a command line. */
function title(commandLine: string): string | undefined {
  return written(openat({ fields: [field(FIELD.PROCTITLE, Buffer.from(commandLine, 'latin1'))] }))[1]?.[1];
}

describe('SYSCALL', () => {
  test('is the kernel’s, field by field, with origin=bpf behind it', () => {
    const [[type, text] = []] = written(openat(), { exit: -1n, success: false });
    expect(type).toBe(SYNTHETIC.SYSCALL);
    const kernel = golden('rule_openat_deny', 1300)
      .replace('items=1', 'items=0')
      .replace('key="orckey"', 'key=(null)');
    expect(text).toBe(`${kernel} origin=bpf`);
  });

  test('of a successful call', () => {
    const bytes = ringEvent({
      numbers: {
        context: CONTEXT.PRESENT | CONTEXT.SYSCALL,
        arch: 0xc000003e,
        syscall: 42,
        ppid: 51,
        tgid: 831,
        auid: UNSET,
        ses: UNSET,
      },
      args: [0x67n, 0x56b640n, 0x10n, 0x7ffc9bf8208cn],
      comm: 'orc',
      fields: [field(FIELD.EXE, pathPayload('/golden'))],
    });
    const [[, text] = []] = written(bytes, { exit: 0n, success: true });
    expect(text).toBe(`${golden('norule_connect', 1300)} origin=bpf`);
  });

  test('claims no success and exit that were not seen', () => {
    const [[, text] = []] = written(openat());
    expect(text).toMatch(/^arch=c000003e syscall=257 a0=ffffff9c a1=50d080 a2=0 a3=0 items=0 ppid=51 /);
  });

  test('has no exe that was not captured', () => {
    const [[, text] = []] = written(openat({ fields: [] }));
    expect(text).toMatch(/ comm="orc" key=\(null\) origin=bpf$/);
  });

  test('has all 64 bits of an argument and of the exit', () => {
    const bytes = openat();
    new DataView(bytes.buffer).setBigUint64(128, 0xffffffffffffff9cn, true);
    const [[, text] = []] = written(bytes, { exit: 0x7f0000000000n, success: true });
    expect(text).toContain(' success=yes exit=139637976727552 a0=ffffffffffffff9c ');
  });

  test.each([
    ['cat', 'comm="cat"'],
    ['a b', 'comm=612062'],
    ['x"', 'comm=7822'],
    ['exe=/x', 'comm="exe=/x"'],
    ['x\ntype=USER', 'comm=780A747970653D55534552'],
  ])('comm %j forges nothing', (comm, expected) => {
    const bytes = openat();
    bytes.fill(0, 184, 200);
    bytes.set(bytesOf(comm), 184);
    const [[, text] = []] = written(bytes);
    expect(text).toContain(` ses=4294967295 ${expected} exe=`);
  });

  test('has the name of the terminal', () => {
    const bytes = openat();
    bytes.set(bytesOf('pts0'), 200);
    expect(written(bytes)[0]?.[1]).toContain(' tty=pts0 ses=');
  });
});

describe('the other records', () => {
  test('stand in the kernel’s order: SYSCALL, EXECVE, CWD, PROCTITLE', () => {
    const fields = [
      field(FIELD.PROCTITLE, bytesOf('true\0a b\0')),
      field(FIELD.CWD, pathPayload('/')),
      field(FIELD.EXECVE, bytesOf('true\0a b\0')),
    ];
    const records = written(openat({ fields }));
    expect(records.map(([type]) => type)).toEqual([1300, 1309, 1307, 1327]);
    for (const [type, text] of records.slice(1)) expect(text).toBe(`${golden('exec', type)} origin=bpf`);
  });

  test('PROCTITLE ends with the last printable byte, as the kernel has it', () => {
    expect(title('/golden\0')).toBe(`${golden('rule_openat_deny', 1327)} origin=bpf`);
    expect(title('a\0\0\n')).toBe('proctitle="a" origin=bpf');
    expect(title('')).toBe('proctitle="(null)" origin=bpf');
    expect(title('\0')).toBe('proctitle="(null)" origin=bpf');
    // isprint() of the kernel knows Latin-1: the last byte of é is printable, the last of ę is not
    expect(title('caf\xc3\xa9\0')).toBe('proctitle=636166C3A9 origin=bpf');
    expect(title('x\xc4\x99\0')).toBe('proctitle=78C4 origin=bpf');
  });

  test('EXECVE says when arguments were cut', () => {
    const [, [, text] = []] = written(openat({ fields: [field(FIELD.EXECVE, bytesOf('a\0b\0'), 1)] }));
    expect(text).toBe('argc=2 a0="a" a1="b" truncated=execve origin=bpf');
  });

  test('an empty argument is one', () => {
    const [, [, text] = []] = written(openat({ fields: [field(FIELD.EXECVE, bytesOf('a\0\0b\0'))] }));
    expect(text).toBe('argc=3 a0="a" a1="" a2="b" origin=bpf');
  });

  test('CWD quotes as the kernel does', () => {
    const [, [, text] = []] = written(openat({ fields: [field(FIELD.CWD, pathPayload('/a b'))] }));
    expect(text).toBe('cwd=2F612062 origin=bpf');
  });

  test('URINGOP stands in the place of SYSCALL', () => {
    const bytes = ringEvent({
      numbers: {
        context: CONTEXT.PRESENT | CONTEXT.URING,
        syscall: 18,
        ppid: 1,
        tgid: 7,
        uid: 33,
        auid: 1000,
      },
    });
    expect(written(bytes, { exit: -1n, success: false })).toEqual([
      [
        1336,
        'uring_op=18 success=no exit=-1 items=0 ppid=1 pid=7 uid=33 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 ' +
          'fsgid=0 key=(null) origin=bpf',
      ],
    ]);
  });

  test('nothing is written about a kernel thread', () => {
    expect(written(ringEvent({ numbers: { context: CONTEXT.KTHREAD } }))).toEqual([]);
  });
});

test('whatever the bytes are, each record is one line that ends with its origin', () => {
  const random = new Random(1300);
  for (let i = 0; i < 5000; i++) {
    const fields = Array.from({ length: random.below(4) }, () =>
      field(
        22 + random.below(4),
        Uint8Array.from({ length: random.below(80) }, () => random.below(256)),
        random.below(3),
      ),
    );
    const bytes = openat({ fields });
    for (let j = 0; j < 30; j++) bytes[16 + random.below(bytes.length - 16)] = random.below(256);
    for (const [, text] of written(bytes)) {
      expect(text).toMatch(/^[\x20-\x7e]+ origin=bpf$/);
      expect(text.match(/ origin=bpf/g)).toHaveLength(1);
    }
  }
});
