import type { BytesModule } from '../simd/bytes-module.ts';
import { needleHits } from './needle-hits.ts';

/** Looks for byte strings in blocks of a file that are read into its {@link buffer}. */
export class NeedleSearch {
  readonly #needles: readonly Buffer[];
  readonly #module: BytesModule | undefined;
  /** What is searched: the caller fills it. */
  readonly buffer: Buffer<ArrayBuffer>;

  /** @param module its text becomes the buffer; without one, memory of `sizeBytes` is made. */
  constructor(needles: readonly Buffer[], sizeBytes: number, module: BytesModule | undefined) {
    this.#needles = needles;
    this.#module = module?.setNeedles(needles) === true ? module : undefined;
    this.buffer = module?.text ?? Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Where the strings stand in the first bytes of the buffer, in rising order. */
  *hits(sizeBytes: number): Generator<number> {
    const module = this.#module;
    if (module === undefined) {
      yield* needleHits(this.buffer.subarray(0, sizeBytes), this.#needles);
      return;
    }
    for (let at = module.find(0, sizeBytes); at >= 0; at = module.find(at + 1, sizeBytes)) yield at;
  }
}
