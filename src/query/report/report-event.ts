import { Enrichment } from '../../audit/interpret/enrichment.ts';
import { escapeText, type EscapeMode } from '../../audit/interpret/escape.ts';
import { decodeUntrusted } from '../../audit/interpret/hex.ts';
import { userWord } from '../../audit/interpret/names.ts';
import { machineOfElf } from '../../audit/tables/machines.ts';
import { recordTypeName, stockRecordTypeName } from '../../audit/tables/record-types.ts';
import { syscallName } from '../../audit/tables/syscalls.ts';
import type { SearchItems } from '../items/search-items.ts';
import { enrichmentOf, type EventText } from '../output/event-text.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';

const SYSCALL = 1300;
/** SYSCALL, PATH, CWD, EXECVE, SOCKADDR, PROCTITLE: the bulk of every log, and none of them rare. */
const PLAIN = new Set([SYSCALL, 1302, 1306, 1307, 1309, 1327]);

/** How values are shown in a report. */
export interface ReportStyle {
  /** Put numbers into words: `-i`. */
  readonly interpret: boolean;
  readonly escape: EscapeMode;
  readonly local: LocalKnowledge;
  /** Name only the record types that libaudit 3.0.9 names. */
  readonly stock: boolean;
}

/** An event as reports look at it. */
export class ReportEvent {
  readonly event: EventText;
  readonly items: SearchItems;
  /** Place among all events. */
  readonly sequence: number;
  readonly #style: ReportStyle;

  constructor(event: EventText, items: SearchItems, sequence: number, style: ReportStyle) {
    this.event = event;
    this.items = items;
    this.sequence = sequence;
    this.#style = style;
  }

  /** Type of the first record. */
  get firstType(): number {
    return this.event.records[0]?.type ?? -1;
  }

  /** Whether there is nothing but a system call and what belongs to it. */
  isPlainSyscall(): boolean {
    return this.event.records.every((record) => PLAIN.has(record.type));
  }

  /** Whether a record has one of the types. */
  has(...types: readonly number[]): boolean {
    return this.event.records.some((record) => types.includes(record.type));
  }

  /** Whether a record has a type of a range, both ends included. */
  hasBetween(low: number, high: number): boolean {
    return this.event.records.some((record) => record.type >= low && record.type <= high);
  }

  /** Type of the first record of a range, or undefined. */
  typeBetween(low: number, high: number): number | undefined {
    return this.event.records.find((record) => record.type >= low && record.type <= high)?.type;
  }

  /** Name of the type of the first record. */
  typeWord(): string {
    const { stock } = this.#style;
    return (stock ? stockRecordTypeName(this.firstType) : recordTypeName(this.firstType)) ?? '(null)';
  }

  /** The login user. */
  auid(): string {
    return this.user(this.items.loginuid);
  }

  /** A user id, in words if that is wanted. */
  user(uid: number): string {
    if (!this.#style.interpret) return String(uid | 0);
    const known = this.#enrichment()?.get('auid');
    if (known !== undefined) return escapeText(decodeUntrusted(known), this.#style.escape);
    return uid === -1 ? 'unset' : userWord(uid >>> 0, this.#style.local.names);
  }

  /** The system call, in words if that is wanted. */
  syscall(): string {
    const { items } = this;
    if (!this.#style.interpret) return String(Math.max(items.syscall, 0));
    const known = this.#enrichment()?.get('syscall');
    if (known !== undefined) return known;
    return syscallWord(items);
  }

  /** `yes`, `no` or `unset`. */
  success(): string {
    return ['no', 'yes'][this.items.success] ?? 'unset';
  }

  /** A text from the log, or a question mark. */
  text(value: string | undefined): string {
    return value === undefined ? '?' : escapeText(value, this.#style.escape);
  }

  #enrichment(): Enrichment | undefined {
    const first = this.event.records[0];
    if (first === undefined || (this.event.records.length > 1 && first.type !== SYSCALL)) return undefined;
    const text = enrichmentOf(first);
    return text === '' ? undefined : new Enrichment(text);
  }
}

/** The name of the system call of an event, `?` if its architecture is unknown. */
export function syscallWord(items: SearchItems): string {
  const machine = machineOfElf(items.arch);
  if (machine === undefined) return '?';
  return syscallName(machine, Math.max(items.syscall, 0)) ?? String(items.syscall);
}
