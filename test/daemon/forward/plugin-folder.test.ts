import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readPluginFolder } from '../../../src/daemon/forward/plugin-folder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a folder that is not there has no plugins, and one that cannot be read is said', () => {
  using folder = temporaryFolder();
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  expect(readPluginFolder(path.join(folder.path, 'nowhere'), say)).toEqual([]);
  expect(said).toEqual([]);
  const file = path.join(folder.path, 'file');
  writeFileSync(file, '');
  expect(readPluginFolder(file, say)).toEqual([]);
  expect(said).toEqual([expect.stringContaining(`${file}: ENOTDIR`)]);
});
