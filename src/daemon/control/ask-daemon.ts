import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { BpfauditError } from '../../errors/audit-error.ts';
import { errorName, messageOf } from '../../errors/thrown.ts';
import type { ControlAnswer } from './control-server.ts';

const PATIENCE_MS = 10_000;

/**
 * Asks the daemon over its control socket.
 *
 * @param request - `command` and what belongs to it
 * @returns what the command returned
 * @throws {BpfauditError} `E_DAEMON_DOWN` if nobody answers, `E_CONTROL`, or what the command threw
 *
 * @example
 * ```ts
 * const status = await askDaemon('/run/bpfaudit/control.sock', { command: 'status' });
 * ```
 */
export async function askDaemon(
  socketPath: string,
  request: Readonly<Record<string, unknown>> & { readonly command: string },
): Promise<unknown> {
  const said = await exchange(socketPath, `${JSON.stringify(request)}\n`);
  const answer = parse(said);
  if (!answer) throw down(socketPath, 'it hung up: only root may ask');
  if (answer.ok) return answer.result;
  const { code, message, hint } = answer;
  throw new BpfauditError(message, { code, ...(hint === undefined ? {} : { hint }) });
}

async function exchange(socketPath: string, line: string): Promise<string> {
  const socket = connect(socketPath);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
  try {
    socket.end(line);
    return await text(socket);
  } catch (cause) {
    const code = errorName(cause) || messageOf(cause);
    const hungUp = code === 'ECONNRESET' || code === 'EPIPE';
    throw down(socketPath, hungUp ? 'it hung up: only root may ask' : code, cause);
  }
}

function parse(said: string): ControlAnswer | undefined {
  try {
    const answer: ControlAnswer = JSON.parse(said);
    return answer;
  } catch {
    return undefined;
  }
}

function down(socketPath: string, why: string, cause?: unknown): BpfauditError {
  return new BpfauditError(`ask the daemon at ${socketPath}: ${why}`, {
    code: 'E_DAEMON_DOWN',
    hint: why === 'EACCES' || why.includes('root') ? 'run as root' : 'start it: systemctl start bpfauditd',
    cause,
  });
}
