import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { manPages } from '../../scripts/render-man-pages.ts';
import { USAGE as daemon } from '../../src/cli/bpfauditd/usage.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as config } from '../../src/cli/config.ts';
import { command as doctor } from '../../src/cli/doctor.ts';
import { command as explain } from '../../src/cli/explain.ts';
import { command as plugin } from '../../src/cli/plugin.ts';
import { command as policy } from '../../src/cli/policy.ts';
import { command as run } from '../../src/cli/run.ts';
import { command as status } from '../../src/cli/status.ts';
import { ROOT } from '../helpers/source-files.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
/** A manual page without what only groff reads. */
const page = (file: string): string => read(file).replaceAll('\\-', '-');

/** Commands with a section in bpfaudit(8); search and report have pages of their own, ctl that of auditctl(8). */
const COMMANDS: Readonly<Record<string, Command>> = { run, plugin, doctor, explain, policy, status, config };

async function help(command: Command): Promise<string> {
  let text = '';
  const stdout = { write: (chunk: string | Uint8Array) => (text += String(chunk)) };
  const signal = AbortSignal.timeout(10_000);
  expect(await command.run(['--help'], { stdout, stderr: stdout, env: {}, signal })).toBe(0);
  return text;
}

function longOptions(text: string): string[] {
  const options = new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option));
  return [...options].filter((option) => option !== '--help' && option !== '--version');
}

/** The part of bpfaudit(8) about a command. */
function section(name: string): string {
  const [, text = ''] = page('man/bpfaudit.8').split(`.TP\n.B ${name}\n`);
  const [commands = ''] = text.split('.SH EXIT STATUS');
  // Sections end where one of the same depth begins.
  let depth = 0;
  const lines = commands.split('\n');
  const end = lines.findIndex((line) => {
    if (line === '.RS') depth++;
    if (line === '.RE') depth--;
    return line === '.TP' && depth === 0;
  });
  return lines.slice(0, end < 0 ? undefined : end).join('\n');
}

test('bpfaudit(8) knows every command', () => {
  const names = [...read('src/cli/main.ts').matchAll(/import\('\.\/(\w+)\.ts'\)/g)].map(
    ([, name = '']) => name,
  );
  expect(names.length).toBeGreaterThan(8);
  const synopsis = page('man/bpfaudit.8').split('.SH DESCRIPTION')[0] ?? '';
  expect(names.filter((name) => !synopsis.includes(`bpfaudit ${name}`))).toEqual([]);
});

test.each(Object.entries(COMMANDS))('bpfaudit(8) has every option of bpfaudit %s', async (name, command) => {
  const options = longOptions(await help(command));
  expect(options.length).toBeGreaterThan(0);
  const about = section(name);
  expect(options.filter((option) => !about.includes(option))).toEqual([]);
});

test('bpfauditd(8) has every option and signal of bpfauditd', () => {
  const about = page('man/bpfauditd.8');
  expect(longOptions(daemon).filter((option) => !about.includes(option))).toEqual([]);
  const signals = [...daemon.matchAll(/^ {2}([A-Z]+\d?) /gm)].map(([, signal = '']) => `SIG${signal}`);
  expect(signals).toHaveLength(5);
  expect(signals.filter((signal) => !about.includes(signal))).toEqual([]);
});

test('the pages of search and report come from their options (npm run man-pages)', () => {
  const pages = Object.entries(manPages());
  expect(pages).toHaveLength(2);
  for (const [file, text] of pages) expect(read(file), file).toBe(text);
});
