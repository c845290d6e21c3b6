import type { DiskAction, DiskActionWord, Room } from '../../log/disk-action.ts';
import type { TomlValue } from '../../toml/toml-entries.ts';

/** One key of bpfaudit.toml, as data: validation, the shipped file and the manual page come from it. */
export interface Key<T> {
  /** What a value looks like, for errors and for the manual: `"rotate", "ignore" or "suspend"`. */
  readonly expected: string;
  readonly default: T;
  /** Unit of a number: `MiB`. */
  readonly unit?: string;
  /** One line: what it is for. */
  readonly why: string;
  /** The value, or nothing if it is none. */
  read(value: TomlValue): T | undefined;
  /** The value as TOML. */
  write(value: T): string;
}

/** `true` or `false`. */
export function flag(initial: boolean, why: string): Key<boolean> {
  return {
    expected: 'true or false',
    default: initial,
    why,
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    write: String,
  };
}

/** A whole number. */
export function whole(
  initial: number,
  range: { readonly min: number; readonly max: number; readonly unit?: string; readonly power?: boolean },
  why: string,
): Key<number> {
  const { min, max, unit, power } = range;
  const what = power === true ? 'a power of two' : 'a whole number';
  return {
    expected: `${what} from ${min} to ${max}`,
    default: initial,
    ...(unit === undefined ? {} : { unit }),
    why,
    read: (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
        return undefined;
      return power === true && (value & (value - 1)) !== 0 ? undefined : value;
    },
    write: String,
  };
}

/** One of some words; capitals do not matter, as in auditd.conf. */
export function word<W extends string>(initial: W, words: readonly W[], why: string): Key<W> {
  return {
    expected: alternatives(words),
    default: initial,
    why,
    read: (value) => {
      const lower = typeof value === 'string' ? value.toLowerCase() : '';
      return words.find((candidate) => candidate === lower);
    },
    write: quote,
  };
}

/** An action; `exec` is followed by the program to run. */
export function action(
  initial: DiskActionWord,
  words: readonly DiskActionWord[],
  why: string,
): Key<DiskAction> {
  const shown = words.map((one) => (one === 'exec' ? 'exec /PROGRAM' : one));
  return {
    expected: alternatives(shown),
    default: { word: initial },
    why,
    read: (value) => {
      if (typeof value !== 'string') return undefined;
      const [, first = '', program] = /^(\S+)(?:\s+(\S+))?$/.exec(value.trim()) ?? [];
      const found = words.find((candidate) => candidate === first.toLowerCase());
      if (found === undefined || (found === 'exec') !== (program !== undefined)) return undefined;
      if (program === undefined) return { word: found };
      return isAbsolute(program) ? { word: found, program } : undefined;
    },
    write: (value) => quote(value.program === undefined ? value.word : `${value.word} ${value.program}`),
  };
}

/** Free space: a number of MiB, or a share of the file system as `"5%"`. */
export function room(initial: Room, why: string): Key<Room> {
  return {
    expected: 'a whole number of MiB, or a share of the file system from "1%" to "99%"',
    default: initial,
    unit: 'MiB or %',
    why,
    read: (value) => {
      if (typeof value === 'number') {
        return Number.isInteger(value) && value >= 0 && value <= 1e9 ? { mib: value } : undefined;
      }
      const share = typeof value === 'string' ? /^([1-9]\d?)%$/.exec(value.trim()) : null;
      return share === null ? undefined : { percent: Number(share[1]) };
    },
    write: (value) => ('mib' in value ? String(value.mib) : quote(`${value.percent}%`)),
  };
}

/** An absolute path. */
export function path(initial: string, why: string): Key<string> {
  return {
    expected: 'an absolute path',
    default: initial,
    why,
    read: (value) => (typeof value === 'string' && isAbsolute(value) ? value : undefined),
    write: quote,
  };
}

/** Text of one form; what it must match is said in words too. */
export function text(initial: string, form: RegExp, expected: string, why: string): Key<string> {
  return {
    expected,
    default: initial,
    why,
    read: (value) => (typeof value === 'string' && form.test(value) ? value : undefined),
    write: quote,
  };
}

function isAbsolute(value: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /^\/[^\0-\x1f\x7f]+$/.test(value) && value.length < 4096 && !value.split('/').includes('..');
}

function alternatives(words: readonly string[]): string {
  const quoted = words.map(quote);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** A basic string of TOML, whose escapes are those of JSON. */
function quote(value: string): string {
  return JSON.stringify(value);
}
