import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Names of the files that take long, the longest first: who begins with the short ones has one processor idle at
 * the end, while the other works through the longest. Those that are not named come last.
 */
const LONGEST = [
  'daemon-failures',
  'policies',
  'join',
  'goldens',
  'rules',
  'scenarios',
  'package',
  'three-ways',
  'daemon',
  'examples',
  'guest',
];

function place({ moduleId }: TestSpecification): number {
  const at = LONGEST.indexOf(basename(moduleId, '.test.ts'));
  return at < 0 ? LONGEST.length : at;
}

/** Begins with the files that take longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
