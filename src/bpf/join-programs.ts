import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_AT, WANT } from '../abi/abi.ts';
import { Descriptor } from '../sys/descriptor.ts';
import { isNull, libbpf, libbpfNumber, type Pointer } from '../sys/libbpf.ts';
import { SystemError } from '../sys/system-error.ts';
import { kernelBtf } from './kernel-btf.ts';
import { loadObject, openObject } from './object-file.ts';
import { ownObject, type SharedMaps } from './shared-maps.ts';

/** How to attach by the kind of a section, `enum bpf_attach_type` of include/uapi/linux/bpf.h. */
const ATTACH_TYPES: Readonly<Record<string, number>> = { fexit: 25, lsm: 27 };

/** Kernel functions without which there is no join; others may be missing. */
const REQUIRED: ReadonlySet<string> = new Set(['auditsc_get_stamp', '__audit_syscall_exit']);

/** The programs of join.bpf.c. */
const PROGRAMS = [
  'resolve_serial',
  'resolve_by_secid',
  'resolve_by_prop',
  'report_syscall_exit',
  'report_uring_exit',
] as const;

/** Takes away what a reader has left that was killed: its programs, and what it wanted policies to remember. */
export function endLeftJoin(maps: SharedMaps): void {
  maps.state.setUint32(STATE_AT.want, 0, true);
  for (const name of PROGRAMS) rmSync(pinOf(maps, name), { force: true });
}

function pinOf(maps: SharedMaps, program: string): string {
  return join(maps.pinRoot, `bpf_audit_${program}`);
}

/** `fexit/auditsc_get_stamp` in two. */
function sectionOf(program: Pointer): [kind: string, target: string] {
  const section = String(libbpf('const char *bpf_program__section_name(const void *)', program));
  const [kind = '', target = ''] = section.split('/');
  return [kind, target];
}

/**
 * bpfaudit's own programs: the resolver, which sees the kernel give a serial to an event, and the exit
 * reporter, which sees what became of the system call. While they are attached, policies remember the events
 * they log and capture the subject's surroundings. Disposing detaches them.
 *
 * They are pinned, and outlive a reader that is killed: policies of other loaders go on deciding, and the next
 * reader learns the serials of these events too.
 *
 * Minimum kernel 5.11 (fexit and task storage).
 */
export class JoinPrograms implements Disposable {
  readonly #links: Descriptor[] = [];
  readonly #maps: SharedMaps;
  #object: Pointer;

  /**
   * @param want - further bits of `enum bpf_audit_want`
   * @throws {BpfauditError} `E_BPF_LOAD`, `E_BPF_ATTACH`
   */
  constructor(maps: SharedMaps, want: number = WANT.SUBJECT) {
    this.#maps = maps;
    this.#object = openObject(ownObject('core/join.bpf.o'));
    try {
      const programs = this.#choose();
      loadObject(this.#object, 'join.bpf.o', maps);
      for (const program of programs) this.#attach(program);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.want(WANT.JOIN | want);
  }

  /** Sets what policies are to remember and capture, bits of `enum bpf_audit_want`. */
  want(bits: number): void {
    this.#maps.state.setUint32(STATE_AT.want, bits, true);
  }

  [Symbol.dispose](): void {
    endLeftJoin(this.#maps);
    for (const link of this.#links.splice(0)) link[Symbol.dispose]();
    if (isNull(this.#object)) return;
    libbpf('void bpf_object__close(void *)', this.#object);
    this.#object = null;
  }

  /** Programs whose kernel function exists; the others are not loaded. */
  #choose(): Pointer[] {
    const chosen: Pointer[] = [];
    let program: Pointer = null;
    for (;;) {
      program = libbpf('void *bpf_object__next_program(const void *, void *)', this.#object, program);
      if (isNull(program)) return chosen;
      const [kind, name] = sectionOf(program);
      const target = kind === 'lsm' ? `bpf_lsm_${name}` : name;
      if (REQUIRED.has(target) || kernelBtf().functions(target).includes(target)) chosen.push(program);
      else libbpfNumber('int bpf_program__set_autoload(void *, bool)', program, false);
    }
  }

  #attach(program: Pointer): void {
    const name = String(libbpf('const char *bpf_program__name(const void *)', program));
    const fd = libbpfNumber('int bpf_program__fd(const void *)', program);
    const link = libbpfNumber(
      'int bpf_link_create(int, int, int, const void *)',
      fd,
      0,
      ATTACH_TYPES[sectionOf(program)[0]],
      null,
    );
    if (link < 0) {
      throw new SystemError(`attach program ${name}`, -link, {
        code: 'E_BPF_ATTACH',
        hint: 'bpfaudit run without --join does not need it',
      });
    }
    this.#links.push(new Descriptor(link, `link of ${name}`));
    const pin = pinOf(this.#maps, name);
    rmSync(pin, { force: true });
    const error = libbpfNumber('int bpf_obj_pin(int, const char *)', link, pin);
    if (error < 0) {
      throw new SystemError(`pin program ${name} at ${pin}`, -error, {
        code: 'E_BPF_ATTACH',
        hint: `remove ${pin}; is another bpfaudit starting?`,
      });
    }
  }
}
