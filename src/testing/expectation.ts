import { recordTypeName, recordTypeNumber } from '../audit/tables/record-types.ts';
import { BpfauditError } from '../errors/audit-error.ts';

/** Type of a record: its number, its name (`BPF_LSM_ACCESS`, `UNKNOWN[1427]`), or `any`. */
export type ExpectedType = number | string;

/** Records that a test expects, and how many have come. */
export class Expectation {
  readonly #type: number | undefined;
  readonly #pattern: string | RegExp;
  readonly #count: number;
  #matched = 0;

  /** @throws {BpfauditError} `E_EXPECTATION` */
  constructor(type: ExpectedType, pattern: string | RegExp, count: number) {
    this.#type = type === 'any' ? undefined : typeNumber(type);
    this.#pattern = pattern;
    this.#count = count;
    if (Number.isInteger(count) && count >= 0) return;
    throw new BpfauditError(`expect records: count ${count}, expected a whole number from 0`, {
      code: 'E_EXPECTATION',
    });
  }

  /** Takes notice of a record. */
  see(line: string): void {
    if (this.#type !== undefined && this.#type !== typeOfLine(line)) return;
    const matches =
      typeof this.#pattern === 'string' ? line.includes(this.#pattern) : line.search(this.#pattern) >= 0;
    if (matches) this.#matched++;
  }

  /** Whether enough have come, or none where none may come. */
  get met(): boolean {
    return this.#count === 0 ? this.#matched === 0 : this.#matched >= this.#count;
  }

  /** `BPF_LSM_ACCESS cause="x": 0 of 1` */
  toString(): string {
    const type = this.#type === undefined ? 'any' : (recordTypeName(this.#type) ?? String(this.#type));
    const amount =
      this.#count === 0 ? `${this.#matched}, expected none` : `${this.#matched} of ${this.#count}`;
    return `${type} ${String(this.#pattern)}: ${amount}`;
  }
}

function typeNumber(type: ExpectedType): number {
  const number = recordTypeNumber(String(type));
  if (number !== undefined) return number;
  throw new BpfauditError(`expect records: no record type ${type}`, {
    code: 'E_EXPECTATION',
    hint: 'give its number, its name such as BPF_LSM_ACCESS, or any',
  });
}

function typeOfLine(line: string): number | undefined {
  const type = /^(?:node=\S+ )?type=(\S+) /.exec(line)?.[1];
  return type === undefined ? undefined : recordTypeNumber(type);
}
