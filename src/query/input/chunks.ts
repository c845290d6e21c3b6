import { statSync } from 'node:fs';
import type { Chunk } from './chunk-store.ts';
import { BufferRing, fileChunks } from './file-chunks.ts';
import type { HitFilter } from './hit-filter.ts';
import type { LogInput } from './log-input.ts';
import type { ByteRange } from './stamp-index.ts';
import { relevantRanges, type Narrowing, type Relevant } from './relevant-ranges.ts';
import { LineChunker } from './line-chunks.ts';
import { isPacked, packedBytes } from './packed-log.ts';

/**
 * Reads an input, as chunks that end at the end of a line.
 *
 * @param narrowing lets parts of plain files be passed over that cannot hold what is looked for.
 * @param filter is told which events cannot match.
 * @param known the parts of files that are known already.
 */
export async function* inputChunks(
  input: LogInput,
  narrowing?: Narrowing,
  filter?: HitFilter,
  known?: ReadonlyMap<string, Relevant>,
): AsyncGenerator<Chunk> {
  if (input.kind === 'stream') {
    yield* streamChunks(input.stream, input.name, 0);
    return;
  }
  const ring = new BufferRing();
  let base = 0;
  for (const path of input.paths) {
    if (isPacked(path)) {
      let end = base;
      // Nothing is known of what is packed, nor how much of it there is.
      filter?.addUnknown(base, Infinity);
      for await (const chunk of streamChunks(packedBytes(path), path, base)) {
        end = chunk.base + chunk.bytes.length;
        yield chunk;
      }
      base = end + 1;
    } else {
      const ranges =
        narrowing === undefined
          ? [{ start: 0, end: Infinity }]
          : rangesOf(known?.get(path) ?? relevantRanges(path, narrowing), path, base, filter);
      for (const range of ranges) yield* fileChunks(path, base, ring, range);
      base += sizeOf(path) + 1;
    }
  }
}

function rangesOf(
  { ranges, hits, sizeBytes }: Relevant,
  path: string,
  base: number,
  filter?: HitFilter,
): readonly ByteRange[] {
  if (hits === undefined) filter?.addUnknown(base, Infinity);
  else {
    filter?.addHits(hits, base);
    filter?.addUnknown(base + (sizeBytes ?? 0), base + sizeOf(path));
  }
  return ranges;
}

/** How large an input is, as far as that is known. */
export function inputBytes(input: LogInput): number {
  if (input.kind === 'stream') return Infinity;
  return input.paths.reduce((sum, path) => sum + statSync(path).size, 0);
}

async function* streamChunks(
  stream: AsyncIterable<unknown>,
  name: string,
  base: number,
): AsyncGenerator<Chunk> {
  const lines = new LineChunker(name, base);
  for await (const piece of stream) {
    const chunk = lines.push(Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece), 'latin1'));
    if (chunk !== undefined) yield chunk;
  }
  const last = lines.end();
  if (last !== undefined) yield last;
}

function sizeOf(path: string): number {
  // A log that grows while it is read: room for what is added, so that offsets stay apart.
  return statSync(path).size + (1 << 30);
}
