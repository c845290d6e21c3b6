import {
  CUSTOM_AT,
  FIELD,
  FORM,
  IB_AT,
  NET_AT,
  OBJECT,
  OBJECT_AT,
  SIZE,
  TASK_AT,
} from '../../src/abi/abi.ts';
import type { Random } from './random.ts';
import { pathPayload, type EventField } from './ring-event.ts';

/** How a value stands in a record. */
export type Spelling = 'number' | 'untrusted' | 'word' | 'spaced';

/** What a reader must get: values by the names of their fields, in Latin-1. */
export type Expected = Map<string, { readonly spelling: Spelling; readonly value: string }>;

/** A field of a policy, and what must come of it. */
export interface RandomField {
  readonly field: EventField;
  readonly expected: Expected;
}

/** Any bytes but NUL, which ends a string in C; often those that a log gives a meaning. */
export function anyText(random: Random, longest: number): string {
  const special = ' ="\'\n\x1b\x1d,:(){}\\%\u00e4';
  return Array.from({ length: random.below(longest + 1) }, () =>
    random.once(3)
      ? special.charAt(random.below(special.length))
      : String.fromCharCode(1 + random.below(255)),
  ).join('');
}

/** Names as the kernel has them, and some that somebody else made up. */
function anyWord(random: Random): string {
  return random.once(3) ? `${anyText(random, 10)}=` : random.pick(['mlx5_0', '[io_uring]', 'veth-zz']);
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const number = (value: number | bigint): { spelling: Spelling; value: string } => ({
  spelling: 'number',
  value: String(value),
});
const untrusted = (value: string): { spelling: Spelling; value: string } => ({
  spelling: 'untrusted',
  value,
});

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32LE(value | 0, 4 * i));
  return bytes;
}

const u32 = (random: Random): number => random.below(0x1_0000_0000);
const s32 = (random: Random): number => u32(random) | 0;

/** An object with an inode; PATH and its kin have a path, DENTRY and INODE a name. */
function anyObject(random: Random): RandomField {
  const type = random.pick([FIELD.PATH, FIELD.FILE, FIELD.IOCTL_OP, FIELD.DENTRY, FIELD.INODE]);
  const text = `/${anyText(random, 80)}`;
  const inode = u32(random);
  const head = Buffer.alloc(SIZE.object);
  head.writeBigUInt64LE(BigInt(inode), OBJECT_AT.ino);
  head.writeUInt16LE(FORM.PLAIN, OBJECT_AT.form);
  head.writeUInt16LE(OBJECT.INODE, OBJECT_AT.flags);
  head.write('tmpfs', OBJECT_AT.sid);
  const expected: Expected = new Map([
    [type === FIELD.DENTRY || type === FIELD.INODE ? 'name' : 'path', untrusted(text)],
    ['dev', untrusted('tmpfs')],
    ['ino', number(inode)],
  ]);
  const command = random.below(0x10000);
  if (type === FIELD.IOCTL_OP)
    expected.set('ioctlcmd', { spelling: 'number', value: `0x${command.toString(16)}` });
  return { field: { type, value: command, payload: Buffer.concat([head, latin1(text)]) }, expected };
}

const AF_INET = 2;
const AF_INET6 = 10;
const ADDRESSES = [
  { family: AF_INET, bytes: '0a000001', text: '10.0.0.1' },
  { family: AF_INET, bytes: 'ff010203', text: '255.1.2.3' },
  { family: AF_INET6, bytes: '20010db8000000000000000000000001', text: '2001:db8::1' },
  { family: AF_INET6, bytes: 'fe800000000000000000000000abcdef', text: 'fe80::ab:cdef' },
] as const;

function anyNet(random: Random): RandomField {
  const payload = Buffer.alloc(SIZE.net);
  const expected: Expected = new Map();
  const put = (familyAt: number, ends: readonly (readonly [string, number, string, number])[]): void => {
    const { family } = random.pick(ADDRESSES);
    payload.writeUInt16LE(family, familyAt);
    for (const [addressName, addressAt, portName, portAt] of ends) {
      const { bytes, text } = random.pick(ADDRESSES.filter((one) => one.family === family));
      payload.write(bytes, addressAt, 'hex');
      expected.set(addressName, { spelling: 'number', value: text });
      const port = random.below(0x10000);
      payload.writeUInt16BE(port, portAt);
      if (port !== 0) expected.set(portName, number(port));
    }
  };
  put(NET_AT.sk_family, [
    ['laddr', NET_AT.laddr, 'lport', NET_AT.lport],
    ['faddr', NET_AT.faddr, 'fport', NET_AT.fport],
  ]);
  put(NET_AT.family, [
    ['saddr', NET_AT.saddr, 'src', NET_AT.sport],
    ['daddr', NET_AT.daddr, 'dest', NET_AT.dport],
  ]);
  const netif = anyWord(random).slice(0, 15);
  payload.write(netif, NET_AT.netif_name, 'latin1');
  if (netif !== '') expected.set('netif', { spelling: 'word', value: netif });
  return { field: { type: FIELD.NET, payload }, expected };
}

function custom(
  type: number,
  name: string,
  bits: bigint,
  value: { spelling: Spelling; value: string },
  text = '',
): RandomField {
  const head = Buffer.alloc(SIZE.custom);
  head.write(name, CUSTOM_AT.name);
  head.writeBigUInt64LE(BigInt.asUintN(64, bits), CUSTOM_AT.value);
  return {
    field: { type, payload: Buffer.concat([head, latin1(text)]) },
    expected: new Map([[name, value]]),
  };
}

