import { command } from '../../src/cli/ctl.ts';

/** What `bpfaudit ctl` wrote, and its exit status. */
export interface CtlRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bpfaudit ctl` in this process. */
export async function ctl(...argv: string[]): Promise<CtlRun> {
  let stdout = '';
  let stderr = '';
  const status = await command.run(argv, {
    stdout: { write: (chunk) => (stdout += chunk) },
    stderr: { write: (chunk) => (stderr += chunk) },
  });
  return { status, stdout, stderr };
}
