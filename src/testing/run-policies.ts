import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BpfauditError } from '../errors/audit-error.ts';
import { AuditObserver } from './audit-observer.ts';

const READY = 'bpfaudit: ready\n';
const DEFAULT_TIMEOUT_MS = 30_000;

/** Policies that run for a test. Disposing detaches them. */
export interface PolicyRun extends AsyncDisposable {
  /** Observes the records of these policies. */
  readonly observer: AuditObserver;
}

/** How {@link runPolicies} does it. */
export interface RunPoliciesOptions {
  /** Longest time until the policies are attached, in milliseconds. @default 30 000 */
  readonly timeoutMs?: number;
  /** Script of bpfaudit. @default this package's own */
  readonly script?: string;
}

/**
 * Runs `bpfaudit run POLICY...` and returns when the policies are attached. Needs root and BPF LSM.
 *
 * @throws {BpfauditError} `E_POLICY_RUN` if they do not get that far; the message is what bpfaudit said
 * @example
 * ```ts
 * await using run = await runPolicies(['guard.bpf.o']);
 * run.observer.expect('BPF_LSM_ACCESS', 'cause="secret"');
 * await readFile('/etc/shadow').catch(() => {});
 * await run.observer.wait(2000);
 * ```
 */
export async function runPolicies(
  policies: readonly string[],
  options: RunPoliciesOptions = {},
): Promise<PolicyRun> {
  const script = options.script ?? fileURLToPath(new URL('../cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [script, 'run', ...policies], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  try {
    await ready(child, child.stderr, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    observer: new AuditObserver(child.stdout),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}

function ready(child: ChildProcess, stderr: NodeJS.ReadableStream, timeoutMs: number): Promise<void> {
  return new Promise((fulfil, reject) => {
    let said = '';
    const fail = (why: string): void => {
      clearTimeout(timer);
      const hint = 'bpfaudit doctor says whether this machine can run policies';
      reject(new BpfauditError(`run policies: ${why}: ${said.trim()}`, { code: 'E_POLICY_RUN', hint }));
    };
    const timer = setTimeout(() => fail(`not attached after ${timeoutMs} ms`), timeoutMs);
    stderr.setEncoding('utf8');
    // Stays after that, so that the pipe never fills up.
    stderr.on('data', (text: string) => {
      said += text;
      if (!said.includes(READY)) return;
      said = READY;
      clearTimeout(timer);
      fulfil();
    });
    child.once('error', (error) => fail(error.message));
    // close, not exit: what it said on stderr is in then.
    child.once('close', (status) => fail(`bpfaudit ended with ${String(status)}`));
  });
}
