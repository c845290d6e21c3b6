import { describe, expect, test } from 'vitest';
import { CONTEXT, FIELD, FORM, OBJECT } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { readField } from '../../src/events/fields.ts';
import { writeRecordBody } from '../../src/events/record-text.ts';
import {
  eventChunk,
  fieldBytes,
  memoryOf,
  text,
  words,
  type EventParts,
  type FieldParts,
} from '../helpers/chunks.ts';

/** The record behind `prog-id=7 pid=42 comm="x"`. */
function body(
  fields: readonly FieldParts[],
  more: readonly FieldParts[] = [],
  event: EventParts = {},
): string {
  const chunk = eventChunk({
    ...event,
    head: { prog_id: 7, tgid: 42, ...event.head },
    comm: text('x'),
    fields,
  });
  const apart = more.map((field) => {
    const content = fieldBytes(field);
    const { bytes, view } = memoryOf(content);
    return readField(bytes, view, 0, content.length)!;
  });
  const out = new ByteWriter();
  const { bytes, view } = memoryOf(chunk);
  writeRecordBody(out, bytes, view, 0, apart);
  const line = Buffer.from(out.view).toString('latin1');
  expect(line.startsWith('prog-id=7 pid=42 comm="x"')).toBe(true);
  return line.slice('prog-id=7 pid=42 comm="x"'.length);
}

interface ObjectParts {
  readonly ino?: number;
  readonly sid?: string;
  readonly form?: number;
  readonly flags?: number;
  readonly string?: string;
}

function object({
  ino = 5,
  sid = 'tmpfs',
  form = FORM.NONE,
  flags = OBJECT.INODE,
  string = '',
}: ObjectParts): Buffer {
  const head = Buffer.alloc(48);
  head.writeBigUInt64LE(BigInt(ino), 0);
  head.writeUInt16LE(form, 12);
  head.writeUInt16LE(flags, 14);
  head.write(sid, 16);
  return Buffer.concat([head, text(string)]);
}

function custom(type: number, name: string, value: bigint, string = ''): FieldParts {
  const head = Buffer.alloc(40);
  head.write(name, 0, 'latin1');
  head.writeBigUInt64LE(BigInt.asUintN(64, value), 32);
  return { type, payload: Buffer.concat([head, text(string)]) };
}

function ib(prefix: string, pkey: number, port: number, device = ''): Buffer {
  return Buffer.concat([Buffer.from(prefix, 'hex'), words(port, pkey), text(device)]);
}

/** security/lsm_audit.c, and the order of its format strings: spaces included. */
describe('one field reads as in the kernel', () => {
  const cases: readonly (readonly [string, FieldParts, string])[] = [
    ['cause', { type: FIELD.CAUSE, payload: text('why') }, ' cause="why"'],
    ['cause with a space', { type: FIELD.CAUSE, payload: text('a b') }, ' cause=612062'],
    ['empty cause', { type: FIELD.CAUSE, payload: text('') }, ' cause=""'],
    ['capability', { type: FIELD.CAP, payload: words(-1) }, ' capability=-1 '],
    ['ipc', { type: FIELD.IPC, payload: words(2147483647) }, ' ipc_key=2147483647 '],
    ['key', { type: FIELD.KEY, payload: words(-1) }, ' key_serial=4294967295'],
    [
      'key with description',
      { type: FIELD.KEY, value: 1, payload: Buffer.concat([words(1), text('user')]) },
      ' key_serial=1 key_desc="user"',
    ],
    ['kmod', { type: FIELD.KMOD, payload: text('nf tables') }, ' kmod=6E66207461626C6573'],
    ['anonclass', { type: FIELD.ANONINODE, payload: text('[io_uring]') }, ' anonclass=[io_uring]'],
    ['forged anonclass', { type: FIELD.ANONINODE, payload: text('x auid=0') }, ' anonclass=7820617569643D30'],
    ['anonclass with =', { type: FIELD.ANONINODE, payload: text('auid=0') }, ' anonclass="auid=0"'],
    [
      'lockdown',
      { type: FIELD.LOCKDOWN, value: 1, payload: Buffer.concat([words(3), text('direct PCI access')]) },
      ' lockdown_reason="direct PCI access"',
    ],
    ['lockdown without text', { type: FIELD.LOCKDOWN, payload: words(29) }, ' lockdown_reason=29'],
    ['nlmsgtype', { type: FIELD.NLMSGTYPE, payload: words(16) }, ' nl-msgtype=16'],
    [
      'ibpkey',
      { type: FIELD.IBPKEY, payload: ib('fe80000000000001', 0x7fff, 0) },
      ' pkey=0x7fff subnet_prefix=fe80:0:0:1::',
    ],
    [
      'ibendport',
      { type: FIELD.IBENDPORT, payload: ib('0000000000000000', 0, 1, 'mlx5_0') },
      ' device=mlx5_0 port_num=1',
    ],
    ['u64', custom(FIELD.U64, 'n', 2n ** 64n - 1n), ' n=18446744073709551615'],
    ['s64', custom(FIELD.S64, 'n', -(2n ** 63n)), ' n=-9223372036854775808'],
    ['hex', custom(FIELD.HEX, 'n', 0n), ' n=0x0'],
    ['str', custom(FIELD.STR, 'n', 3n, 'a"b'), ' n=612262'],
    [
      'task',
      { type: FIELD.TASK, payload: Buffer.concat([words(9, 0), text('kworker/0:1\0\0\0\0\0')]) },
      ' opid=9 ocomm="kworker/0:1"',
    ],
    ['task without a pid', { type: FIELD.TASK, payload: Buffer.alloc(24) }, ''],
    ['an unknown kind', { type: 99, payload: text('?') }, ''],
  ];
  test.each(cases)('%s', (_, field, expected) => {
    expect(body([field])).toBe(expected);
  });
});

