import type { GuestResult } from '../../vm/run.ts';

/** What a script printed, by the names that it put before each part (`@@ NAME`). */
export type Parts = ReadonlyMap<string, readonly string[]>;

/**
 * Takes apart what a script printed; empty lines are left out.
 *
 * @throws Error with all that it said, unless it came to its end: the part `end-of-script`.
 */
export function readParts({
  stdout,
  stderr,
  exitCode,
}: Pick<GuestResult, 'stdout' | 'stderr' | 'exitCode'>): Parts {
  const [, ...parts] = stdout.split(/^@@ /m);
  if (exitCode !== 0 || !parts.some((part) => part.startsWith('end-of-script\n'))) {
    throw new Error(`exit ${exitCode}\n${stdout}\n${stderr}`);
  }
  return new Map(
    parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines.filter((line) => line !== '')];
    }),
  );
}

/** The lines of a part; the test fails if the script did not print it. */
export function partOf(parts: Parts, name: string): readonly string[] {
  const lines = parts.get(name);
  if (!lines) throw new Error(`no part ${name}`);
  return lines;
}
