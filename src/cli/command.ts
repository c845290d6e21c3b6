/** Where a command writes. A promise means: wait before writing more. */
export interface OutputWriter {
  write(chunk: Uint8Array | string): void | Promise<void>;
}

/** What a command gets from the world. */
export interface CommandIo {
  readonly stdout: OutputWriter;
  readonly stderr: OutputWriter;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  readonly isTTY: boolean;
  /** Aborted when the user or the system asks the command to stop. */
  readonly signal: AbortSignal;
}

/** One subcommand of `bpfaudit`. */
export interface Command {
  /** The word on the command line. */
  readonly name: string;
  /** One line for `bpfaudit --help`. */
  readonly summary: string;
  /**
   * Runs the command.
   *
   * @param argv what stands behind the name of the command.
   * @returns the exit code; only main.ts exits.
   */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}
