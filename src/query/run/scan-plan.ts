import { statSync } from 'node:fs';
import type { LogInput } from '../input/log-input.ts';
import { isPacked } from '../input/packed-log.ts';
import type { LogPiece } from '../input/log-space.ts';
import { relevantRanges, type Relevant } from '../input/relevant-ranges.ts';
import type { SegmentOptions } from './segment-scan.ts';

/** From so much on a log is read in segments, by all cores. */
const MIN_SEGMENTED_BYTES = 8 << 20;

/** If more than that lies around what is looked for, it is not looked for first. */
const MAX_NARROWED_BYTES = 48 << 20;

/** One part in so many is few. */
const FEW_PARTS = 8;

/** Which parts of an input are read, and how. */
export interface ScanPlan {
  /** The parts of each file that matter; undefined if all do. */
  readonly relevant: ReadonlyMap<string, Relevant> | undefined;
  /** What is read in segments; undefined if the input is better read from its start to its end. */
  readonly segments: readonly LogPiece[] | undefined;
}

/** Looks which parts of an input can hold what is looked for. Knows nothing of streams and packed files. */
export function planScan(
  input: LogInput,
  options: SegmentOptions,
  needles: readonly Buffer[] | undefined,
): ScanPlan {
  if (input.kind === 'stream' || input.paths.some(isPacked))
    return { relevant: undefined, segments: undefined };
  const { paths } = input;
  const isWhole = options.startSec === undefined && options.endSec === undefined;
  if (isWhole && needles === undefined) return { relevant: undefined, segments: worth(wholes(paths)) };
  const relevant = relevantParts(paths, options, needles);
  const isTooMuch = [...relevant.values()].some((part) => part.isTooMuch === true);
  const near = piecesOf(paths, relevant);
  if (needles === undefined) return { relevant, segments: worth(near) };
  const window = isWhole ? wholes(paths) : piecesOf(paths, relevantParts(paths, options, undefined));
  const isFew = !isTooMuch && sizeOf(near) * FEW_PARTS < sizeOf(window);
  // If much of it is near a hit, to read all of it on all cores is faster.
  return { relevant, segments: isFew ? undefined : worth(window) };
}

/** A plan to read pieces one after another. */
export function planPieces(pieces: readonly LogPiece[]): {
  readonly input: LogInput;
  readonly plan: ScanPlan;
} {
  const relevant = new Map<string, Relevant>();
  for (const { path, start, end } of pieces) {
    const ranges = relevant.get(path)?.ranges ?? [];
    relevant.set(path, { ranges: [...ranges, { start, end }] });
  }
  return {
    input: { kind: 'files', paths: [...relevant.keys()] },
    plan: { relevant, segments: undefined },
  };
}

function wholes(paths: readonly string[]): LogPiece[] {
  return paths.map((path) => ({ path, start: 0, end: Infinity }));
}

function relevantParts(
  paths: readonly string[],
  options: SegmentOptions,
  needles: readonly Buffer[] | undefined,
): Map<string, Relevant> {
  const most = Math.min(MAX_NARROWED_BYTES, sizeOf(wholes(paths)) / FEW_PARTS);
  const narrowing = { ...options, needles, maxBytes: Math.max(most, MIN_SEGMENTED_BYTES) };
  const found = new Map<string, Relevant>();
  for (const path of paths) {
    const relevant = relevantRanges(path, narrowing);
    found.set(path, relevant);
    if (relevant.isTooMuch === true) break;
  }
  return found;
}

function piecesOf(paths: readonly string[], relevant: ReadonlyMap<string, Relevant>): LogPiece[] {
  return paths.flatMap((path) =>
    (relevant.get(path)?.ranges ?? []).map(({ start, end }) => ({ path, start, end })),
  );
}

/** The pieces, if they are so many bytes that segments pay. */
function worth(pieces: readonly LogPiece[]): readonly LogPiece[] | undefined {
  return sizeOf(pieces) >= MIN_SEGMENTED_BYTES ? pieces : undefined;
}

function sizeOf(pieces: readonly LogPiece[]): number {
  return pieces.reduce((sum, { path, start, end }) => sum + Math.min(end, statSync(path).size) - start, 0);
}
