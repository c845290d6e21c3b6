import { Enrichment } from '../../audit/interpret/enrichment.ts';
import { escapeText } from '../../audit/interpret/escape.ts';
import { low32 } from '../../audit/interpret/numbers.ts';
import { interpretBody, type InterpretOptions } from '../../audit/interpret/record.ts';
import { argDepends, interpretArg } from '../../audit/interpret/syscall-args.ts';
import { machineOfElf, type Machine } from '../../audit/tables/machines.ts';
import { syscallName } from '../../audit/tables/syscalls.ts';
import { fixedText, type FixedText, type OutputBuffer } from '../output/output-buffer.ts';
import { PartCache } from './part-cache.ts';
import { isPlainFront, SyscallParts } from './syscall-parts.ts';

const SYSCALL = 1300;
const NO_ARGS = { a0: 0, a1: 0 };
const ARG_NAMES = ['a0=', 'a1=', 'a2=', 'a3='].map(fixedText);
const PLAIN_ARG_NAMES = ['a0=0x', 'a1=0x', 'a2=0x', 'a3=0x'].map(fixedText);
const BLANK = 0x20;
/** Names that must not stand twice in a record, or be looked up by auditd, for its parts to be independent. */
const OWN_NAMES = /(?:^|[ '(])(?:arch|syscall|a[0-3]|items|ppid|pid)=/i;

interface Front {
  readonly text: FixedText;
  readonly machine: Machine | undefined;
  readonly syscall: number;
  /** What the words of each argument depend on. */
  readonly depends: readonly ('none' | 'value' | 'others')[];
  /** Tells arguments of different calls apart. */
  readonly salt: number;
}

/** What auditd looked up for a record, with a number of its own; undefined if its parts depend on it. */
interface LookedUp {
  readonly text: string;
  readonly id: number;
}

/** Puts SYSCALL records into words, part by part: front and tail are remembered, see {@link SyscallParts}. */
export class SyscallText {
  readonly parts: SyscallParts = new SyscallParts();
  readonly #options: InterpretOptions;
  readonly #fronts = new PartCache<Front | null>();
  readonly #args = new PartCache<FixedText>();
  readonly #tails = new PartCache<FixedText | null>();
  readonly #lookedUp = new PartCache<LookedUp | null>();
  readonly #calls = new Map<string, number>();
  #nextId = 1;

  constructor(options: InterpretOptions) {
    this.#options = options;
  }

  /**
   * Writes the record whose {@link parts} have been read, from its front to its end.
   *
   * @param separator where what auditd looked up begins, or -1.
   * @returns false if it needs to be looked at as a whole.
   */
  write(
    out: OutputBuffer,
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
    separator: number,
  ): boolean {
    const { parts } = this;
    let salt = 0;
    if (separator >= 0) {
      if (separator < parts.tailStart) return false;
      const lookedUp = this.#lookUp(bytes, view, separator + 1, end);
      if (lookedUp === null) return false;
      salt = lookedUp.id;
    }
    const front = this.#front(bytes, view, start, salt, separator < 0 ? -1 : separator + 1, end);
    if (front === null) return false;
    out.fixed(front.text);
    for (let i = 0; i < 4; i += 1) this.#argument(out, bytes, view, i, front);
    out.copy(bytes, view, parts.middleStart, parts.tailStart);
    const tail = this.#tail(bytes, view, separator, end);
    if (tail === null) return false;
    out.fixed(tail);
    return true;
  }

  #argument(out: OutputBuffer, bytes: Buffer, view: DataView, index: number, front: Front): void {
    const start = this.parts.argStart[index]!;
    const end = this.parts.argEnd[index]!;
    const depends = front.depends[index]!;
    if (depends === 'none') {
      out.fixed(PLAIN_ARG_NAMES[index]!);
      out.copy(bytes, view, start, end);
      out.byte(BLANK);
      return;
    }
    out.fixed(ARG_NAMES[index]!);
    if (depends === 'others') {
      out.write(this.#argWords(bytes, index, front));
      return;
    }
    const salt = front.salt * 4 + index;
    let text = this.#args.find(view, start, end, salt);
    if (text === undefined) {
      text = fixedText(this.#argWords(bytes, index, front));
      this.#args.add(view, start, end, salt, text);
    }
    out.fixed(text);
  }

  #argWords(bytes: Buffer, index: number, { machine, syscall }: Front): string {
    const { argStart, argEnd } = this.parts;
    const textOf = (i: number): string => bytes.toString('latin1', argStart[i], argEnd[i]);
    const { names, escape } = this.#options;
    const a0 = low32(textOf(0), 16) ?? 0;
    const a1 = low32(textOf(1), 16) ?? 0;
    return `${escapeText(interpretArg(index, textOf(index), { machine, syscall, a0, a1, names }), escape)} `;
  }

  #front(
    bytes: Buffer,
    view: DataView,
    start: number,
    salt: number,
    lookedUpStart: number,
    lookedUpEnd: number,
  ): Front | null {
    const end = this.parts.argsStart;
    let front = this.#fronts.find(view, start, end, salt);
    if (front === undefined) {
      if (!this.parts.isFirst(view, start)) return null;
      const lookedUp = lookedUpStart < 0 ? '' : bytes.toString('latin1', lookedUpStart, lookedUpEnd);
      front = this.#newFront(bytes.toString('latin1', start, end), lookedUp);
      this.#fronts.add(view, start, end, salt, front);
    }
    return front;
  }

  #newFront(text: string, lookedUp: string): Front | null {
    const found = /^: arch=([0-9a-f]+) syscall=(\d{1,9}) (.*)$/.exec(text);
    const [, arch = '', number = '', rest = ''] = found ?? [];
    if (found === null || OWN_NAMES.test(rest) || !isPlainFront(text)) return null;
    const machine = machineOfElf(low32(arch, 16) ?? 0);
    const syscall = Number(number);
    const name = machine === undefined ? undefined : syscallName(machine, syscall);
    // Their words depend on an argument.
    if (name === 'socketcall' || name === 'ipc') return null;
    const call = `${machine} ${syscall}`;
    const salt = this.#calls.get(call) ?? this.#calls.size;
    if (this.#calls.size < 1 << 16) this.#calls.set(call, salt);
    else if (!this.#calls.has(call)) return null;
    return {
      text: fixedText(interpretBody(SYSCALL, text, lookedUp, NO_ARGS, this.#options)),
      machine,
      syscall,
      depends: [0, 1, 2, 3].map((index) => argDepends(machine, syscall, index)),
      salt,
    };
  }

  #tail(bytes: Buffer, view: DataView, separator: number, end: number): FixedText | null {
    const start = this.parts.tailStart;
    let tail = this.#tails.find(view, start, end, 0);
    if (tail === undefined) {
      const bodyEnd = separator < 0 ? end : separator;
      const body = bytes.toString('latin1', start, bodyEnd);
      const lookedUp = separator < 0 ? '' : bytes.toString('latin1', separator + 1, end);
      tail = OWN_NAMES.test(body)
        ? null
        : fixedText(`${interpretBody(SYSCALL, body, lookedUp, NO_ARGS, this.#options)}\n`);
      this.#tails.add(view, start, end, 0, tail);
    }
    return tail;
  }

  #lookUp(bytes: Buffer, view: DataView, start: number, end: number): LookedUp | null {
    let known = this.#lookedUp.find(view, start, end, 0);
    if (known === undefined) {
      const text = bytes.toString('latin1', start, end);
      const values = new Enrichment(text);
      const isOwn = ['a0', 'a1', 'a2', 'a3', 'items', 'ppid', 'pid'].some(
        (name) => values.get(name) !== undefined,
      );
      known = isOwn ? null : { text, id: this.#nextId };
      this.#nextId += 1;
      this.#lookedUp.add(view, start, end, 0, known);
    }
    return known;
  }
}
