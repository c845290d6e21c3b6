import { mapInfo, programInfo } from '../../../src/bpf/info.ts';
import type { PolicyObject } from '../../../src/bpf/policy-object.ts';
import { Descriptor } from '../../../src/sys/descriptor.ts';
import { libbpfNumber } from '../../../src/sys/libbpf.ts';
import type { CaseRun } from './case-run.ts';

/** Section of `struct golden_result` in programs/golden.bpf.h, and its size in bytes. */
const SECTION = '.data.golden';
const SIZE = 44;
const CALLS = 8;

/** What the golden programs of one object counted and kept. */
export class ResultMap implements Disposable {
  readonly #map: Descriptor;
  readonly #key: Buffer = Buffer.alloc(4);

  constructor(object: PolicyObject) {
    this.#map = findMap(object);
  }

  /** Forgets what earlier cases left. */
  clear(): void {
    const zero = Buffer.alloc(SIZE);
    this.#require(
      libbpfNumber(
        'int bpf_map_update_elem(int, const void *, const void *, uint64_t)',
        this.#map.fd,
        this.#key,
        zero,
        0,
      ),
    );
  }

  read(): Pick<CaseRun, 'hits' | 'startNull' | 'returnCodes'> {
    const value = Buffer.alloc(SIZE);
    this.#require(
      libbpfNumber('int bpf_map_lookup_elem(int, const void *, void *)', this.#map.fd, this.#key, value),
    );
    const called = value.readUInt32LE(8);
    const returnCodes: Record<string, number> = {};
    for (let call = 0; call < CALLS; call++) {
      if ((called & (1 << call)) !== 0) returnCodes[call] = value.readInt32LE(12 + 4 * call);
    }
    return { hits: value.readUInt32LE(0), startNull: value.readUInt32LE(4), returnCodes };
  }

  [Symbol.dispose](): void {
    this.#map[Symbol.dispose]();
  }

  #require(error: number): void {
    if (error < 0) throw new Error(`${SECTION}: errno ${-error}`);
  }
}

function findMap(object: PolicyObject): Descriptor {
  const [program] = object.programs;
  const ids = program === undefined ? [] : programInfo(object.fd(program)).mapIds;
  for (const id of ids) {
    const fd = libbpfNumber('int bpf_map_get_fd_by_id(uint32_t)', id);
    if (fd < 0) continue;
    const map = new Descriptor(fd, SECTION);
    if (mapInfo(fd).name === SECTION) return map;
    map[Symbol.dispose]();
  }
  throw new Error(`${object.name} has no section ${SECTION}`);
}
