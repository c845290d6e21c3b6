import { expect, test } from 'vitest';
import { command } from '../../src/cli/doctor.ts';

interface Run {
  readonly status: number;
  readonly stdout: string;
}

async function doctor(...argv: string[]): Promise<Run> {
  let stdout = '';
  const status = await command.run(argv, {
    stdout: { write: (chunk) => (stdout += String(chunk)) },
    stderr: { write: () => undefined },
    env: {},
    signal: new AbortController().signal,
  });
  return { status, stdout };
}

test('--help', async () => {
  const { status, stdout } = await doctor('--help');
  expect(status).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: bpfaudit doctor [--json]

    Says whether this machine can run BPF LSM policies and audit them, line by line, with the cure of what is
    missing. It tries for real: it loads a program of type LSM that lets everything pass and takes it away again.

      --json      one JSON object
      -h, --help  show this

    Examples:
      bpfaudit doctor
      bpfaudit doctor --json | jq -r '.findings[] | select(.status != "ok") | .cure'

    Exit status: 0 policies can run, 1 they cannot, 2 wrong usage.
    "
  `);
});

test('an option that does not exist is E_USAGE, with the way to the help', async () => {
  await expect(doctor('--yaml')).rejects.toMatchObject({
    code: 'E_USAGE',
    hint: 'see bpfaudit doctor --help',
  });
});

test('on this machine: the exit status is what the JSON says, and what is not ok has a cure or was not tried', async () => {
  const { status, stdout } = await doctor('--json');
  const {
    ready,
    findings,
  }: { ready: boolean; findings: { status: string; cure?: string; found: string }[] } = JSON.parse(stdout);
  expect(status).toBe(ready ? 0 : 1);
  expect(findings.length).toBeGreaterThan(10);
  const withoutCure = findings.filter((each) => each.status !== 'ok' && each.cure === undefined);
  expect(withoutCure.filter(({ found }) => !found.startsWith('not tried'))).toEqual([]);
});
