import type { BpfEventView } from '../../src/rules/bpf/event-view.ts';
import { holdsPlainly, propertyOf, type PlainCondition, type PlainRule } from './plain-rules.ts';
import { RESOLVER } from './random-machine.ts';

/** When the kernel knows a field: docs/rules.md, "Where a rule is decided". */
const OF_PROGRAM = new Set(['policy', 'prog', 'prog-id', 'hook']);
const IN_USER_SPACE = new Set(['path', 'cause']);
const OF_TASK = new Set(
  'pid ppid uid euid suid fsuid gid egid sgid fsgid auid loginuid ses sessionid comm exe cgroup'.split(' '),
);

/** What the kernel answers, and by which rule if one decided. */
export interface Expected {
  /** `limit`: keeps what the limit of the rule lets through. */
  readonly answer: 'ask' | 'drop' | 'keep' | 'limit';
  readonly rule?: PlainRule;
}

/**
 * What the kernel can say by then, in plain words: it goes through the rules; one of which a known condition does
 * not hold is passed over; one that holds as far as it is known but has more to ask leaves the question open.
 */
export function expectedAnswer(
  rules: readonly PlainRule[],
  view: BpfEventView,
  isComplete: boolean,
): Expected {
  const mine = rules.filter((each) => isOfThisProgram(each, view));
  const end = mine.findIndex(({ conditions }) => conditions.every((each) => isProgramFact(each, view)));
  const reached = end < 0 ? mine : mine.slice(0, end + 1);
  // Behind the last rule that can hold a record back nothing matters.
  const asked = reached.slice(
    0,
    reached.findLastIndex(({ action, limit }) => action === 'never' || limit !== undefined) + 1,
  );
  for (const rule of asked) {
    const { conditions, action, limit } = rule;
    const known = conditions.filter((condition) => isKnown(condition, view, isComplete));
    if (!known.every((condition) => holdsPlainly(condition, view, RESOLVER.file))) continue;
    if (known.length < conditions.length) return { answer: 'ask' };
    if (action === 'never') return { answer: 'drop', rule };
    return { answer: limit === undefined ? 'keep' : 'limit', rule };
  }
  return { answer: 'keep' };
}

// What was found out about the program decides before all else.
function isOfThisProgram({ conditions }: PlainRule, view: BpfEventView): boolean {
  return conditions.every(
    (condition) => !isProgramFact(condition, view) || holdsPlainly(condition, view, RESOLVER.file),
  );
}

function isProgramFact(condition: PlainCondition, view: BpfEventView): boolean {
  return OF_PROGRAM.has(condition.name) && view[propertyOf(condition)] !== undefined;
}

function isKnown(condition: PlainCondition, view: BpfEventView, isComplete: boolean): boolean {
  const { name, value } = condition;
  if (OF_PROGRAM.has(name)) return isProgramFact(condition, view);
  if (IN_USER_SPACE.has(name)) return false;
  // What did not exist when the rules were compiled is not known by its inode.
  if ((name === 'exe' || name === 'dir') && RESOLVER.file(value) === undefined) return false;
  if (propertyOf(condition) === 'cgroup' && RESOLVER.cgroup(value === '/' ? '' : value) === undefined)
    return false;
  return isComplete || OF_TASK.has(name);
}

/** Buckets that are never filled again, as of limits over days: so many pass, and no more. */
export class PlainBuckets {
  readonly #used = new Map<string, number>();

  /** Whether one more record of an event passes the limit of a rule. */
  admits({ limit, keys, line }: PlainRule, { exeInode, exeDevice, cgroupId }: BpfEventView): boolean {
    if (limit === undefined) return true;
    const objects: Readonly<Record<string, unknown>> = { exe: [exeInode, exeDevice], cgroup: cgroupId };
    const shared = keys.length > 0 ? [limit.text, ...keys].join('\n') : line;
    const bucket = `${shared} ${String(objects[limit.per])}`;
    const used = this.#used.get(bucket) ?? 0;
    this.#used.set(bucket, used + 1);
    return used < limit.records;
  }
}
