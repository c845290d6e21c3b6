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
  write(chunk: string | Uint8Array): unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean;
}

/** A command as data: `bpfaudit NAME ...`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /**
   * Runs it.
   *
   * @returns the exit status: 0 done, 1 failed or nothing found, 2 wrong usage
   */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}
