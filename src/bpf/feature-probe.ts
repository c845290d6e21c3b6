import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';

/** How a try ended: 0 it works, a positive errno it does not, undefined it could not be tried. */
export type TryResult = number | undefined;

/** What came of loading a tiny program of type LSM and putting it on a hook. */
export interface LsmTry {
  readonly load: TryResult;
  readonly attach: TryResult;
  /** Attaching it with a cookie. */
  readonly cookie: TryResult;
  /** Loading one that reads kernel memory, which lockdown=confidentiality forbids. */
  readonly readKernel: TryResult;
  /** Whether the kernel called it: it attaches, but is never called, where `bpf` is not in the list of LSMs. */
  readonly called: boolean | undefined;
}

/** `enum bpf_map_type`, include/uapi/linux/bpf.h */
const MAP_TYPE = { ARRAY: 2, RINGBUF: 27, TASK_STORAGE: 29 } as const;
const PROG_TYPE_LSM = 29;
const BPF_LSM_MAC = 27;
const BPF_F_NO_PREALLOC = 1;
/** Size of a ring that every page size divides. */
const RING_BYTES = 65536;
/** Hook that the look-up below triggers; a program there that returns 0 decides nothing. */
const HOOK = 'bpf';

const CREATE_MAP = 'int bpf_map_create(int, const char *, uint32_t, uint32_t, uint32_t, const void *)';
const LOAD_PROGRAM = 'int bpf_prog_load(int, const char *, const char *, const void *, size_t, const void *)';

/** Tries to make a ring buffer; minimum kernel 5.8. */
export function tryRingBuffer(): TryResult {
  return closing(libbpfNumber(CREATE_MAP, MAP_TYPE.RINGBUF, 'doctor', 0, 0, RING_BYTES, null));
}

/** Tries to make task storage; minimum kernel 5.11 for LSM programs. */
export function tryTaskStorage(): TryResult {
  const raw = intTypeBtf();
  const btf = libbpfNumber('int bpf_btf_load(const void *, size_t, const void *)', raw, raw.length, null);
  if (btf < 0) return -btf;
  using types = new Descriptor(btf, 'types of the task storage');
  const options = Buffer.alloc(48);
  options.writeBigUInt64LE(48n, 0);
  options.writeUInt32LE(types.fd, 8);
  options.writeUInt32LE(1, 12);
  options.writeUInt32LE(1, 16);
  options.writeUInt32LE(BPF_F_NO_PREALLOC, 28);
  return closing(libbpfNumber(CREATE_MAP, MAP_TYPE.TASK_STORAGE, 'doctor', 4, 4, 0, options));
}

/**
 * Loads a program of type LSM that counts its calls, puts it on the hook `bpf` for a moment, and makes the
 * kernel call it. It lets everything pass.
 */
export function tryLsmProgram(): LsmTry {
  const none: LsmTry = {
    load: undefined,
    attach: undefined,
    cookie: undefined,
    readKernel: undefined,
    called: undefined,
  };
  const hook = libbpfNumber('int libbpf_find_vmlinux_btf_id(const char *, int)', HOOK, BPF_LSM_MAC);
  if (hook < 0) return { ...none, load: -hook };
  const map = libbpfNumber(CREATE_MAP, MAP_TYPE.ARRAY, 'doctor', 4, 8, 1, null);
  if (map < 0) return { ...none, load: -map };
  using counter = new Descriptor(map, 'counter of the doctor');
  const program = loadProgram(countingProgram(counter.fd), hook);
  if (program < 0) return { ...none, load: -program };
  using loaded = new Descriptor(program, 'program of the doctor');
  const readKernel = closing(loadProgram(readingProgram(), hook));
  const link = attach(loaded.fd, 0n);
  if (link < 0) return { ...none, load: 0, readKernel, attach: -link };
  let called: boolean;
  {
    using _link = new Descriptor(link, 'link of the doctor');
    called = readCounter(counter.fd) > 0n;
  }
  return { load: 0, attach: 0, readKernel, cookie: closing(attach(loaded.fd, 1n)), called };
}

/**
 * Puts a program on a hook that lets everything pass, and takes it away again.
 *
 * @returns whether that worked
 */
