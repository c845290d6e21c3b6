import {
  isNull,
  libbpf,
  libbpfNumber,
  addressOf,
  withLibbpfMessages,
  type Pointer,
} from '../../src/sys/libbpf.ts';
import { Mapping } from '../../src/sys/memory.ts';

/** `struct bpf_test_run_opts` of libbpf 1.1 */
const OPTS = { size: 80, dataIn: 8, dataSizeIn: 24, retval: 56, repeat: 60, duration: 64 } as const;

/** An object whose programs are run by the kernel without a hook, on data that the test makes. */
export class TestRun implements Disposable {
  readonly #object: Pointer;
  readonly #mappings: Mapping[] = [];

  private constructor(object: Pointer) {
    this.#object = object;
  }

  /** Loads an object, its maps unpinned; a reason in words when this machine does not let us. */
  static open(path: string): TestRun | string {
    const messages: string[] = [];
    return withLibbpfMessages(
      (level, message) => level === 'warn' && messages.push(message),
      () => {
        const object = libbpf('void *bpf_object__open_file(const char *, const void *)', path, null);
        if (isNull(object)) return `no ${path}`;
        let map: Pointer = null;
        for (;;) {
          map = libbpf('void *bpf_object__next_map(const void *, const void *)', object, map);
          if (isNull(map)) break;
          libbpf('int bpf_map__set_pin_path(void *, const char *)', map, null);
        }
        const error = libbpfNumber('int bpf_object__load(void *)', object);
        if (error === 0) return new TestRun(object);
        libbpf('void bpf_object__close(void *)', object);
        return `BPF is not allowed here (${error}): ${messages.join('; ').slice(-300)}`;
      },
    );
  }

  /** Descriptor of a program; stays libbpf's. */
  program(name: string): number {
    const program = libbpf(
      'void *bpf_object__find_program_by_name(const void *, const char *)',
      this.#object,
      name,
    );
    return libbpfNumber('int bpf_program__fd(const void *)', program);
  }

  /** A map that can be mapped, as bytes. */
  map(name: string, bytes: number): DataView {
    const fd = libbpfNumber(
      'int bpf_object__find_map_fd_by_name(const void *, const char *)',
      this.#object,
      name,
    );
    const mapping = new Mapping(fd, Math.ceil(bytes / 4096) * 4096, 0, true, name);
    this.#mappings.push(mapping);
    return new DataView(mapping.buffer);
  }

  /** Runs a program on one packet; what it returned and the nanoseconds of one run. */
  run(program: number, data: Buffer, repeat: number = 1): { retval: number; ns: number } {
    const opts = Buffer.alloc(OPTS.size);
    opts.writeBigUInt64LE(BigInt(OPTS.size), 0);
    opts.writeBigUInt64LE(addressOf(data), OPTS.dataIn);
    opts.writeUInt32LE(data.length, OPTS.dataSizeIn);
    opts.writeInt32LE(repeat, OPTS.repeat);
    const error = libbpfNumber('int bpf_prog_test_run_opts(int, void *)', program, opts);
    if (error !== 0) throw new Error(`test run: ${error}`);
    return { retval: opts.readUInt32LE(OPTS.retval), ns: opts.readUInt32LE(OPTS.duration) };
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
    libbpf('void bpf_object__close(void *)', this.#object);
  }
}
