import koffi from 'koffi';
import { door } from './door.ts';
import { SystemError } from './system-error.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

/** Size of a page of memory on this machine, in bytes. */
export function pageSize(): number {
  const SC_PAGESIZE = 30;
  return Number(door().call('c', 'long sysconf(int)', [SC_PAGESIZE]));
}

/**
 * A shared mapping of a file descriptor, and the bytes of it as an ArrayBuffer.
 *
 * Disposing unmaps: every view of {@link buffer} is invalid then and must not be touched.
 */
export class Mapping implements Disposable {
  /** The mapped bytes. */
  readonly buffer: ArrayBuffer;
  readonly #address: unknown;
  readonly #length: number;
  #mapped = true;

  /**
   * @param fd - descriptor to map
   * @param length - bytes
   * @param offset - in the file, a multiple of the page size
   * @param writable - map for writing too
   * @param what - for the error: "ring"
   * @throws {SystemError} `E_MAP`
   */
  constructor(fd: number, length: number, offset: number, writable: boolean, what: string) {
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    const address = door().call('c', 'void *mmap(void *, size_t, int, int, int, int64_t)', [
      null,
      length,
      protection,
      MAP_SHARED,
      fd,
      offset,
    ]);
    if (koffi.address(address) === 0xffffffffffffffffn) {
      throw new SystemError(`map ${what}`, door().errno(), {
        code: 'E_MAP',
        hint: 'the map must be made with BPF_F_MMAPABLE, and the process needs CAP_BPF',
      });
    }
    this.#address = address;
    this.#length = length;
    this.buffer = koffi.view(address, length);
  }

  [Symbol.dispose](): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    door().call('c', 'int munmap(void *, size_t)', [this.#address, this.#length]);
  }
}
