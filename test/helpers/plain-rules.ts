import type { BpfEventView } from '../../src/rules/bpf/event-view.ts';

/*
 * The list `bpf` as docs/rules.md describes it, from the text of a rule to whether it matches: the reference for
 * parser, compiled predicate and kernel filter. Slow and plain, and nothing of src/rules is used but types.
 */

/** One condition of a rule, as it is written. */
export interface PlainCondition {
  readonly name: string;
  readonly operator: string;
  /** Of `-C` the name of the other field. */
  readonly value: string;
  readonly isPair: boolean;
}

/** A rule, taken apart. */
export interface PlainRule {
  readonly line: string;
  readonly action: string;
  readonly conditions: readonly PlainCondition[];
  readonly keys: readonly string[];
  readonly limit?: { readonly records: number; readonly per: string; readonly text: string };
}

/** A file, as the kernel knows it. */
export interface PlainFile {
  readonly inode: bigint;
  readonly device: number;
}

/** Which file a path leads to, if any. */
export type PlainFiles = (path: string) => PlainFile | undefined;

/** Other names of fields, and what a field is called in an event. */
const PROPERTIES: Readonly<Record<string, keyof BpfEventView>> = {
  'prog-id': 'progId',
  loginuid: 'auid',
  sessionid: 'ses',
  ino: 'inode',
  dir: 'path',
  saddr_fam: 'saddrFam',
  src: 'sport',
  dest: 'dport',
};

/** What words mean as numbers: include/uapi/linux/capability.h, include/linux/socket.h, include/uapi/asm-generic. */
const NUMBERS: Readonly<Record<string, bigint>> = {
  root: 0n,
  unset: 4_294_967_295n,
  '-1': 4_294_967_295n,
  sys_admin: 21n,
  cap_sys_admin: 21n,
  net_raw: 13n,
  cap_bpf: 39n,
  inet: 2n,
  inet6: 10n,
};
const ERRORS: Readonly<Record<string, bigint>> = { '-EPERM': -1n, '-EACCES': -13n };
const TEXTS = new Set(['policy', 'prog', 'hook', 'cause', 'comm', 'exe', 'path']);
const ADDRESSES = new Set(['saddr', 'daddr', 'laddr', 'faddr']);

/** Takes a line such as `-a always,bpf -F uid=0 -k root` apart. */
export function readPlainRule(line: string): PlainRule {
  const words = (line.match(/(?:\\.|[^ \\])+/g) ?? []).map((word) => word.replaceAll(/\\(.)/g, '$1'));
  const conditions: PlainCondition[] = [];
  const keys: string[] = [];
  let limit: PlainRule['limit'];
  for (let at = 2; at < words.length; at += 2) {
    const [option, text = ''] = words.slice(at);
    const [, name = '', operator = '', value = ''] = /^([a-z_-]+)(!=|>=|<=|&=|[=><&])(.*)$/.exec(text) ?? [];
    if (option === '-k') keys.push(text);
    else if (name === 'limit') {
      const [records = '', , per = 'key'] = value.split('/');
      limit = { records: Number(records), per, text: value };
    } else conditions.push({ name, operator, value, isPair: option === '-C' });
  }
  const action = words[1]?.split(',')[0] ?? '';
  return { line, action, conditions, keys, ...(limit && { limit }) };
}

/** The number of the first rule that matches an event, or -1. */
export function matchPlainly(rules: readonly PlainRule[], event: BpfEventView, files?: PlainFiles): number {
  return rules.findIndex(({ conditions }) => conditions.every((each) => holdsPlainly(each, event, files)));
}

/** Property of an event that a condition looks at. */
export function propertyOf({ name, value }: PlainCondition): keyof BpfEventView {
  if (name === 'prog' && /^\d+$/.test(value)) return 'progId';
  if (name === 'cgroup' && !value.startsWith('/')) return 'cgroupId';
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- other fields are called as in the event
  return PROPERTIES[name] ?? (name as keyof BpfEventView);
}

/** Whether a condition holds. A field that was not observed makes any condition false. */
export function holdsPlainly(condition: PlainCondition, event: BpfEventView, files?: PlainFiles): boolean {
  const { name, operator, value, isPair } = condition;
  if (name === 'exe') {
    const wanted = files?.(value);
    const { exeInode, exeDevice } = event;
    if (wanted !== undefined && exeInode !== undefined && exeDevice !== undefined)
      return (wanted.inode === exeInode && wanted.device === exeDevice) === (operator === '=');
  }
  const property = propertyOf(condition);
  const seen = event[property];
  const other = isPair ? event[propertyOf({ ...condition, name: value, value: '' })] : undefined;
  if (seen === undefined || (isPair && other === undefined)) return false;
  if (isPair) return (seen === other) === (operator === '=');
  if (name === 'dir') return isBelow(String(seen), value) === (operator === '=');
  if (property === 'cgroup')
    return isBelow(String(seen), value.replace(/^\/sys\/fs\/cgroup/, '') || '/') === (operator === '=');
  if (ADDRESSES.has(name))
    return seen instanceof Uint8Array && isInNetwork(seen, value) === (operator === '=');
  if (TEXTS.has(name) && property !== 'progId') return (seen === value) === (operator === '=');
  if (name === 'verdict' && /^(?:deny|allow)$/.test(value))
    return (Number(seen) < 0 === (value === 'deny')) === (operator === '=');
  return compare(BigInt(String(seen)), operator, numberOf(name, value));
}

function numberOf(name: string, value: string): bigint {
  if (name === 'verdict') return ERRORS[value] ?? BigInt(value);
  return NUMBERS[value.toLowerCase()] ?? BigInt(value);
}

function compare(seen: bigint, operator: string, value: bigint): boolean {
  switch (operator) {
    case '=':
      return seen === value;
    case '!=':
      return seen !== value;
    case '>':
      return seen > value;
    case '>=':
      return seen >= value;
    case '<':
      return seen < value;
    case '<=':
      return seen <= value;
    case '&':
      return (seen & value) !== 0n;
    case '&=':
      return (seen & value) === value;
    default:
      throw new Error(`no operator: ${operator}`);
  }
}

function isBelow(path: string, directory: string): boolean {
  const stem = directory.replace(/\/+$/, '');
  return path === (stem || '/') || path.startsWith(`${stem}/`);
}

/** Addresses of two families have nothing in common. */
function isInNetwork(address: Uint8Array, network: string): boolean {
  const [text = '', prefix] = network.split('/');
  const wanted = plainAddress(text);
  if (address.length !== wanted.length) return false;
  const bits = prefix === undefined ? 8 * wanted.length : Number(prefix);
  return bitsOf(address).slice(0, bits) === bitsOf(wanted).slice(0, bits);
}

function bitsOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

/** Bytes of `10.0.0.1`, `fd00::1` or `::ffff:10.0.0.1`. */
export function plainAddress(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number));
  const [head = '', tail = ''] = text.split('::');
  const [before, behind] = [head, tail].map((part) => (part === '' ? [] : part.split(':').flatMap(bytesOf)));
  const bytes = new Uint8Array(16);
  bytes.set(before ?? []);
  bytes.set(behind ?? [], 16 - (behind?.length ?? 0));
  return bytes;
}

function bytesOf(word: string): number[] {
  if (word.includes('.')) return word.split('.').map(Number);
  const value = Number.parseInt(word, 16);
  return [Math.floor(value / 256), value % 256];
}
