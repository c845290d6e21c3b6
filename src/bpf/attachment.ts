import { Descriptor } from '../sys/descriptor.ts';
import { SystemError } from '../sys/system-error.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { programInfo } from './info.ts';
import type { PolicyObject, PolicyProgram } from './policy-object.ts';
import type { SharedMaps } from './shared-maps.ts';
import { pinObject } from './pins.ts';
import { attachCookie, giveSlotBack, takeSlot, type SlotLabel } from './slots.ts';

/** `BPF_LSM_MAC`, include/uapi/linux/bpf.h */
const BPF_LSM_MAC = 27;
/** `sizeof(struct bpf_link_create_opts)` of libbpf 1.1, and where its cookie lies. */
const LINK_OPTS_SIZE = 64;
const LINK_OPTS_COOKIE = 32;

/** A program that is attached to its hook. */
export interface AttachedProgram {
  readonly id: number;
  readonly name: string;
  readonly hook: string;
  /** `lsm` or `lsm.s` */
  readonly kind: string;
  /** Hash of the instructions, 16 hex digits. */
  readonly tag: string;
  /** When it was loaded, in nanoseconds since boot. */
  readonly loadNs: number;
  readonly slot: number;
}

/**
 * Programs of a policy, attached: each with a cookie that carries its id, which is how a record knows its
 * `prog-id`. Either all are attached or none. Disposing detaches them.
 */
export class Attachment implements Disposable {
  readonly programs: readonly AttachedProgram[];
  readonly #links: Descriptor[] = [];

  /**
   * @param policy - a loaded object
   * @param programs - which of its programs, in the order in which they are to be attached; @default all
   * @param label - what readers are to know of the policy; @default nothing
   * @throws {SystemError} `E_BPF_ATTACH`
   */
  constructor(
    policy: PolicyObject,
    maps: SharedMaps,
    programs: readonly PolicyProgram[] = policy.programs,
    label?: SlotLabel,
  ) {
    const attached: AttachedProgram[] = [];
    try {
      for (const program of programs) attached.push(this.#attach(policy, program, maps, label));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.programs = attached;
  }

  /**
   * Pins every link: the programs stay attached when this process ends.
   *
   * @param pathFor - where, by the name of the program
   * @throws {SystemError} `E_PIN`
   */
  pin(pathFor: (program: string) => string): void {
    this.programs.forEach(({ name }, i) => pinObject(this.#links[i]!.fd, pathFor(name)));
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.splice(0)) link[Symbol.dispose]();
  }

  #attach(
    policy: PolicyObject,
    program: PolicyProgram,
    maps: SharedMaps,
    label: SlotLabel | undefined,
  ): AttachedProgram {
    const fd = policy.fd(program);
    const info = programInfo(fd);
    const place = label && { ...label, hookId: info.attachBtfId };
    const slot = takeSlot(maps.programs, info.id, place);
    const options = Buffer.alloc(LINK_OPTS_SIZE);
    options.writeBigUInt64LE(BigInt(LINK_OPTS_SIZE), 0);
    options.writeBigUInt64LE(attachCookie(slot, info.id), LINK_OPTS_COOKIE);
    const link = libbpfNumber(
      'int bpf_link_create(int, int, int, const void *)',
      fd,
      0,
      BPF_LSM_MAC,
      options,
    );
    if (link < 0) {
      giveSlotBack(maps.programs, slot);
      throw new SystemError(`attach program ${program.name} to ${program.hook}`, -link, {
        code: 'E_BPF_ATTACH',
        hint: attachHint(link),
      });
    }
    this.#links.push(new Descriptor(link, `link of ${program.name}`));
    const kind = program.section.slice(0, program.section.indexOf('/'));
    return {
      id: info.id,
      name: program.name,
      hook: program.hook,
      kind,
      tag: info.tag,
      loadNs: info.loadNs,
      slot,
    };
  }
}

function attachHint(error: number): string {
  if (error === -95 || error === -524)
    return 'this kernel does not allow BPF on that hook; see docs/hooks.md';
  if (error === -7) return 'the hook is full: the kernel runs 38 programs on one hook at most';
  return 'bpfaudit doctor says whether this machine can run BPF LSM';
}
