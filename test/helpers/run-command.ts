import type { Command } from '../../src/cli/command.ts';

/** What a command wrote, and its exit status. */
export interface CommandRun {
  readonly status: number;
  readonly stdout: Buffer;
  /** As Latin-1, a byte a character. */
  readonly stderr: string;
}

/** Runs a command in this process, as in the C locale and without a terminal. */
export async function runCommand(command: Command, ...argv: readonly string[]): Promise<CommandRun> {
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  const status = await command.run([...argv], {
    stdout: { write: (chunk) => void out.push(Buffer.from(chunk)) },
    stderr: { write: (chunk) => void errors.push(Buffer.from(chunk)) },
    env: { LC_ALL: 'C' },
    signal: new AbortController().signal,
  });
  return { status, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString('latin1') };
}
