import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { PROG_AT, SIZE } from '../abi/abi.ts';
import { Btf } from './btf.ts';
import { btfById, programById, programIds, programInfo, type ProgramInfo } from './info.ts';
import { hookOfType } from './kernel-btf.ts';

/** What is known of a program that wrote a record. */
export interface KnownProgram {
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  /** Hook it is attached to, undefined if the kernel does not say. */
  readonly hook: string | undefined;
}

/**
 * Knows programs by their id, and finds the id of those that somebody else attached.
 *
 * What was learned is kept, since a record can be read after its program is gone.
 */
export class ProgramDirectory {
  readonly #known = new Map<number, KnownProgram | undefined>();
  readonly #foreign = new Map<number, number>();
  readonly #foreignMap: number;

  /** @param foreignMap - descriptor of `bpf_audit_foreign`; stays the caller's */
  constructor(foreignMap: number) {
    this.#foreignMap = foreignMap;
  }

  /** Tells about a program that bpfaudit itself loaded. */
  add(program: KnownProgram): void {
    this.#known.set(program.id, program);
  }

  /** What is known of a program; nothing if it was gone before anybody asked. */
  byId(id: number): KnownProgram | undefined {
    if (id === 0) return undefined;
    if (this.#known.has(id)) return this.#known.get(id);
    using program = programById(id);
    const known = program && describe(programInfo(program.fd));
    this.#known.set(id, known);
    return known;
  }

  /**
   * Id of a program whose loader set no cookie: the one program of the object that has the C function where
   * the record was begun. 0 if that is not exactly one; it is never guessed.
   *
   * @param selfMap - id of the map `bpf_audit_self` of the object
   * @param site - which `bpf_audit_log_start()`
   */
  foreignId(selfMap: number, site: number): number {
    const key = selfMap * 65536 + site;
    const found = this.#foreign.get(key);
    if (found !== undefined) return found;
    const name = this.#functionAt(selfMap, site);
    const id = name === undefined ? 0 : findProgram(selfMap, name);
    this.#foreign.set(key, id);
    return id;
  }

  /** C function that the header noted down for a site. */
  #functionAt(selfMap: number, site: number): string | undefined {
    const key = Buffer.alloc(SIZE.foreign_key);
    key.writeUInt32LE(selfMap, 0);
    key.writeUInt32LE(site, 4);
    const value = Buffer.alloc(SIZE.prog);
    const error = libbpfNumber(
      'int bpf_map_lookup_elem(int, const void *, void *)',
      this.#foreignMap,
      key,
      value,
    );
    if (error < 0) return undefined;
    const end = value.indexOf(0, PROG_AT.name);
    return value.toString('latin1', PROG_AT.name, end < 0 ? SIZE.prog : end);
  }
}

function describe(info: ProgramInfo): KnownProgram {
  return { id: info.id, name: info.name, tag: info.tag, hook: hookOfType(info.attachBtfId) };
}

/** BPF_PROG() puts the body into `____NAME`, and the program itself is called NAME. */
function findProgram(selfMap: number, functionName: string): number {
  const name = functionName.replace(/^____/, '');
  const candidates: number[] = [];
  for (const id of programIds()) {
    using program: Descriptor | undefined = programById(id);
    if (!program) continue;
    const info = programInfo(program.fd);
    if (!info.mapIds.includes(selfMap) || !name.startsWith(info.name)) continue;
    if (info.name.length < 15 ? info.name === name : fullName(info) === name) candidates.push(id);
  }
  return candidates.length === 1 ? candidates[0]! : 0;
}

/**
 * Programs have 15 characters of their name in the kernel; the BTF has all of them. It describes the whole
 * object, so it must be asked for this program's own function.
 */
function fullName(info: ProgramInfo): string | undefined {
  const bytes = info.btfId === 0 || info.functionType === 0 ? undefined : btfById(info.btfId);
  return bytes && new Btf(bytes).name(info.functionType);
}
