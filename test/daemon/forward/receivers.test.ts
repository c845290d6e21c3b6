import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import { Receivers } from '../../../src/daemon/forward/receivers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a plugin file that came or changed is taken over on HUP', async () => {
  using folder = temporaryFolder();
  const defaults = defaultSettings();
  const settings = { ...defaults, plugins: { ...defaults.plugins, plugin_dir: folder.path } };
  const effects = { syslog: () => {}, email: () => {}, exec: () => {}, single: () => {}, halt: () => {} };
  const said: string[] = [];
  await using receivers = new Receivers(settings, {
    effects,
    say: (line) => said.push(line),
    tell: () => {},
  });
  const names = (): string[] => receivers.status.map(({ name }) => name);
  expect(names()).toEqual([]);
  const write = (name: string, active: string): void =>
    writeFileSync(path.join(folder.path, `${name}.conf`), `active = ${active}\npath = /bin/cat\n`, {
      mode: 0o640,
    });
  write('one', 'yes');
  await receivers.configure(settings);
  expect(names()).toEqual(['one']);
  write('two', 'yes');
  await receivers.configure(settings);
  expect(names()).toEqual(['one', 'two']);
  write('two', 'no');
  write('one', 'no');
  await receivers.configure(settings);
  expect(names()).toEqual([]);
  expect(said).toEqual([]);
});
