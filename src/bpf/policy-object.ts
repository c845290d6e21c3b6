import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { checkLayout } from '../abi/layout-check.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';
import { copyBytes, isNull, libbpf, libbpfNumber, type Pointer } from '../sys/libbpf.ts';
import { Btf } from './btf.ts';
import { requireHook } from './kernel-btf.ts';
import { objectMaps, type ObjectMap } from './object-maps.ts';
import { kernelHasPathKfunc, pathViaFor, VIA, type PathVia } from './path-via.ts';
import { loadObject, openObject } from './object-file.ts';
import { writeSetup, type Identity } from './setup.ts';
import type { SharedMaps } from './shared-maps.ts';
import { VerifierError } from './verifier-error.ts';

/** `BPF_PROG_TYPE_LSM`, include/uapi/linux/bpf.h */
const PROG_TYPE_LSM = 29;
/** `EM_BPF`, include/uapi/linux/elf-em.h */
const EM_BPF = 247;

/** A program of an object. */
export interface PolicyProgram {
  /** C function. */
  readonly name: string;
  /** `lsm/file_open` or `lsm.s/file_open`. */
  readonly section: string;
  /** `file_open` */
  readonly hook: string;
  /** Declared with `BPF_AUDIT_POLICY()`: it can be upgraded without a gap, and run in monitor mode. */
  readonly gated: boolean;
  readonly pointer: Pointer;
}

/** How an object is to be loaded. */
export interface LoadOptions {
  /** How to render paths; @default the best way that this kernel allows on these hooks */
  readonly via?: PathVia;
  /** Names of the programs to load; @default all */
  readonly only?: readonly string[];
  /** Which policy it is; @default none: its gates are always open */
  readonly identity?: Identity;
  /** Descriptors of maps that take the place of the object's own, by name. They stay the caller's. */
  readonly reuse?: ReadonlyMap<string, number>;
}

/** What `BPF_AUDIT_POLICY()` tags a program with. */
const GATE_TAG = 'bpf_audit_policy';

/**
 * A policy: an ELF object with programs of type LSM that use bpf_audit.h. Opening it touches the kernel only
 * for its type information; {@link load} brings it in. Disposing closes the programs that are not attached or
 * pinned.
 */
export class PolicyObject implements Disposable {
  /** File name without directories. */
  readonly name: string;
  readonly programs: readonly PolicyProgram[];
  readonly #path: string;
  readonly #gated: ReadonlySet<string>;
  #object: Pointer;