describe('an object', () => {
  const forms: readonly (readonly [string, ObjectParts, string])[] = [
    ['plain', { form: FORM.PLAIN, string: '/etc/passwd' }, '"/etc/passwd"'],
    ['of components', { form: FORM.COMPONENTS, string: 'c\0b\0a\0' }, '"/a/b/c"'],
    ['that is the root', { form: FORM.COMPONENTS, string: '' }, '"/"'],
    [
      'that is deleted',
      { form: FORM.COMPONENTS, flags: OBJECT.INODE | OBJECT.DELETED, string: 'f\0' },
      Buffer.from('/f (deleted)').toString('hex').toUpperCase(),
    ],
    [
      'outside of its mount',
      { form: FORM.COMPONENTS, flags: OBJECT.INODE | OBJECT.ESCAPED, string: 'f\0' },
      '"/"',
    ],
    ['that is a pipe', { form: FORM.PIPE }, '"pipe:[5]"'],
    ['that is a socket', { form: FORM.SOCKET }, '"socket:[5]"'],
    ['that is an anonymous inode', { form: FORM.ANON, string: '[eventfd]\0' }, '"anon_inode:[eventfd]"'],
    ['that is a namespace', { form: FORM.NS, string: 'mnt\0' }, '"mnt:[5]"'],
    [
      'that is a memfd',
      { form: FORM.SIMPLE, string: 'memfd:x\0' },
      Buffer.from('/memfd:x (deleted)').toString('hex').toUpperCase(),
    ],
    ['that is a dma-buf', { form: FORM.DMABUF, string: 'dmabuf\0name\0' }, '"/dmabuf:name"'],
    ['that nobody could name', { form: FORM.TOO_LONG }, '"<too_long>"'],
  ];
  test.each(forms)('%s has a path', (_, parts, path) => {
    expect(body([{ type: FIELD.PATH, payload: object(parts) }])).toBe(` path=${path} dev="tmpfs" ino=5`);
    expect(body([{ type: FIELD.INODE, payload: object(parts) }])).toBe(` name=${path} dev="tmpfs" ino=5`);
  });

  test('without name or inode shows neither', () => {
    expect(body([{ type: FIELD.DENTRY, payload: object({}) }])).toBe(' dev="tmpfs" ino=5');
    const negative = object({ form: FORM.PLAIN, flags: 0, string: 'new' });
    expect(body([{ type: FIELD.DENTRY, payload: negative }])).toBe(' name="new"');
  });

  test('of an ioctl shows the command', () => {
    const file = object({ form: FORM.PLAIN, string: '/dev/tty' });
    expect(body([{ type: FIELD.IOCTL_OP, value: 0x5401, payload: file }])).toBe(
      ' path="/dev/tty" dev="tmpfs" ino=5 ioctlcmd=0x5401',
    );
  });
});

describe('a record', () => {
  const first = { type: FIELD.CAUSE, order: 0, payload: text('a') };
  const second = { type: FIELD.KMOD, order: 1, payload: text('b') };
  const third = { type: FIELD.NLMSGTYPE, order: 2, payload: words(3) };

  test('keeps the order of the calls, wherever the fields travelled', () => {
    const expected = ' cause="a" kmod="b" nl-msgtype=3';
    expect(body([first, second, third])).toBe(expected);
    expect(body([first, third], [second])).toBe(expected);
    expect(body([second], [third, first])).toBe(expected);
    expect(body([], [third, second, first])).toBe(expected);
  });

  test('ends in the verdict, and in what was lost of it', () => {
    const head = { context: CONTEXT.VERDICT, verdict: -13, missing: (1 << FIELD.PATH) | (1 << FIELD.FILE) };
    expect(body([first], [], { head })).toBe(' cause="a" verdict=-13 truncated=path');
    expect(body([], [], { head: { verdict: -1 } })).toBe('');
    expect(body([], [], { head: { missing: 1 << 31 } })).toBe(' truncated=?');
  });

  test('has no field twice, and none with a name of audit', () => {
    const fields = [
      custom(FIELD.U64, 'load', 1n),
      custom(FIELD.U64, 'load', 2n),
      custom(FIELD.U64, 'lo', 3n),
      custom(FIELD.U64, 'oad', 4n),
      ...['auid', '', 'A', 'a b', 'x=1', 'a\n', '1a', 'a'.repeat(32)].map((name) =>
        custom(FIELD.U64, name, 5n),
      ),
    ];
    expect(body(fields)).toBe(' load=1 lo=3 oad=4');
  });

  test('of one line does not look into the line before', () => {
    const { bytes, view } = memoryOf(eventChunk({ fields: [custom(FIELD.U64, 'load', 1n)] }));
    const out = new ByteWriter();
    for (let line = 0; line < 2; line++) {
      writeRecordBody(out, bytes, view, 0, []);
      out.byte(10);
    }
    expect(Buffer.from(out.view).toString()).toBe('prog-id=? pid=0 comm="" load=1\n'.repeat(2));
  });
});
