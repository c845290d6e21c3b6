/** What a command is given of the world. */
export interface CommandIo {
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user asks for the end (SIGINT, SIGTERM). */
  readonly signal: AbortSignal;
}

/** A stream that a command writes to. */
export interface CommandOutput {
  write(chunk: string | Uint8Array, done?: () => void): unknown;
  /** Bytes that were taken and not yet written, where that is known. */
  readonly writableLength?: number;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean;
}

/** Writes bytes, and returns when their memory is no longer needed. */
export async function written(output: CommandOutput, bytes: Uint8Array): Promise<void> {
  output.write(bytes);
  // Files, pipes and terminals are written at once; what is not takes its turn.
  if ((output.writableLength ?? 0) > 0) await new Promise<void>((resolve) => void output.write('', resolve));
}

/** What `bpfaudit NAME ...` does; src/cli/main.ts has the names. */
export interface Command {
  /**
   * Runs it.
   *
   * @returns the exit status: 0 done, 1 failed or nothing found, 2 wrong usage
   */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}
