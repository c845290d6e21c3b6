import { CONTEXT, EVENT_AT, FIELD, FORM, NET_AT, OBJECT, OBJECT_AT, SIZE } from '../../src/abi/abi.ts';
import { addressBytes } from '../../src/rules/bpf/address.ts';
import { EMPTY_VIEW, type BpfEventView } from '../../src/rules/bpf/event-view.ts';
import type { Random } from './random.ts';
import { randomEvent } from './random-bpf.ts';
import { CGROUPS, identityOf, parentsOf, TASK_NUMBERS, taskNumbers } from './random-machine.ts';
import { ringEvent, type EventField } from './ring-event.ts';

/** Layout of `struct facts` in test/rules/programs/filter.bpf.c. */
const AT = {
  number: 0,
  has_exe: 52,
  ancestors_len: 56,
  cut_short: 60,
  cgroup: 64,
  levels: 72,
  comm: 136,
  exe_ino: 152,
  exe_dev: 160,
  ancestors: 168,
  cookie: 296,
  self_map: 304,
  site: 308,
  record: 312,
} as const;
const FACTS_BYTES = 1080;
const NO_PATH = 0xffffffff;

const IN_EVENT: Readonly<Record<string, keyof typeof EVENT_AT>> = { pid: 'tgid' };

/** An event three ways: as the kernel's test program gets it, as it lies in the ring, and in plain words. */
export interface KernelFacts {
  readonly facts: Buffer;
  readonly record: Uint8Array;
  readonly view: BpfEventView;
  /** Whether the walk to the root was cut short. */
  readonly isCut: boolean;
}

/** A random event that a policy could have written. What the kernel always knows of a task is always there. */
export function randomKernelFacts(random: Random): KernelFacts {
  const drawn = randomEvent(random, addressBytes);
  const subject = randomSubject(drawn, random);
  const object = randomObject(drawn);
  const net = randomNet(drawn, random);
  const view: BpfEventView = { ...EMPTY_VIEW, ...subject, ...object, ...net.view };
  const record = recordOf(view, net);
  const facts = Buffer.alloc(FACTS_BYTES);
  facts.set(record, AT.record);
  TASK_NUMBERS.forEach((name, at) => facts.writeUInt32LE(view[name] ?? 0, AT.number + 4 * (at + 1)));
  facts.set(Buffer.from(view.comm ?? ''), AT.comm);
  facts.writeUInt32LE(view.exeInode === undefined ? 0 : 1, AT.has_exe);
  facts.writeBigUInt64LE(view.exeInode ?? 0n, AT.exe_ino);
  facts.writeBigUInt64LE(BigInt(view.exeDevice ?? 0), AT.exe_dev);
  facts.writeBigUInt64LE(view.cgroupId ?? 0n, AT.cgroup);
  parentsOf(view.cgroup ?? '/').forEach((path, level) =>
    facts.writeBigUInt64LE(CGROUPS.get(path === '/' ? '' : path) ?? 0n, AT.levels + 8 * level),
  );
  return { facts, record, view, isCut: putAncestors(facts, view.path, random) };
}

/** Says which program the event is of: by its cookie, or by the place of its call. */
export function setProgram(facts: Buffer, place: { cookie: bigint; selfMap: number; site: number }): void {
  facts.writeBigUInt64LE(place.cookie, AT.cookie);
  facts.writeUInt32LE(place.selfMap, AT.self_map);
  facts.writeUInt32LE(place.site, AT.site);
  facts.writeUInt32LE(place.selfMap, AT.record + EVENT_AT.self_map);
  facts.writeUInt16LE(place.site, AT.record + EVENT_AT.site);
}

function randomSubject(drawn: BpfEventView, random: Random): Partial<BpfEventView> {
  const exe = drawn.exe === undefined ? undefined : identityOf(drawn.exe);
  const [cgroup, cgroupId] = random.pick([...CGROUPS]);
  return {
    ...taskNumbers(drawn),
    comm: drawn.comm ?? 'sh',
    exe: drawn.exe,
    exeInode: exe?.inode,
    exeDevice: exe?.device,
    cgroup: cgroup || '/',
    cgroupId,
  };
}

function randomObject({ path, verdict, capability, cause }: BpfEventView): Partial<BpfEventView> {
  const said = { verdict, capability, cause };
  if (path === undefined || path === '') return said;
  const file = path.startsWith('/') ? identityOf(path) : { inode: 12n, device: 13 };
  return {
    ...said,
    path,
    inode: file.inode,
    devmajor: file.device >>> 20,
    devminor: file.device & 0xfffff,
  };
}

