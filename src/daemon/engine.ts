import { setFlagsFromString } from 'node:v8';
import { giveBackFreedMemory } from '../sys/allocator.ts';

/** Newest V8 that is known to have the flags; one that has not would say so on stderr. */
const NEWEST = 14;

let isTuned = false;

/**
 * Lets V8 compile the way of a record into one piece, as a C compiler would do: its limits for that are made
 * for web pages, where memory and the time to compile count for more. Measured: a tenth to a quarter less time a
 * record. What the compiler has used is not kept.
 *
 * Must be called before the first record is read.
 *
 * @see {@link https://nodejs.org/api/v8.html#v8setflagsfromstringflags}
 */
export function tuneEngine(): void {
  if (isTuned) return;
  isTuned = true;
  giveBackFreedMemory();
  if (Number.parseInt(process.versions.v8, 10) > NEWEST) return;
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
  setFlagsFromString('--max-inlined-bytecode-size=1000');
}
