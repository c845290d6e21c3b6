import { expect, test } from 'vitest';
import { parseOptions } from '../../src/cli/option-table.ts';

const OPTIONS = [
  { names: ['-a'], help: '' },
  { names: ['-s', '--summary'], help: '' },
];

test.each([
  ['--sumary', '--sumary is an unsupported option', 'did you mean --summary?'],
  ['--summray', '--summray is an unsupported option', 'did you mean --summary?'],
  ['--SUMMARY', '--SUMMARY is an unsupported option', 'did you mean --summary?'],
  ['--quite-another', '--quite-another is an unsupported option', 'see --help'],
  ['-Z', '-Z is an unsupported option', 'see --help'],
  ['summary', 'summary is not an option', 'did you mean --summary?'],
  ['-S', '-S is an unsupported option', 'see --help'],
])('%s', (word, message, hint) => {
  expect(() => parseOptions([word], OPTIONS)).toThrow(
    expect.objectContaining({ code: 'E_USAGE', message, hint }),
  );
});