interface Net {
  readonly view: Partial<BpfEventView>;
  readonly payload: Uint8Array | undefined;
}

// Either the two addresses of a packet, or those of a socket; of one family.
function randomNet(drawn: BpfEventView, random: Random): Net {
  const family = drawn.saddrFam;
  if (family === undefined) return { view: {}, payload: undefined };
  const payload = new Uint8Array(SIZE.net);
  const data = new DataView(payload.buffer);
  const isSocket = random.once(2);
  data.setUint16(isSocket ? NET_AT.sk_family : NET_AT.family, family, true);
  const view: { -readonly [Name in keyof BpfEventView]?: BpfEventView[Name] } = { saddrFam: family };
  if (family === 1) return { view, payload };
  const length = family === 2 ? 4 : 16;
  for (const name of isSocket ? (['laddr', 'faddr'] as const) : (['saddr', 'daddr'] as const)) {
    const address = drawn[name];
    if (address?.length !== length || address.every((byte) => byte === 0)) continue;
    payload.set(address, NET_AT[name]);
    view[name] = address;
  }
  for (const name of isSocket ? (['lport', 'fport'] as const) : (['sport', 'dport'] as const)) {
    const port = drawn[name] ?? 0;
    data.setUint16(NET_AT[name], port, false);
    if (port !== 0) view[name] = port;
  }
  return { view, payload };
}

function recordOf(view: BpfEventView, net: Net): Uint8Array {
  const fields: EventField[] = [];
  if (view.cause !== undefined) fields.push({ type: FIELD.CAUSE, payload: Buffer.from(view.cause) });
  if (view.path !== undefined) fields.push({ type: FIELD.PATH, payload: fileOf(view.path, view) });
  if (net.payload !== undefined) fields.push({ type: FIELD.NET, payload: net.payload });
  if (view.capability !== undefined) {
    fields.push({ type: FIELD.CAP, payload: Buffer.from(Int32Array.of(view.capability).buffer) });
  }
  if (view.exe !== undefined) fields.push({ type: FIELD.EXE, payload: fileOf(view.exe, {}) });
  const numbers = Object.fromEntries(TASK_NUMBERS.map((name) => [IN_EVENT[name] ?? name, view[name] ?? 0]));
  const context = view.verdict === undefined ? 0 : CONTEXT.VERDICT;
  const verdict = view.verdict ?? 0;
  const bytes = ringEvent({ numbers: { ...numbers, context, verdict }, comm: view.comm ?? '', fields });
  const data = new DataView(bytes.buffer);
  data.setBigUint64(EVENT_AT.cgroup, view.cgroupId ?? 0n, true);
  data.setBigUint64(EVENT_AT.exe_ino, view.exeInode ?? 0n, true);
  data.setUint32(EVENT_AT.exe_dev, view.exeDevice ?? 0, true);
  return bytes;
}

function fileOf(path: string, { inode, devmajor, devminor }: Partial<BpfEventView>): Uint8Array {
  const text = Buffer.from(path);
  const payload = new Uint8Array(SIZE.object + text.length);
  const view = new DataView(payload.buffer);
  view.setUint16(OBJECT_AT.form, FORM.PLAIN, true);
  payload.set(text, SIZE.object);
  if (inode === undefined) return payload;
  view.setBigUint64(OBJECT_AT.ino, inode, true);
  view.setUint32(OBJECT_AT.dev, ((devmajor ?? 0) << 20) | (devminor ?? 0), true);
  view.setUint16(OBJECT_AT.flags, OBJECT.INODE, true);
  return payload;
}

function putAncestors(facts: Buffer, path: string | undefined, random: Random): boolean {
  if (path === undefined) {
    facts.writeUInt32LE(NO_PATH, AT.ancestors_len);
    return false;
  }
  const all = path.startsWith('/') ? parentsOf(path).toReversed().map(identityOf) : [];
  const steps = random.once(4) ? random.below(all.length + 1) : all.length;
  facts.writeUInt32LE(steps, AT.ancestors_len);
  facts.writeUInt32LE(steps < all.length ? 1 : 0, AT.cut_short);
  for (const [at, { inode, device }] of all.slice(0, steps).entries()) {
    facts.writeBigUInt64LE(BigInt.asUintN(64, inode), AT.ancestors + 16 * at);
    facts.writeBigUInt64LE(BigInt(device), AT.ancestors + 16 * at + 8);
  }
  return steps < all.length;
}