export function tryAttach(hook: string): boolean {
  const type = libbpfNumber('int libbpf_find_vmlinux_btf_id(const char *, int)', hook, BPF_LSM_MAC);
  if (type < 0) return false;
  const program = loadProgram(passingProgram(), type);
  if (program < 0) return false;
  using loaded = new Descriptor(program, 'program that lets pass');
  return closing(attach(loaded.fd, 0n)) === 0;
}

/** Closes what a successful try made. */
function closing(result: number): TryResult {
  if (result < 0) return -result;
  new Descriptor(result, 'try of the doctor')[Symbol.dispose]();
  return 0;
}

function loadProgram(code: Buffer, hook: number): number {
  // struct bpf_prog_load_opts of libbpf 1.0, up to attach_btf_id
  const options = Buffer.alloc(48);
  options.writeBigUInt64LE(48n, 0);
  options.writeUInt32LE(BPF_LSM_MAC, 12);
  options.writeUInt32LE(hook, 32);
  return libbpfNumber(LOAD_PROGRAM, PROG_TYPE_LSM, 'doctor', 'GPL', code, code.length / 8, options);
}

function attach(program: number, cookie: bigint): number {
  // struct bpf_link_create_opts of libbpf 1.0; tracing.cookie at 32
  const options = Buffer.alloc(64);
  options.writeBigUInt64LE(64n, 0);
  options.writeBigUInt64LE(cookie, 32);
  return libbpfNumber('int bpf_link_create(int, int, int, const void *)', program, 0, BPF_LSM_MAC, options);
}

function readCounter(map: number): bigint {
  const value = Buffer.alloc(8);
  libbpfNumber('int bpf_map_lookup_elem(int, const void *, void *)', map, Buffer.alloc(4), value);
  return value.readBigUInt64LE(0);
}

const [r0, r1, r2, r3, r10] = [0, 1, 2, 3, 10];
const PSEUDO_MAP_VALUE = 2;
const HELPER_PROBE_READ_KERNEL = 113;

/** Adds 1 to the counter and returns 0. */
function countingProgram(map: number): Buffer {
  return Buffer.concat([
    instruction(0x18, r1, PSEUDO_MAP_VALUE, map),
    instruction(0, 0, 0, 0),
    instruction(0xb7, r2, 0, 1),
    instruction(0xdb, r1, r2, 0),
    instruction(0xb7, r0, 0, 0),
    instruction(0x95, 0, 0, 0),
  ]);
}

/** Returns 0. */
function passingProgram(): Buffer {
  return Buffer.concat([instruction(0xb7, r0, 0, 0), instruction(0x95, 0, 0, 0)]);
}

/** Reads 8 bytes from address 0, which fails without harm, and returns 0. */
function readingProgram(): Buffer {
  return Buffer.concat([
    instruction(0xbf, r1, r10, 0),
    instruction(0x07, r1, 0, -8),
    instruction(0xb7, r2, 0, 8),
    instruction(0xb7, r3, 0, 0),
    instruction(0x85, 0, 0, HELPER_PROBE_READ_KERNEL),
    instruction(0xb7, r0, 0, 0),
    instruction(0x95, 0, 0, 0),
  ]);
}

/** `struct bpf_insn` without an offset. */
function instruction(code: number, destination: number, source: number, immediate: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[0] = code;
  bytes[1] = destination | (source << 4);
  bytes.writeInt32LE(immediate, 4);
  return bytes;
}

/** BTF with the one type `int`, include/uapi/linux/btf.h. */
function intTypeBtf(): Buffer {
  const strings = Buffer.from('\0int\0', 'latin1');
  const bytes = Buffer.alloc(40 + strings.length);
  bytes.writeUInt16LE(0xeb9f, 0);
  bytes[2] = 1;
  bytes.writeUInt32LE(24, 4);
  bytes.writeUInt32LE(16, 12);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt32LE(strings.length, 20);
  bytes.writeUInt32LE(1, 24);
  bytes.writeUInt32LE(0x01000000, 28);
  bytes.writeUInt32LE(4, 32);
  bytes.writeUInt32LE(32, 36);
  strings.copy(bytes, 40);
  return bytes;
}