function anyCustom(random: Random): RandomField[] {
  const bits = (BigInt(u32(random)) << 32n) | BigInt(u32(random));
  const text = anyText(random, 40);
  return [
    custom(FIELD.U64, 'own-u64', bits, number(bits)),
    custom(FIELD.S64, 'own-s64', bits, number(BigInt.asIntN(64, bits))),
    custom(FIELD.HEX, 'own-hex', bits, { spelling: 'number', value: `0x${bits.toString(16)}` }),
    custom(FIELD.STR, 'own-str', 0n, untrusted(text), text),
  ];
}

function simple(
  type: number,
  name: string,
  payload: Uint8Array,
  value: { spelling: Spelling; value: string },
): RandomField {
  return { field: { type, payload }, expected: new Map([[name, value]]) };
}

function anyTask(random: Random): RandomField {
  const payload = Buffer.alloc(SIZE.task);
  const pid = 1 + random.below(4_194_304);
  const comm = anyText(random, 15);
  payload.writeInt32LE(pid, TASK_AT.tgid);
  payload.write(comm, TASK_AT.comm, 'latin1');
  const expected: Expected = new Map([
    ['opid', number(pid)],
    ['ocomm', untrusted(comm)],
  ]);
  return { field: { type: FIELD.TASK, payload }, expected };
}

function anyInfiniband(random: Random): RandomField[] {
  const pkey = random.below(0x10000);
  const port = 1 + random.below(255);
  const device = anyWord(random);
  const key = Buffer.alloc(SIZE.ib);
  key.write('fe80000000000001', IB_AT.subnet_prefix, 'hex');
  key.writeUInt32LE(pkey, IB_AT.pkey);
  const end = Buffer.alloc(SIZE.ib);
  end.writeUInt32LE(port, IB_AT.port);
  return [
    {
      field: { type: FIELD.IBPKEY, payload: key },
      expected: new Map([
        ['pkey', { spelling: 'number', value: `0x${pkey.toString(16)}` }],
        ['subnet_prefix', { spelling: 'number', value: 'fe80:0:0:1::' }],
      ]),
    },
    {
      field: { type: FIELD.IBENDPORT, payload: Buffer.concat([end, latin1(device)]) },
      expected: new Map([
        ['device', { spelling: 'word', value: device }],
        ['port_num', number(port)],
      ]),
    },
  ];
}

function withText(
  random: Random,
  type: number,
  name: string,
  textName: string,
  spelling: Spelling,
): RandomField {
  const value = s32(random);
  const text = spelling === 'spaced' ? `use of ${anyText(random, 5)}` : anyText(random, 20);
  const expected: Expected = new Map();
  if (name !== textName) expected.set(name, number(value >>> 0));
  expected.set(textName, { spelling, value: text });
  return {
    field: { type, value: 1, payload: Buffer.concat([numbers(value), latin1(text)]) },
    expected,
  };
}

/** One field of each kind that a policy can log; of the five kinds of objects any one, since they share names. */
export function everyField(random: Random): RandomField[] {
  const cause = anyText(random, 60);
  const [capability, ipc, nl] = [s32(random), s32(random), random.below(0x10000)];
  const kmod = anyText(random, 30);
  const anonclass = anyWord(random);
  return [
    simple(FIELD.CAUSE, 'cause', latin1(cause), untrusted(cause)),
    simple(FIELD.CAP, 'capability', numbers(capability), number(capability)),
    anyObject(random),
    anyTask(random),
    anyNet(random),
    withText(random, FIELD.KEY, 'key_serial', 'key_desc', 'untrusted'),
    simple(FIELD.IPC, 'ipc_key', numbers(ipc), number(ipc)),
    simple(FIELD.KMOD, 'kmod', latin1(kmod), untrusted(kmod)),
    simple(FIELD.ANONINODE, 'anonclass', latin1(anonclass), { spelling: 'word', value: anonclass }),
    withText(random, FIELD.LOCKDOWN, 'lockdown_reason', 'lockdown_reason', 'spaced'),
    simple(FIELD.NLMSGTYPE, 'nl-msgtype', numbers(nl), number(nl)),
    ...anyInfiniband(random),
    ...anyCustom(random),
  ];
}

/** What is captured beside the fields of the policy, for the records that bpfaudit builds. */
export interface Captured {
  readonly exe: string;
  readonly cwd: string;
  /** Ends in something printable: what follows that is cut off. */
  readonly proctitle: string;
  readonly args: readonly string[];
}

/** Paths of one name each, so that none of its bytes is a slash. */
export function anyCapture(random: Random): Captured {
  const name = (): string => `/x${anyText(random, 30).replaceAll('/', '_')}`;
  const args = Array.from({ length: 1 + random.below(4) }, () => anyText(random, 12));
  return { exe: name(), cwd: name(), proctitle: [...args, 'end'].join('\0'), args };
}

/** The fields that carry it. */
export function captureFields({ exe, cwd, proctitle, args }: Captured): EventField[] {
  return [
    { type: FIELD.EXE, payload: path(exe) },
    { type: FIELD.CWD, payload: path(cwd) },
    { type: FIELD.PROCTITLE, payload: latin1(proctitle) },
    { type: FIELD.EXECVE, payload: latin1(args.map((arg) => `${arg}\0`).join('')) },
  ];
}

function path(text: string): Uint8Array {
  const payload = pathPayload('/');
  return Buffer.concat([payload, latin1(`${text.slice(1)}\0`)]);
}
