import { ELF_ARCHES, machineOfElf, type Machine } from '../audit/tables/machines.ts';
import { syscallEntries, syscallNumber } from '../audit/tables/syscalls.ts';
import { compatMachine } from './arch.ts';
import { IO_URING_OPERATIONS } from './io-uring-operations.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { parseUnsigned } from './numbers.ts';
import { MASK_WORDS, type KernelList, type SyscallMask } from './rule.ts';
import type { RuleContext } from './rule-context.ts';
import { RuleError, didYouMean, quoted, type RuleSource } from './rule-error.ts';
import type { Word } from './words.ts';

const MASK_BITS = MASK_WORDS * 32;
const LISTS_WITHOUT_SYSCALLS: ReadonlySet<KernelList> = new Set(['task', 'user', 'exclude', 'filesystem']);

/** Collects the `-S` options of one rule into the mask the kernel takes. */
export class SyscallReader {
  readonly #list: KernelList;
  readonly #isWatch: boolean;
  readonly #source: RuleSource;
  readonly #host: Machine;
  readonly #mask: SyscallMask = new Uint32Array(MASK_WORDS);
  #arch: Machine | undefined;
  #given = false;
  #namesDiffer = false;

  constructor(list: KernelList, isWatch: boolean, source: RuleSource, context: RuleContext) {
    this.#list = list;
    this.#isWatch = isWatch;
    this.#source = source;
    this.#host = context.machine;
  }

  /** Whether any `-S` was seen. */
  get given(): boolean {
    return this.#given;
  }

  /** Takes an `arch` field: system call names that follow are of this architecture. */
  setArch(elf: number, column: number): void {
    if (this.#given) {
      const reason = 'arch after -S; the names of system calls depend on it, so it must come before';
      throw new RuleError('E_RULE_PLACE', this.#source, column, reason, 'move -F arch= before -S');
    }
    this.#arch = machineOfElf(elf);
  }

  /** Takes one `-S`: names, numbers or `all`, separated by commas. */
  take(word: Word, column: number): void {
    this.#requireList(column);
    let at = word.column;
    for (const name of word.text.split(',')) {
      if (name !== '') this.#takeName({ text: name, column: at });
      at += name.length + 1;
    }
    if (!this.#given) {
      throw new RuleError('E_RULE_SYSCALL', this.#source, word.column, '-S names no system call');
    }
  }

  /** The mask; without `-S` every system call, except on the list `task`, which has none. */
  finish(warnings: string[]): SyscallMask {
    if (!this.#given && this.#list !== 'task') this.#mask.fill(0xffffffff);
    if (this.#namesDiffer) {
      warnings.push('the 32-bit ABI numbers these system calls differently: name the arch before -S');
    }
    return this.#mask;
  }

  #requireList(column: number): void {
    if (this.#isWatch) {
      const hint = 'use -a always,exit -F path=PATH -F perm=PERMISSIONS -S CALLS';
      throw new RuleError(
        'E_RULE_PLACE',
        this.#source,
        column,
        '-w looks at every system call; -S cannot narrow it',
        hint,
      );
    }
    if (!LISTS_WITHOUT_SYSCALLS.has(this.#list)) return;
    const reason = `-S cannot be used on the list ${this.#list}; expected exit or io_uring`;
    throw new RuleError('E_RULE_PLACE', this.#source, column, reason);
  }

  #takeName(word: Word): void {
    const name = word.text.toLowerCase();
    this.#given = true;
    if (name === 'all') this.#takeAll();
    else if (this.#list === 'io_uring') this.#set(IO_URING_OPERATIONS.indexOf(name), word);
    else this.#takeSyscall(name, word);
  }

  #takeAll(): void {
    if (this.#list !== 'io_uring') this.#mask.fill(0xffffffff);
    else for (const number of IO_URING_OPERATIONS.keys()) this.#setBit(number);
  }

  #takeSyscall(name: string, word: Word): void {
    const machine = this.#arch ?? this.#host;
    const number = syscallNumber(machine, name);
    const compat = compatMachine(machine);
    if (this.#arch === undefined && compat !== undefined && number !== syscallNumber(compat, name)) {
      this.#namesDiffer = true;
    }
    this.#set(number ?? -1, word);
  }

  #set(number: number, word: Word): void {
    const bit = number >= 0 ? number : (parseUnsigned(word.text) ?? -1);
    if (bit >= 0 && bit < MASK_BITS) return this.#setBit(bit);
    const kind =
      this.#list === 'io_uring' ? 'an io_uring operation' : `a system call of ${this.#arch ?? this.#host}`;
    const reason = `${quoted(word.text)} is not ${kind}, nor a number below ${MASK_BITS}`;
    throw new RuleError('E_RULE_SYSCALL', this.#source, word.column, reason, this.#hint(word.text));
  }

  #setBit(bit: number): void {
    const word = bit >>> 5;
    this.#mask[word] = ((this.#mask[word] ?? 0) | (1 << (bit & 31))) >>> 0;
  }

  #hint(name: string): string | undefined {
    const names =
      this.#list === 'io_uring'
        ? IO_URING_OPERATIONS
        : syscallEntries(this.#arch ?? this.#host).map(([, entry]) => entry);
    const elsewhere = (['x86_64', 'i386', 'aarch64'] as const).filter(
      (machine) =>
        ELF_ARCHES[machine] !== undefined && syscallNumber(machine, name.toLowerCase()) !== undefined,
    );
    const near = didYouMean(nearMiss(name, names));
    return near ?? (elsewhere.length > 0 ? `it exists on ${elsewhere.join(', ')}` : undefined);
  }
}