  private constructor(path: string, object: Pointer) {
    this.#path = path;
    this.name = basename(path);
    this.#object = object;
    const btf = objectBtf(object, this.name);
    this.#gated = btf.taggedFunctions(GATE_TAG);
    this.programs = listPrograms(object, this.name, this.#gated);
    checkLayout(btf, this.name);
  }

  /**
   * Reads an object and checks everything that can be known before the load.
   *
   * @throws {BpfauditError} `E_OBJECT_MISSING`, `E_NOT_ELF`, `E_NOT_BPF`, `E_NOT_LSM`, `E_HOOK`, `E_NO_HEADER`,
   * `E_ABI`
   */
  static open(path: string): PolicyObject {
    requireBpfElf(path);
    const object = openObject(path);
    try {
      const policy = new PolicyObject(path, object);
      for (const program of policy.programs) requireHook(program.hook, program.name);
      return policy;
    } catch (error) {
      libbpf('void bpf_object__close(void *)', object);
      throw error;
    }
  }

  /**
   * Loads the programs, with the shared maps in the place of the object's own.
   *
   * Where the best way to render paths does not pass the verifier, the walk is tried before giving up.
   *
   * @throws {VerifierError} `E_BPF_VERIFIER`
   * @throws {BpfauditError} `E_BPF_LOAD`
   */
  load(maps: SharedMaps, options: LoadOptions = {}): void {
    const forced = options.via;
    const via = forced ?? pathViaFor(this.programs.map((program) => program.hook));
    try {
      this.#loadWith(maps, via, options);
    } catch (error) {
      const walksAlready = via === VIA.WALK || (via === VIA.AUTO && !kernelHasPathKfunc());
      if (!(error instanceof VerifierError) || forced !== undefined || walksAlready) throw error;
      this.#reopen();
      try {
        this.#loadWith(maps, VIA.WALK, options);
      } catch {
        throw error;
      }
    }
  }

  /** Descriptor of a loaded program; stays libbpf's. */
  fd(program: PolicyProgram): number {
    return libbpfNumber('int bpf_program__fd(const void *)', program.pointer);
  }

  /** Maps of the object's own, without those that all policies share and those of the compiler. */
  maps(): ObjectMap[] {
    return objectMaps(this.#object);
  }

  [Symbol.dispose](): void {
    if (isNull(this.#object)) return;
    libbpf('void bpf_object__close(void *)', this.#object);
    this.#object = null;
  }

  #reopen(): void {
    libbpf('void bpf_object__close(void *)', this.#object);
    this.#object = openObject(this.#path);
    const fresh = listPrograms(this.#object, this.name, this.#gated);
    this.programs.forEach((program, i) => Object.assign(program, { pointer: fresh[i]!.pointer }));
  }

  #loadWith(maps: SharedMaps, via: PathVia, { identity, reuse, only }: LoadOptions): void {
    writeSetup(this.#object, via, identity);
    for (const { name, pointer } of this.programs)
      if (only?.includes(name) === false)
        libbpf('int bpf_program__set_autoload(void *, bool)', pointer, false);
    loadObject(this.#object, this.name, maps, reuse);
  }
}

function requireBpfElf(path: string): void {
  const head = Buffer.alloc(20);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new BpfauditError(`open policy ${path}: ${messageOf(cause)}`, {
      code: 'E_OBJECT_MISSING',
      hint: 'name an object that clang made of BPF C, such as guard.bpf.o',
      cause,
    });
  }
  let count = 0;
  try {
    count = readSync(fd, head, 0, head.length, 0);
  } catch {
    // a directory: found no ELF
  } finally {
    closeSync(fd);
  }
  const hint = 'compile the policy: clang -g -O2 -target bpf -mcpu=v3 -c guard.bpf.c -o guard.bpf.o';
  if (count < 20 || head.readUInt32BE(0) !== 0x7f454c46) {
    throw new BpfauditError(`open policy ${path}: not an ELF object`, { code: 'E_NOT_ELF', hint });
  }
  if (head.readUInt16LE(18) !== EM_BPF) {
    throw new BpfauditError(
      `open policy ${path}: ELF machine ${head.readUInt16LE(18)}, expected ${EM_BPF} (BPF)`,
      {
        code: 'E_NOT_BPF',
        hint,
      },
    );
  }
}

function listPrograms(object: Pointer, name: string, gated: ReadonlySet<string>): PolicyProgram[] {
  const programs: PolicyProgram[] = [];
  let pointer: Pointer = null;
  for (;;) {
    pointer = libbpf('void *bpf_object__next_program(const void *, void *)', object, pointer);
    if (isNull(pointer)) break;
    const section = String(libbpf('const char *bpf_program__section_name(const void *)', pointer));
    const program = String(libbpf('const char *bpf_program__name(const void *)', pointer));
    const type = libbpfNumber('int bpf_program__type(const void *)', pointer);
    if (type !== PROG_TYPE_LSM) {
      throw new BpfauditError(
        `open policy ${name}: program ${program} in section ${section} is no LSM program`,
        {
          code: 'E_NOT_LSM',
          hint: 'policies are programs in sections lsm/HOOK or lsm.s/HOOK',
        },
      );
    }
    const hook = section.slice(section.indexOf('/') + 1);
    programs.push({ name: program, section, hook, gated: gated.has(program), pointer });
  }
  if (programs.length > 0) return programs;
  throw new BpfauditError(`open policy ${name}: no program in it`, {
    code: 'E_NOT_LSM',
    hint: 'policies are programs in sections lsm/HOOK or lsm.s/HOOK',
  });
}

function objectBtf(object: Pointer, name: string): Btf {
  const btf = libbpf('void *bpf_object__btf(const void *)', object);
  const size = Buffer.alloc(4);
  const data = isNull(btf) ? null : libbpf('const void *btf__raw_data(const void *, void *)', btf, size);
  if (isNull(data)) {
    throw new BpfauditError(`open policy ${name}: no BTF in it`, {
      code: 'E_BTF',
      hint: 'compile with clang -g',
    });
  }
  return new Btf(copyBytes(data, size.readUInt32LE(0)));
}
