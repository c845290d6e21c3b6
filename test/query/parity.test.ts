import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { runCommand } from '../helpers/run-command.ts';

// Every report and option of a search on every log of other projects, beside the real tools. All forms of all of
// them would take minutes: each log has each report in one form and some of the searches, and the forms go round.
process.env['TZ'] = 'UTC';
const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped =
  whyNoShared('corpora', 'oracle-auditd-3.0.9') ??
  (version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here');
const ORACLE = sharedPath('corpora', 'oracle-auditd-3.0.9');

const REPORTS =
  '-au -a --comm -c -cr -e -f -h --integrity -k -l -m -ma -n -p -r -s -t --tty -tm -u --virt -x'.split(' ');
const FORMS = [[], ['--summary'], ['-i'], ['--failed'], ['--success', '-i'], ['-nc']];
/** aureport has no summary of these, as docs/ausearch-differences.md says. */
const NO_SUMMARY = new Set(['-t', '--tty']);
const OTHER_REPORTS = [
  '--summary -i',
  '--summary --failed',
  '--summary --success',
  '-m --add',
  '-m --delete',
  '-e --node x',
  '-e -ts 01/01/15',
  '-x --escape shell',
];
const SEARCHES = [
  '-n x',
  '-k access',
  '-sv no',
  '-sv yes',
  '-ua root',
  '-ui 0',
  '-ue 0',
  '-ul -1',
  '-ga 0',
  '-ge 0',
  '-gi 0',
  '-p 1',
  '-pp 1',
  '-c sudo',
  '-x /usr',
  '-x bash',
  '-f etc',
  '-f passwd',
  '-f /tmp -w',
  '-tm pts',
  '-hn 127.0.0.1',
  '-hn ?',
  '-se unconfined',
  '-su unconfined',
  '-o etc_t',
  '-sc execve',
  '-sc 59',
  '-e -13',
  '-e EPERM',
  '-m USER_LOGIN,USER_AUTH',
  '-m SYSCALL',
  '-m AVC',
  '-m 1300',
  '-m ALL',
  '--arch b64',
  '--session 1',
  '-uu x',
  '-vm x',
  '--just-one',
  '-ts 01/01/15',
  '-te 01/01/18',
  '-ts 01/01/15 -te 01/01/18',
  '-i --escape raw',
  '-i --escape shell',
  '-i --escape shell_quote',
  '--format csv --extra-keys --extra-labels --extra-obj2 --extra-time',
  '--format text -m LOGIN',
  '-l -i',
  '--eoe-timeout 5',
];
const SEARCHES_A_LOG = 8;

const logs =
  skipped === undefined
    ? readdirSync(ORACLE, { recursive: true, encoding: 'utf8' })
        .filter((file) => path.basename(file) === 'rc')
        .map((file) => path.dirname(file))
        .toSorted()
    : [];

interface Answer {
  readonly argv: string;
  readonly text: string;
  readonly status: number | null;
}

async function ours(command: Command, argv: readonly string[], log: string): Promise<Answer> {
  const { status, stdout } = await runCommand(command, ...argv, '--stock', '-if', log);
  return { argv: argv.join(' '), text: stdout.toString('latin1'), status };
}

function theirs(tool: string, argv: readonly string[], log: string): Answer {
  const { stdout, status } = spawnSync(tool, [...argv, '-if', log], {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
    maxBuffer: 2 ** 28,
  });
  return { argv: argv.join(' '), text: stdout, status };
}

/** The reports of a log: each of them in one form, another one in the next log. */
function reportsOf(log: number): string[][] {
  const others = OTHER_REPORTS[log % OTHER_REPORTS.length] ?? '';
  return [
    ...REPORTS.map((name, i) => [name, ...(FORMS[(log + i) % FORMS.length] ?? [])]),
    others.split(' '),
  ].filter(([name = '', form]) => form !== '--summary' || !NO_SUMMARY.has(name));
}

function searchesOf(log: number): string[][] {
  return Array.from({ length: SEARCHES_A_LOG }, (_, i) =>
    (SEARCHES[(log * SEARCHES_A_LOG + i) % SEARCHES.length] ?? '').split(' '),
  );
}

test('every report comes in every form, and every search on several logs', () => {
  const numbers = Array.from({ length: 43 }, (_, i) => i);
  const reports = new Set(numbers.flatMap((log) => reportsOf(log).map((argv) => argv.join(' '))));
  expect(reports.size).toBe(REPORTS.length * FORMS.length - NO_SUMMARY.size + OTHER_REPORTS.length);
  const searches = numbers.flatMap((log) => searchesOf(log).map((argv) => argv.join(' ')));
  for (const one of SEARCHES) expect(searches.filter((argv) => argv === one).length).toBeGreaterThan(5);
});

describe.skipIf(skipped !== undefined)(
  `options beside the real tools${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    test.each(logs.map((log, number) => [log, number] as const))('report of %s', async (log, number) => {
      const place = sharedPath('corpora', log);
      for (const argv of reportsOf(number))
        expect(await ours(report, argv, place)).toEqual(theirs('aureport', argv, place));
    });

    test.each(logs.map((log, number) => [log, number] as const))('search in %s', async (log, number) => {
      const place = sharedPath('corpora', log);
      for (const argv of searchesOf(number))
        expect(await ours(search, argv, place)).toEqual(theirs('ausearch', argv, place));
    });
  },
);
