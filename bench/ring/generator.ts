import { join } from 'node:path';
import koffi from 'koffi';
import { SHARED_MAPS } from '../../src/bpf/shared-maps.ts';
import { isNull, libbpf, libbpfNumber, type Pointer } from '../../src/sys/libbpf.ts';

/** `sizeof(struct bpf_test_run_opts)` of libbpf 1.1, and where its members lie. */
const OPTS = { size: 80, dataIn: 8, dataSizeIn: 24, repeat: 60 } as const;

/** Runs at a time: few, since the signals of a profiler end a run early. */
const PIECE = 1000;
const EINTR = 4;

/** bench/programs/ring.bpf.c, loaded: fills the ring with records. */
export class Generator implements Disposable {
  readonly #object: Pointer;
  readonly #program: number;
  readonly #packet = Buffer.alloc(64);
  readonly #options = Buffer.alloc(OPTS.size);

  /**
   * @param path - the object
   * @param pinRoot - directory on a bpffs, where it makes the shared maps
   */
  constructor(path: string, pinRoot: string) {
    this.#object = libbpf('void *bpf_object__open_file(const char *, const void *)', path, null);
    if (isNull(this.#object)) throw new Error(`cannot open ${path}`);
    for (const name of SHARED_MAPS) {
      const map = libbpf(
        'void *bpf_object__find_map_by_name(const void *, const char *)',
        this.#object,
        name,
      );
      if (!isNull(map)) libbpf('int bpf_map__set_pin_path(void *, const char *)', map, join(pinRoot, name));
    }
    if (libbpfNumber('int bpf_object__load(void *)', this.#object) < 0)
      throw new Error(`cannot load ${path}: run as root`);
    const program = libbpf(
      'void *bpf_object__find_program_by_name(const void *, const char *)',
      this.#object,
      'generate',
    );
    this.#program = libbpfNumber('int bpf_program__fd(const void *)', program);
    this.#options.writeBigUInt64LE(BigInt(OPTS.size), 0);
    this.#options.writeBigUInt64LE(koffi.address(this.#packet), OPTS.dataIn);
    this.#options.writeUInt32LE(this.#packet.length, OPTS.dataSizeIn);
  }

  /** Writes this many records, or loses those that find no room. */
  fill(records: number): void {
    for (let left = records; left > 0; left -= PIECE) {
      this.#options.writeInt32LE(Math.min(left, PIECE), OPTS.repeat);
      const error = libbpfNumber('int bpf_prog_test_run_opts(int, void *)', this.#program, this.#options);
      if (error < 0 && error !== -EINTR) throw new Error(`cannot run generate: ${-error}`);
    }
  }

  [Symbol.dispose](): void {
    libbpf('void bpf_object__close(void *)', this.#object);
  }
}
