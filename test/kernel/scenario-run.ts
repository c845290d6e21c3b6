import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import type { ScenarioResult, Scenarios } from './guest/scenarios.ts';
import { kernels } from './kernels.ts';

const root = join(import.meta.dirname, '../..');

/** What the runner prints for a scenario. */
interface Printed {
  readonly scenario: string;
  readonly ms: number;
  readonly result?: unknown;
  readonly failure?: string;
}

/** What came out of a boot. */
export class ScenarioResults {
  readonly #printed = new Map<string, Printed>();

  /** @param output - what the runner printed */
  constructor(output: string) {
    for (const line of output.split('\n')) {
      if (!line.startsWith('{"scenario"')) continue;
      const printed: Printed = JSON.parse(line);
      this.#printed.set(printed.scenario, printed);
    }
  }

  /** Result of a scenario; the test fails if the scenario did. */
  get<Name extends keyof Scenarios>(name: Name): ScenarioResult<Name> {
    const printed = this.#printed.get(name);
    expect(printed?.failure, `scenario ${name}`).toBeUndefined();
    expect(printed, `scenario ${name} did not run`).toBeDefined();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the runner prints exactly this type
    return printed!.result as ScenarioResult<Name>;
  }
}

/** Runs something on every kernel, one after the other: another test file keeps the other processor busy. */
export function everywhere<T>(onKernel: (kernel: string) => Promise<T>): ReadonlyMap<string, Promise<T>> {
  let before: Promise<unknown> = Promise.resolve();
  return new Map(
    kernels.map((kernel) => {
      const results = before.then(() => onKernel(kernel));
      // a guest that fails makes its own tests fail, not the next guest
      before = results.catch(() => undefined);
      return [kernel, results];
    }),
  );
}

/** Boots every kernel once, and runs all scenarios in it. */
export function runEverywhere(): ReadonlyMap<string, Promise<ScenarioResults>> {
  return everywhere(runScenarios);
}

/** Boots a kernel once and runs all scenarios in it. */
async function runScenarios(kernel: string): Promise<ScenarioResults> {
  const parts = ['.output/kernel-tests', '.output/test'];
  const { stdout, stderr, exitCode } = await runInGuest({
    kernel,
    cwd: guestRepository,
    command: ['node', '.output/kernel-tests/test/kernel/guest/main.js'],
    programs: ['setpriv'],
    add: [...productTree(root), ...addedTrees(root, parts)],
    timeoutMs: 880_000,
  });
  writeFileSync(join(root, `.output/test/scenarios-${kernel}.jsonl`), stdout);
  expect(exitCode, stderr.slice(-2000)).toBe(0);
  return new ScenarioResults(stdout);
}
