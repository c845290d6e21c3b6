import { decodeUntrusted } from '../../audit/interpret/hex.ts';
import { lowInt32 } from '../../audit/interpret/numbers.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type SearchItems, type Wants } from './search-items.ts';

/** What a BPF_LSM_ACCESS record says; a field that the policy did not log is undefined. */
export interface BpfAccess {
  readonly progId?: number;
  readonly pid?: number;
  readonly comm?: string;
  readonly policy?: string;
  /** LSM hook, `lsm-hook=`. */
  readonly hook?: string;
  readonly cause?: string;
  /** 0 allowed, negative denied with that error; what came of it says {@link effectOf}. */
  readonly verdict?: number;
  /** The policy only monitors (`permissive=1`): the call passed, whatever the verdict was. */
  readonly permissive?: true;
  /** A path, or the last part of a name where only that was logged. */
  readonly path?: string;
  readonly name?: string;
  readonly saddr?: string;
  readonly daddr?: string;
  readonly dest?: number;
  /** Path of the control group, below the root of the unified hierarchy. */
  readonly cgroup?: string;
}

/** What a decision did to the call. */
export type Effect = 'allow' | 'deny' | 'would-deny';

/** Members of {@link BpfAccess} that are text, and their fields. */
const TEXT_FIELDS = [
  ['comm', 'comm'],
  ['policy', 'policy'],
  ['lsm-hook', 'hook'],
  ['cause', 'cause'],
  ['path', 'path'],
  ['name', 'name'],
  ['saddr', 'saddr'],
  ['daddr', 'daddr'],
  ['cgroup', 'cgroup'],
] as const;

/** Reads the fields of a 1427 record from its text; works on the kernel's form and on ours. */
export function readBpfAccess(text: string): BpfAccess {
  const fields = new Map<string, string>();
  const from = text.indexOf('): ');
  for (const [name, value] of wordsOf(text, from < 0 ? 0 : from + 3)) {
    if (!fields.has(name)) fields.set(name, value);
  }
  const out: Record<string, string | number> = {};
  for (const [name, key] of TEXT_FIELDS) {
    const value = fields.get(name);
    if (value === undefined) continue;
    out[key] = name === 'saddr' || name === 'daddr' ? value : decodeUntrusted(value);
  }
  for (const [name, key] of [
    ['prog-id', 'progId'],
    ['pid', 'pid'],
    ['verdict', 'verdict'],
    ['dest', 'dest'],
  ] as const) {
    const value = fields.get(name);
    const number = value === undefined || !/^-?\d+$/.test(value) ? undefined : lowInt32(value, 10);
    if (number !== undefined) out[key] = number;
  }
  return fields.get('permissive') === '1' ? { ...out, permissive: true } : out;
}

/** What a decision did to the call: a policy that only monitors denies nothing. Undefined without a verdict. */
export function effectOf({
  verdict,
  permissive,
}: Pick<BpfAccess, 'verdict' | 'permissive'>): Effect | undefined {
  if (verdict === undefined) return undefined;
  if (verdict === 0) return 'allow';
  return permissive === true ? 'would-deny' : 'deny';
}

/** The name and value of each `name=value` of a text; a quoted value may hold blanks. */
export function* wordsOf(text: string, from: number): Generator<readonly [string, string]> {
  let pos = from;
  while (pos < text.length) {
    const equals = text.indexOf('=', pos);
    if (equals < 0) return;
    const name = text.slice(text.lastIndexOf(' ', equals) + 1, equals);
    const quoted = text.charCodeAt(equals + 1) === 0x22;
    const close = quoted ? text.indexOf('"', equals + 2) : -1;
    const blank = text.indexOf(' ', close < 0 ? equals : close);
    const end = blank < 0 ? text.length : blank;
    yield [name, text.slice(equals + 1, end)];
    pos = end + 1;
  }
}

/**
 * What a BPF_LSM_ACCESS record adds to an event. A SYSCALL record of the same event comes later and
 * overrides the task; stock ausearch finds none of this in a record that stands alone.
 */
export function readBpfItems(text: string, items: SearchItems, wants: Wants): void {
  const access = readBpfAccess(text);
  if (wants.pid === true && access.pid !== undefined) items.pid = access.pid;
  if (wants.comm === true && access.comm !== undefined) items.comm = access.comm;
  const effect = effectOf(access);
  if (wants.success === true && effect !== undefined) {
    items.success = effect === 'deny' ? SUCCESS_FAILED : SUCCESS_YES;
  }
  if (wants.host === true) items.host ??= access.daddr ?? access.saddr;
}
