import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigError } from '../../../src/toml/config-error.ts';
import { checkConfig, loadConfig } from '../../../src/daemon/config/load-config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string, mode = 0o640): string {
  const name = path.join(folder, 'bpfaudit.toml');
  rmSync(name, { force: true });
  writeFileSync(name, text, { mode });
  chmodSync(name, mode);
  return name;
}

test('a good file is loaded', () => {
  expect(loadConfig(file('[log]\nfreq = 7\n')).log.freq).toBe(7);
});

test('a bad file is refused with all that is wrong, the first in the message', () => {
  const name = file('[log]\nfreq = "x"\nnum_logs = -1\n');
  const error = (() => {
    try {
      return loadConfig(name);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({ code: 'E_CONFIG', problems: [{ line: 2 }, { line: 3 }] });
  expect(String(error)).toContain(`${name}:2: log.freq: expected`);
  expect(String(error)).toContain('(and 1 more)');
});

test('a file that others can write is refused', () => {
  expect(checkConfig(file('', 0o666)).problems).toMatchObject([{ hint: 'chmod 0640 FILE' }]);
});

test.skipIf(process.geteuid?.() !== 0)('a file of somebody else is refused (needs root)', () => {
  const name = file('');
  chownSync(name, 12345, 0);
  expect(checkConfig(name).problems).toMatchObject([{ text: 'is owned by uid 12345, not by root' }]);
});

test('what is no file is refused', () => {
  const directory = path.join(folder, 'directory');
  mkdirSync(directory);
  expect(checkConfig(directory).problems).toMatchObject([{ text: 'is no regular file' }]);
  expect(checkConfig(path.join(folder, 'none')).problems).toMatchObject([
    { text: 'cannot be opened (ENOENT)' },
  ]);
});
