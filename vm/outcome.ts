import { consoleTail, panicLines } from './console.ts';
import { GuestError, type GuestErrorCode, type GuestOutput } from './guest-error.ts';
import type { QemuOutcome } from './qemu-process.ts';
import type { GuestReport } from './result.ts';

/** A run that came to its end. */
export interface FinishedRun extends GuestOutput {
  /** Exit status of the command; 128 and the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** `uname -r` of the guest. */
  readonly kernelRelease: string;
}

/**
 * Tells a run that came to its end from one that did not.
 *
 * @throws GuestError with the code that says how it went wrong, and what the guest had said by then.
 */
export function judgeOutcome(outcome: QemuOutcome, report: GuestReport, timeoutMs: number): FinishedRun {
  const output: GuestOutput = {
    console: outcome.ports.console.toString(),
    stdout: outcome.ports.stdout.toString(),
    stderr: outcome.ports.stderr.toString(),
  };
  const fail = (code: GuestErrorCode, message: string, hint?: string): never => {
    throw new GuestError(message, { code, output, ...(hint !== undefined && { hint }) });
  };
  const stage = report.kernelRelease === undefined ? 'boot the guest' : 'run the command in the guest';
  const panic = panicLines(output.console);
  if (outcome.killed === 'abort') fail('E_GUEST_INTERRUPTED', `${stage}: interrupted`);
  if (panic.length > 0) fail('E_GUEST_PANIC', `${stage}: the kernel panicked\n${indented(panic)}`);
  if (outcome.killed === 'timeout') {
    const limit = `no end after ${timeoutMs / 1000} s`;
    fail(
      'E_GUEST_TIMEOUT',
      `${stage}: ${limit}; end of the console:\n${indented(consoleTail(output.console))}`,
    );
  }
  if (report.exitCode !== undefined && report.kernelRelease !== undefined) {
    return { ...output, exitCode: report.exitCode, kernelRelease: report.kernelRelease };
  }
  const tail = indented([...outcome.complaint.split('\n'), ...consoleTail(output.console)]);
  if (outcome.ports.console.length === 0) return fail('E_GUEST_QEMU', `start QEMU:\n${tail}`);
  return fail(
    'E_GUEST_NO_RESULT',
    `${stage}: it powered off without an exit status; end of the console:\n${tail}`,
    'the command must not power the guest off itself',
  );
}

function indented(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '')
    .map((line) => `    ${line}`)
    .join('\n');
}
