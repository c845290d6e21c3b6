import { beforeAll, describe, expect, test } from 'vitest';
import { attachChecks } from './checks/attach-checks.ts';
import { loadChecks } from './checks/load-checks.ts';
import { pathChecks } from './checks/path-checks.ts';
import { subjectChecks } from './checks/subject-checks.ts';
import { textChecks } from './checks/text-checks.ts';
import { buildProduct } from './build.ts';
import { runEverywhere, type ScenarioResults } from './scenario-run.ts';
import { kernels } from './kernels.ts';

let everywhere: ReturnType<typeof runEverywhere>;

beforeAll(() => {
  buildProduct();
  everywhere = runEverywhere();
});

describe.each(kernels)('kernel %s', (kernel) => {
  let results: ScenarioResults;

  beforeAll(async () => {
    results = await everywhere.get(kernel)!;
  });

  textChecks(() => results);
  pathChecks(() => results);
  loadChecks(() => results);
  subjectChecks(() => results);
  attachChecks(() => results);
});

test('there are kernels to test on', () => {
  expect(kernels, 'run vm/fetch-kernels.sh').not.toEqual([]);
});
