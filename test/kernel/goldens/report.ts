import type { CaseRun } from './case-run.ts';

/**
 * What the driver goes through: every case with the best way to render paths that the kernel allows, the cases
 * with a path once more with the walk, the seed's own programs, and the programs that must not load.
 */
export type Pass = 'best' | 'walk' | 'seed' | 'refusals';

/** One line of the driver's output. */
export type Line =
  | { readonly pass: Pass; readonly run: CaseRun }
  | { readonly pass: Pass; readonly name: string; readonly failure: string }
  | { readonly pass: Pass; readonly object: string; readonly failure: string }
  | { readonly pass: Pass; readonly object: string; readonly code: string };

/** Everything that the driver said on one kernel. */
export class Report {
  readonly #lines: readonly Line[];

  constructor(output: string) {
    this.#lines = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Line => JSON.parse(line));
  }

  /** The run of a case; throws with the reason if there is none. */
  run(pass: Pass, name: string, occurrence = 0): CaseRun {
    const runs = this.#lines.flatMap((line) =>
      'run' in line && line.pass === pass && line.run.name === name ? [line.run] : [],
    );
    const run = runs[occurrence];
    if (run) return run;
    const failures = this.#lines.flatMap((line) =>
      'failure' in line && line.pass === pass && (!('name' in line) || line.name === name)
        ? [line.failure]
        : [],
    );
    throw new Error([`case ${name} did not run`, ...failures].join('\n'));
  }

  /** What became of an object that must not load: the code of its error, or `loaded`. */
  verdict(object: string): string | undefined {
    const line = this.#lines.find((candidate) => 'code' in candidate && candidate.object === object);
    return line && 'code' in line ? line.code : undefined;
  }
}
