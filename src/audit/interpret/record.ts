import { machineOfElf, type Machine } from '../tables/machines.ts';
import { Enrichment } from './enrichment.ts';
import { escapeText, type EscapeMode } from './escape.ts';
import { classOf, interpretValue, type ValueContext } from './field-value.ts';
import type { NameSource } from './names.ts';
import { low32 } from './numbers.ts';
import { TextCache } from './text-cache.ts';

const SYSCALL = 1300;
const SECCOMP = 1326;
const KEY_SEPARATOR = '\x01';
const MAX_CACHED_BODY = 240;
/** Where the part of a record begins that many records share. */
const ANCHORS: Readonly<Record<number, string>> = { [SYSCALL]: 'auid=', 1302: 'dev=' };
/** Fields whose words depend on the fields before them. */
const CONTEXT_FIELDS = /(?:^|[ '(])(?:arch|syscall|a[0-3])=/;
const caches = new WeakMap<InterpretOptions, TextCache>();

/** How records are interpreted: whose names, which escapes, and the machine of records that do not say. */
export interface InterpretOptions {
  readonly names: NameSource;
  readonly escape: EscapeMode;
  readonly nativeMachine: Machine;
}

/** The first two arguments of the system call, which give the others their meaning. */
export interface SyscallArgs {
  readonly a0: number;
  readonly a1: number;
}

/**
 * The fields of a record as `ausearch -i` prints them: `arch=x86_64 syscall=openat success=no ...`, with a
 * blank behind each.
 *
 * @param body what stands behind the `)` of the stamp, up to what auditd looked up.
 * @param enrichment what auditd looked up, or the empty string.
 */
export function interpretBody(
  type: number,
  body: string,
  enrichment: string,
  args: SyscallArgs,
  options: InterpretOptions,
): string {
  if (enrichment === '' && type !== SYSCALL && type !== SECCOMP && body.length <= MAX_CACHED_BODY) {
    const cached = bodyCache(options).get(type, body);
    if (cached !== undefined) return cached;
  }
  const context: ValueContext = {
    machine: undefined,
    syscall: 0,
    a0: args.a0,
    a1: args.a1,
    enrichment: enrichment === '' ? undefined : new Enrichment(enrichment),
    names: options.names,
    escape: options.escape,
  };
  if (type === SYSCALL || type === SECCOMP) {
    context.machine = options.nativeMachine;
    context.syscall = -1;
  }
  const text = interpretFields(type, body, context, enrichment === '' ? bodyCache(options) : undefined);
  if (enrichment === '' && type !== SYSCALL && type !== SECCOMP && body.length <= MAX_CACHED_BODY) {
    bodyCache(options).set(type, body, text);
  }
  return text;
}

/** The texts of one way to interpret. */
function bodyCache(options: InterpretOptions): TextCache {
  let cache = caches.get(options);
  if (cache === undefined) {
    cache = new TextCache();
    caches.set(options, cache);
  }
  return cache;
}

function interpretFields(
  type: number,
  body: string,
  context: ValueContext,
  cache: TextCache | undefined,
): string {
  let out = '';
  let pos = 0;
  let comma = false;
  let found = false;
  let nextComma = body.indexOf(',');
  const anchor = pos === 0 ? (ANCHORS[type] ?? '') : '';
  while (pos >= 0 && pos < body.length) {
    if (anchor !== '' && body.startsWith(anchor, pos) && pos > 0 && cache !== undefined) {
      return out + tailText(type, body.slice(pos), context, cache);
    }
    const equals = body.indexOf('=', pos);
    if (equals < 0) break;
    found = true;
    comma = false;
    let nameAt = body.lastIndexOf(' ', equals);
    if (nameAt < pos) nameAt = pos;
    out += body.slice(pos, equals + 1);
    const name = body.slice(nameAt, equals);
    const start = equals + 1;
    if (name === 'msg') {
      pos = start;
      continue;
    }
    const bare = bareName(name);
    if (nextComma >= 0 && nextComma < start) nextComma = body.indexOf(',', start);
    const end = valueEnd(body, start, nextComma, type, bare);
    comma = end.comma;
    pos = end.next;
    out += fieldText(type, bare, body.slice(start, end.at), comma, context);
  }
  // ausearch ends what it could not take apart with a newline of its own.
  const unread = !found || (comma && pos >= 0);
  return unread ? `${out}${escapeText(body.slice(pos), context.escape)}\n` : out;
}

/** The name without what stands before it: blanks, brackets, the quote of `msg='op=...`. */
function bareName(name: string): string {
  let from = 0;
  if (name.charCodeAt(0) === 0x27) from = 1;
  while (name[from] === ' ' || name[from] === '(') from += 1;
  return from === 0 ? name : name.slice(from);
}

/**
 * What follows the anchor of a record is the same for many: who made the call, the kind of file. It is put
 * into words once. Nothing in it depends on what stands before it.
 */
function tailText(type: number, tail: string, context: ValueContext, cache: TextCache): string {
  const cached = cache.get(type, tail);
  if (cached !== undefined) return cached;
  const text = interpretFields(type, tail, context, undefined);
  if (!CONTEXT_FIELDS.test(tail)) cache.set(type, tail, text);
  return text;
}

interface ValueEnd {
  readonly at: number;
  /** Where the next field begins, or -1 at the end of the record. */
  readonly next: number;
  /** Whether a comma ended the value. */
  readonly comma: boolean;
}

function valueEnd(body: string, start: number, commaAt: number, type: number, name: string): ValueEnd {
  const first = body.charCodeAt(start);
  if (first === 0x27 || first === 0x22) {
    const close = body.indexOf(String.fromCharCode(first), start + 1);
    if (close < 0) return { at: body.length, next: -1, comma: false };
    return { at: close + 1, next: close + 2, comma: false };
  }
  const blank = body.indexOf(' ', start);
  const limit = blank < 0 ? body.length : blank;
  if (commaAt >= 0 && commaAt < limit && classOf(type, name, '') !== 'mac_label') {
    return { at: commaAt, next: commaAt + 1, comma: true };
  }
  return { at: limit, next: blank < 0 ? -1 : blank + 1, comma: false };
}

function fieldText(type: number, name: string, raw: string, comma: boolean, context: ValueContext): string {
  const value = name === 'acct' && raw.endsWith(':') ? raw.slice(0, -1) : raw;
  const kind = classOf(type, name, value);
  if (type === SYSCALL || type === SECCOMP) noteSyscall(name, value, context);
  if (kind === 'unclassified') return value + (comma ? ',' : ' ');
  const text = interpretValue(kind, name, value, context);
  if (name === 'key') return keyText(text);
  if (kind === 'tty_data') return text;
  return `${text} `;
}

function noteSyscall(name: string, value: string, context: ValueContext): void {
  if (name === 'arch') context.machine = machineOfElf(low32(value, 16) ?? 0);
  else if (name === 'syscall' && context.syscall < 0) context.syscall = (low32(value, 10) ?? 0) | 0;
}

/** Several keys come in one value; each is printed as a field of its own. */
function keyText(text: string): string {
  const keys = text.split(KEY_SEPARATOR);
  const [first = '', ...rest] = keys;
  return `${[first, ...rest.map((key) => ` key=${key}`)].join('')} `;
}
