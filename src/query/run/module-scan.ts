import { isAlwaysAlone } from '../../audit/group/grouper.ts';
import { HeaderReader } from '../../audit/parse/header.ts';
import { TypeLookup } from '../../audit/parse/type-lookup.ts';
import type { BytesModule, LineCallbacks } from '../simd/bytes-module.ts';
import { EVENT_WIDTH, RECORD_WIDTH } from './event-batch.ts';
import type { ScannedSegment, SegmentOptions } from './segment-scan.ts';

/** No record has a shorter line: ausearch takes even `x (1234567` for one. */
const MIN_LINE_BYTES = 10;

/** How many numbers the events in so much text can have. */
export function metaCountFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / MIN_LINE_BYTES + 1) * (EVENT_WIDTH + RECORD_WIDTH);
}

/** The lines of a segment, read by a {@link BytesModule}; the odd ones by {@link HeaderReader}. */
export class ModuleScan {
  readonly #options: SegmentOptions;
  readonly #header = new HeaderReader();
  readonly #types = new TypeLookup();
  readonly #nodeNumbers = new Map<string, number>();

  constructor(options: SegmentOptions) {
    this.#options = options;
  }

  /**
   * @param places see {@link BytesModule.scanLines}.
   * @returns undefined if the records do not stand in order.
   */
  scan(
    module: BytesModule,
    bytes: Buffer<ArrayBuffer>,
    index: number,
    places?: readonly number[],
  ): ScannedSegment | undefined {
    this.#begin(module, index);
    const callbacks: LineCallbacks = {
      oddLine: (start, end) => this.#odd(module, bytes, start, end),
      typeAt: (start, end) => {
        const type = this.#types.lookup(bytes, start, end);
        return { type, isAlone: isAlwaysAlone(type) };
      },
    };
    const isSorted = module.scanLines(bytes.length, callbacks, places);
    if (!isSorted) return undefined;
    const isEmpty = module.get('sec') < 0;
    const get = module.get.bind(module);
    return {
      batch: {
        index,
        bytes,
        meta: module.meta.subarray(0, get('used')),
        nodes: [...this.#nodeNumbers.keys()],
        eventCount: get('count'),
        module,
      },
      lowest: isEmpty
        ? undefined
        : { sec: get('lowestSec'), milli: get('lowestMilli'), serial: get('lowestSerial') },
      highest: isEmpty ? undefined : { sec: get('sec'), milli: get('milli'), serial: get('serial') },
      first:
        get('firstSec') < 0
          ? undefined
          : { sec: get('firstSec'), milli: get('firstMilli'), serial: get('firstSerial') },
      badLines: get('bad'),
    };
  }

  #begin(module: BytesModule, index: number): void {
    const { startSec, endSec } = this.#options;
    this.#nodeNumbers.clear();
    module.set('index', index);
    module.set('startSec', startSec ?? -Infinity);
    module.set('endSec', endSec ?? Infinity);
    for (const member of ['milli', 'serial', 'isOpen', 'used', 'count', 'event', 'bad'] as const)
      module.set(member, 0);
    for (const member of ['sec', 'firstSec', 'node'] as const) module.set(member, -1);
  }

  #odd(module: BytesModule, bytes: Buffer, start: number, end: number): boolean {
    const header = this.#header;
    if (!header.read(bytes, start, end)) return false;
    module.set('lineSec', header.sec);
    module.set('lineMilli', header.milli);
    module.set('lineSerial', header.serial);
    module.set('lineType', (header.type << 1) | (isAlwaysAlone(header.type) ? 1 : 0));
    module.set('lineBody', header.bodyStart);
    module.set('lineNode', header.nodeEnd === 0 ? -1 : this.#node(bytes, header));
    return true;
  }

  #node(bytes: Buffer, header: HeaderReader): number {
    const name = bytes.toString('latin1', header.nodeStart, header.nodeEnd);
    let number = this.#nodeNumbers.get(name);
    if (number === undefined) {
      number = this.#nodeNumbers.size;
      this.#nodeNumbers.set(name, number);
    }
    return number;
  }
}
