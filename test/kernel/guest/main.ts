/**
 * Runs in the guest, in the folder of the product: every scenario, one after the other, and prints one line
 * of JSON for each. `main.js [SCENARIO...]` runs only those.
 */
import { writeWhole } from '../../../src/log/write-all.ts';
import { linkOwnObjects } from './place.ts';
import { removePins } from './session.ts';
import { scenarios } from './scenarios.ts';

linkOwnObjects();
const wanted = process.argv.slice(2);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = Date.now();
  let line: object;
  try {
    removePins();
    const result: unknown = await scenario();
    line = { scenario: name, ms: Date.now() - started, result };
  } catch (error) {
    line = {
      scenario: name,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  writeWhole(1, Buffer.from(`${JSON.stringify(line)}\n`), 'standard output');
}
// a scenario that failed may have left a child
process.exit(0);
