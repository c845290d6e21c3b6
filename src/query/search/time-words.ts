import { BpfauditError } from '../../errors/audit-error.ts';

/** The words that stand for a time, as ausearch(8) lists them. */
export const TIME_WORDS = [
  'now',
  'recent',
  'this-hour',
  'boot',
  'today',
  'yesterday',
  'this-week',
  'week-ago',
  'this-month',
  'this-year',
] as const;

/** How long ago `recent` is. */
const RECENT_SEC = 600;

/** What a time is worked out from. */
export interface TimeContext {
  /** The time now, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** How long the machine has been up, in seconds. */
  readonly uptimeSec: number;
  /** What `%x` means in the locale. */
  readonly dateFormat: string;
}

/** Whether a text is one of {@link TIME_WORDS}. */
export function isTimeWord(text: string): boolean {
  return (TIME_WORDS as readonly string[]).includes(text);
}

/**
 * Seconds since the epoch for `-ts` or `-te`: a word, a date, a time, or both.
 *
 * A start without a time is midnight; an end is midnight of a day that a word names, as in ausearch, and the
 * time of day now if a date names it.
 *
 * @throws E_BAD_TIME if it cannot be read.
 */
export function parseTime(words: readonly string[], edge: 'start' | 'end', context: TimeContext): number {
  const [first = '', second] = words;
  const exact = second === undefined ? exactWord(first, edge, context) : undefined;
  if (exact !== undefined) return exact;
  const timeFirst = first.includes(':');
  const date = timeFirst ? second : first;
  const midnight = date !== undefined && isTimeWord(date) ? '00:00' : undefined;
  const time = timeFirst ? first : (second ?? midnight);
  const day = date === undefined ? new Date(context.nowMs) : parseDay(date, context);
  setTimeOfDay(day, time, edge, context);
  if (day.getFullYear() < 2004) throw badTime(`year ${day.getFullYear()} is before audit`, words);
  return Math.floor(day.getTime() / 1000);
}

/** Words that are a point in time by themselves. */
function exactWord(word: string, edge: 'start' | 'end', context: TimeContext): number | undefined {
  const nowSec = Math.floor(context.nowMs / 1000);
  if (word === 'now') return nowSec;
  if (word === 'recent') return nowSec - RECENT_SEC;
  if (word === 'boot') return nowSec - Math.floor(context.uptimeSec);
  if (word === 'today' && edge === 'end') return nowSec;
  if (word !== 'this-hour') return undefined;
  const hour = new Date(context.nowMs);
  hour.setMinutes(0, 0, 0);
  return Math.floor(hour.getTime() / 1000);
}

function parseDay(word: string, context: TimeContext): Date {
  const day = new Date(context.nowMs);
  switch (word) {
    case 'now':
    case 'today':
    case 'this-hour':
      return day;
    case 'recent':
      return new Date(context.nowMs - RECENT_SEC * 1000);
    case 'boot':
      return new Date(context.nowMs - context.uptimeSec * 1000);
    case 'yesterday':
      day.setDate(day.getDate() - 1);
      return day;
    case 'this-week':
      day.setDate(day.getDate() - day.getDay());
      return day;
    case 'week-ago':
      day.setDate(day.getDate() - 7);
      return day;
    case 'this-month':
      day.setDate(1);
      return day;
    case 'this-year':
      day.setMonth(0, 1);
      return day;
    default:
      return parseDate(word, context.dateFormat);
  }
}

/** strptime(3) for the date formats of locales: %m %d %y %Y with literals between. */
function parseDate(word: string, format: string): Date {
  const spread = format.replaceAll('%D', '%m/%d/%y').replaceAll('%F', '%Y-%m-%d');
  const order: string[] = [];
  const pattern = spread.replaceAll(/%-?[mdeyY]|[.*+?^${}()|[\]\\]/g, (token) => {
    if (!token.startsWith('%')) return `\\${token}`;
    order.push(token.at(-1) ?? '');
    return token.endsWith('Y') ? '(\\d{4})' : '\\s*(\\d{1,2})';
  });
  const found = new RegExp(`^${pattern}$`).exec(word);
  const parts = new Map(order.map((letter, i) => [letter, Number(found?.[i + 1])]));
  const month = parts.get('m') ?? 0;
  const dayOfMonth = parts.get('d') ?? parts.get('e') ?? 0;
  const short = parts.get('y');
  const year = parts.get('Y') ?? (short === undefined ? 0 : short + (short < 69 ? 2000 : 1900));
  if (found === null || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) {
    throw badTime(`expected a date as ${format} or one of: ${TIME_WORDS.join(' ')}`, [word]);
  }
  return new Date(year, month - 1, dayOfMonth);
}

function setTimeOfDay(
  day: Date,
  time: string | undefined,
  edge: 'start' | 'end',
  context: TimeContext,
): void {
  if (time === undefined) {
    const now = new Date(context.nowMs);
    if (edge === 'start') day.setHours(0, 0, 0, 0);
    else day.setHours(now.getHours(), now.getMinutes(), now.getSeconds(), 0);
    return;
  }
  const found = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(time);
  const [hour, minute, second] = [found?.[1], found?.[2], found?.[3] ?? '0'].map(Number);
  if (found === null || (hour ?? 24) > 23 || (minute ?? 60) > 59 || (second ?? 62) > 61) {
    throw badTime('expected a time as HH:MM or HH:MM:SS', [time]);
  }
  day.setHours(hour ?? 0, minute ?? 0, second ?? 0, 0);
}

function badTime(expected: string, words: readonly string[]): BpfauditError {
  return new BpfauditError(`read time "${words.join(' ')}": ${expected}`, {
    code: 'E_BAD_TIME',
    hint: `use one of: ${TIME_WORDS.join(' ')}; or a date and a time such as 11/20/26 14:30:00`,
  });
}
