import { Descriptor } from '../sys/descriptor.ts';
import { SystemError } from '../sys/system-error.ts';
import { addressOf, libbpfNumber } from '../sys/libbpf.ts';

/** What the kernel says of a map, `struct bpf_map_info` of include/uapi/linux/bpf.h. */
export interface MapInfo {
  readonly id: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly name: string;
}

/** What the kernel says of a program, `struct bpf_prog_info`. */
export interface ProgramInfo {
  readonly id: number;
  /** `BPF_PROG_TYPE_*`: 29 is LSM. */
  readonly type: number;
  /** Hash of the instructions, 16 hex digits. */
  readonly tag: string;
  /** Up to 15 characters. */
  readonly name: string;
  /** When it was loaded, in nanoseconds since boot (CLOCK_BOOTTIME). */
  readonly loadNs: number;
  /** Ids of the maps the program uses. */
  readonly mapIds: readonly number[];
  /** Id of its BTF, 0 if it has none. */
  readonly btfId: number;
  /** Type in the kernel's BTF that it is attached to, 0 if none; minimum kernel 6.0. */
  readonly attachBtfId: number;
  /** Type of its main function in its own BTF, 0 if there is none: the name there is not cut. */
  readonly functionType: number;
  /** Nanoseconds spent, if `kernel.bpf_stats_enabled` is set. */
  readonly runTimeNs: bigint;
  readonly runCount: bigint;
}

const MAP_INFO_SIZE = 88;
const PROGRAM_INFO_SIZE = 232;
const MAX_MAPS = 64;
/** `sizeof(struct bpf_func_info)`: offset of the instruction, type. */
const FUNCTION_INFO_SIZE = 8;

/** Asks the kernel about a map. */
export function mapInfo(fd: number): MapInfo {
  const info = objectInfo(fd, Buffer.alloc(MAP_INFO_SIZE), 'map');
  return {
    id: info.readUInt32LE(4),
    valueSize: info.readUInt32LE(12),
    maxEntries: info.readUInt32LE(16),
    name: cString(info, 24, 16),
  };
}

/** Asks the kernel about a program. */
export function programInfo(fd: number): ProgramInfo {
  const maps = Buffer.alloc(MAX_MAPS * 4);
  const info = Buffer.alloc(PROGRAM_INFO_SIZE);
  const mainFunction = Buffer.alloc(FUNCTION_INFO_SIZE);
  info.writeUInt32LE(MAX_MAPS, 52);
  info.writeBigUInt64LE(addressOf(maps), 56);
  info.writeUInt32LE(FUNCTION_INFO_SIZE, 132);
  info.writeBigUInt64LE(addressOf(mainFunction), 136);
  info.writeUInt32LE(1, 144);
  objectInfo(fd, info, 'program');
  const count = Math.min(info.readUInt32LE(52), MAX_MAPS);
  return {
    type: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    tag: info.toString('hex', 8, 16),
    loadNs: Number(info.readBigUInt64LE(40)),
    name: cString(info, 64, 16),
    mapIds: Array.from({ length: count }, (_, i) => maps.readUInt32LE(i * 4)),
    btfId: info.readUInt32LE(128),
    runTimeNs: info.readBigUInt64LE(192),
    runCount: info.readBigUInt64LE(200),
    attachBtfId: info.readUInt32LE(224),
    functionType: mainFunction.readUInt32LE(4),
  };
}

/** Opens a program by its id; nothing if there is no such program (any more). */
export function programById(id: number): Descriptor | undefined {
  const fd = libbpfNumber('int bpf_prog_get_fd_by_id(uint32_t)', id);
  return fd < 0 ? undefined : new Descriptor(fd, `program ${id}`);
}

/** Ids of all programs that are loaded at the moment. */
export function programIds(): number[] {
  const ids: number[] = [];
  const next = Buffer.alloc(4);
  for (let id = 0; libbpfNumber('int bpf_prog_get_next_id(uint32_t, void *)', id, next) === 0;) {
    id = next.readUInt32LE(0);
    ids.push(id);
  }
  return ids;
}

/** Raw BTF with the given id, `struct bpf_btf_info`. */
export function btfById(id: number): Buffer | undefined {
  const fd = libbpfNumber('int bpf_btf_get_fd_by_id(uint32_t)', id);
  if (fd < 0) return undefined;
  using descriptor = new Descriptor(fd, `btf ${id}`);
  const sizes = objectInfo(descriptor.fd, Buffer.alloc(32), 'btf');
  const data = Buffer.alloc(sizes.readUInt32LE(8));
  const info = Buffer.alloc(32);
  info.writeBigUInt64LE(addressOf(data), 0);
  info.writeUInt32LE(data.length, 8);
  objectInfo(descriptor.fd, info, 'btf');
  return data;
}

function objectInfo(fd: number, info: Buffer, what: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(info.length);
  const error = libbpfNumber('int bpf_obj_get_info_by_fd(int, void *, void *)', fd, info, length);
  if (error < 0)
    throw new SystemError(`ask about ${what}`, -error, { code: 'E_BPF_INFO', hint: 'run as root' });
  return info;
}

function cString(buffer: Buffer, at: number, size: number): string {
  const end = buffer.indexOf(0, at);
  return buffer.toString('latin1', at, end < 0 || end > at + size ? at + size : end);
}
