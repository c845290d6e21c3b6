import { parseGolden, type GoldenRecord } from '../goldens/golden-file.ts';
import { logRecords } from './flood.ts';

const EOE = 1320;
const TYPES: Readonly<Record<string, number>> = {
  'UNKNOWN[1427]': 1427,
  SYSCALL: 1300,
  PATH: 1302,
  SOCKADDR: 1306,
  CWD: 1307,
  PROCTITLE: 1327,
};

/** What differs from one run, program or guest to the next: by record type, the names of the fields. */
const CHANGING: ReadonlyMap<number, ReadonlySet<string>> = new Map([
  [1427, new Set(['prog-id', 'pid', 'dev', 'ino'])],
  // a1 and a3 point to or are the rest of the trigger's own memory, a0 and exit can be descriptors
  [1300, new Set(['a0', 'a1', 'a3', 'exit', 'ppid', 'pid', 'exe'])],
  [1302, new Set(['inode', 'dev'])],
  [1327, new Set(['proctitle'])],
]);

/** A record with `*` for what changes from run to run: all names of fields, in their order, and the other values. */
export function masked({ type, text }: GoldenRecord): string {
  const changing = CHANGING.get(type);
  const fields = text.trimEnd().replaceAll(/([\w-]+)=(\S+)/g, (field, name: string, value: string) => {
    // Whether a call failed, and how, must agree; which descriptor it gave need not.
    if (name === 'exit' && value.startsWith('-')) return field;
    return changing?.has(name) === true ? `${name}=*` : field;
  });
  return `${type} ${fields}`;
}

/** The records of a golden as {@link masked} shows them; EOE is never written. */
export function goldenEvent(file: string): string[] {
  return parseGolden(file)
    .records.filter(({ type }) => type !== EOE)
    .map(masked);
}

/** The same of the one event in a log that has a decision; fails if it is not one, or not in one piece. */
export function loggedEvent(log: string): string[] {
  const records = logRecords(log);
  const ids = new Set(records.filter(({ type }) => type === 'UNKNOWN[1427]').map(({ id }) => id));
  const places = records.flatMap(({ id }, place) => (ids.has(id) ? [place] : []));
  if (ids.size !== 1 || places.at(-1)! - places[0]! !== places.length - 1)
    throw new Error(`not one event:\n${log}`);
  return places.map((place) => {
    const { type, body } = records[place]!;
    return masked({ type: TYPES[type] ?? 0, text: body });
  });
}
