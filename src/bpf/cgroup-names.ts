import { ascii, ByteWriter } from '../audit/write/byte-writer.ts';
import { writeUntrusted } from '../audit/write/untrusted.ts';

/** A control group as a record has it. */
export interface CgroupName {
  /** Below the root of the unified hierarchy: `/system.slice/ssh.service`. */
  readonly path: string;
  /** ` cgroup="/system.slice/ssh.service"` */
  readonly text: Uint8Array;
}

const MOST = 65_536;
const CGROUP = ascii(' cgroup=');

/** Control groups by the ids that records have, as text. */
export class CgroupNames {
  readonly #pathOf: (id: bigint) => string | undefined;
  readonly #names = new Map<bigint, CgroupName>();
  /** Records come in bursts of the same task. */
  #lastLow = 0;
  #lastHigh = 0;
  #last: CgroupName | undefined;

  /** @param pathOf - path of a control group below the root; asked again about one that it did not know */
  constructor(pathOf: (id: bigint) => string | undefined) {
    this.#pathOf = pathOf;
  }

  /** The control group whose id stands at `view[at]`; nothing if it has no name, or went before anybody asked. */
  of(view: DataView, at: number): CgroupName | undefined {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    if (low === this.#lastLow && high === this.#lastHigh && this.#last !== undefined) return this.#last;
    this.#lastLow = low;
    this.#lastHigh = high;
    this.#last = low === 0 && high === 0 ? undefined : this.#find((BigInt(high) << 32n) | BigInt(low));
    return this.#last;
  }

  #find(id: bigint): CgroupName | undefined {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const path = this.#pathOf(id);
    if (path === undefined) return undefined;
    const name = { path, text: textOf(path) };
    if (this.#names.size >= MOST) this.#names.clear();
    this.#names.set(id, name);
    return name;
  }
}

/** Whoever may make a control group chooses its name. */
function textOf(path: string): Uint8Array {
  const bytes = Buffer.from(path);
  const out = new ByteWriter(64);
  out.bytes(CGROUP);
  writeUntrusted(out, bytes, 0, bytes.length);
  return out.view.slice();
}
