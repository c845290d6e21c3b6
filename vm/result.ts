/** What PID 1 of the guest reports about a run. */
export interface GuestReport {
  /** `uname -r`, once the command was started. */
  readonly kernelRelease?: string;
  /** Exit status of the command, once it ended; 128 and the signal's number if a signal ended it. */
  readonly exitCode?: number;
  /** Paths that were asked for and not there. */
  readonly missing: readonly string[];
  /** Where the tar archive of the files starts, if one follows. */
  readonly archiveOffset?: number;
}

/**
 * Reads the result port: lines, then the bytes of a tar archive if files were asked for.
 *
 * ```
 * started 6.12.117+deb12-cloud-amd64
 * exit 0
 * missing /not/there
 * files
 * <tar>
 * ```
 *
 * @param bytes What arrived; it may end anywhere if the guest was stopped.
 */
export function parseResult(bytes: Buffer): GuestReport {
  const report: { -readonly [Key in keyof GuestReport]: GuestReport[Key] } = { missing: [] };
  const missing: string[] = [];
  let offset = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, offset)) {
    const line = bytes.toString('utf8', offset, end);
    offset = end + 1;
    if (line === 'files') {
      report.archiveOffset = offset;
      break;
    }
    const [, keyword, value = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (keyword === 'started') report.kernelRelease = value;
    else if (keyword === 'exit') report.exitCode = Number(value);
    else if (keyword === 'missing') missing.push(value);
  }
  return { ...report, missing };
}
