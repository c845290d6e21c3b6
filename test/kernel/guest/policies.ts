/**
 * Runs in the guest, in the folder of the product: the scenarios about loaded policies, and prints one line of
 * JSON for each. `policies.js [SCENARIO...]` runs only those.
 */
import { writeWhole } from '../../../src/log/write-all.ts';
import { linkOwnObjects } from './place.ts';
import { commands, coordination, killed } from './policy-lifecycle.ts';
import { tenPolicies, upgrades } from './policy-scenarios.ts';

/** The scenarios by name. */
export const scenarios: {
  readonly coordination: typeof coordination;
  readonly commands: typeof commands;
  readonly killed: typeof killed;
  readonly tenPolicies: typeof tenPolicies;
  readonly upgrades: typeof upgrades;
} = { coordination, commands, killed, tenPolicies, upgrades };

linkOwnObjects();
const wanted = process.argv.slice(2);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = Date.now();
  let line: object;
  try {
    const result: unknown = await scenario();
    line = { scenario: name, ms: Date.now() - started, result };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    line = { scenario: name, failure };
  }
  writeWhole(1, Buffer.from(`${JSON.stringify(line)}\n`), 'standard output');
}
// a scenario that failed may have left a child
process.exit(0);
