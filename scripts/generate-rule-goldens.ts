/**
 * Asks the real auditctl for the bytes it sends and the text it lists, for every line of
 * test/golden/rule-lines.txt, and writes test/golden/auditctl-rules.json.
 *
 * Needs root, strace, auditctl and a kernel with audit and no rules loaded; deletes each rule it added.
 * Run: npx tsx scripts/generate-rule-goldens.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockAudit } from '../test/helpers/audit-lock.ts';
import { packWords, sentRule } from '../test/helpers/auditctl.ts';

const LINES = new URL('../test/golden/rule-lines.txt', import.meta.url);
const GOLDEN = new URL('../test/golden/auditctl-rules.json', import.meta.url);

function run(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  return `${result.stdout}${result.stderr}`;
}

function ask(line: string, trace: string): object {
  const args = line.split(' ').filter(Boolean);
  const strace = ['-qq', '-e', 'trace=sendto', '-e', 'signal=none', '-s', '9000', '-xx', '-o', trace];
  const said = run('strace', [...strace, 'auditctl', ...args]).trim();
  const sent = sentRule(readFileSync(trace, 'utf8'));
  const listed = run('auditctl', ['-l']).replace(/\n$/, '');
  const added = listed !== 'No rules';
  if (added) run('auditctl', ['-D']);
  const answer = said === '' ? {} : { said };
  return { line, ...(sent && { sent: packWords(sent) }), ...(added ? { listed } : {}), ...answer };
}

using _lock = await lockAudit();
if (run('auditctl', ['-l']).trim() !== 'No rules')
  throw new Error('rules are loaded; run this on a machine without');
const directory = mkdtempSync(path.join(tmpdir(), 'rule-goldens-'));
try {
  const lines = readFileSync(LINES, 'utf8').split('\n').filter(Boolean);
  const rules = lines.map((line) => ask(line, path.join(directory, 'trace')));
  const madeBy = { auditctl: run('auditctl', ['-v']).trim(), kernel: run('uname', ['-rm']).trim() };
  const text = rules.map((rule) => `    ${JSON.stringify(rule)}`).join(',\n');
  writeFileSync(GOLDEN, `{\n  "madeBy": ${JSON.stringify(madeBy)},\n  "rules": [\n${text}\n  ]\n}\n`);
} finally {
  rmSync(directory, { recursive: true });
}
