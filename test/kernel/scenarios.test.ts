import { beforeAll, describe, expect, test } from 'vitest';
import { attachChecks } from './checks/attach-checks.ts';
import { loadChecks } from './checks/load-checks.ts';
import { pathChecks } from './checks/path-checks.ts';
import { textChecks } from './checks/text-checks.ts';
import { buildScenarios, kernels, runScenarios, type ScenarioResults } from './scenario-run.ts';

describe.runIf(kernels.length > 0).each(kernels)('kernel %s', (kernel) => {
  let results: ScenarioResults;

  beforeAll(async () => {
    buildScenarios();
    results = await runScenarios(kernel);
  });

  textChecks(() => results);
  pathChecks(() => results);
  loadChecks(() => results);
  attachChecks(() => results);
});

test('there are kernels to test on', () => {
  expect(kernels, 'run vm/fetch-kernels.sh').not.toEqual([]);
});
