import { join } from 'node:path';
import { baseImage } from './base-image.ts';
import { parseRunArguments, usage } from './cli-arguments.ts';
import { fetchKernels } from './fetch-kernels.ts';
import { GuestError } from './guest-error.ts';
import { kernelFolder, outputFolder, repositoryRoot } from './paths.ts';
import { runInGuest } from './run.ts';
import { ensureTools } from './tools.ts';

const exitStatus: Readonly<Partial<Record<string, number>>> = { E_GUEST_ARGUMENT: 2, E_GUEST_TIMEOUT: 124 };

async function runCommand(args: readonly string[]): Promise<number> {
  if (args[0] === '--help') {
    process.stdout.write(usage);
    return 0;
  }
  const { options, showConsole, showTimes } = parseRunArguments(args, repositoryRoot.replace(/\/$/, ''));
  const interrupt = new AbortController();
  let signalStatus: number | undefined;
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      signalStatus = status;
      interrupt.abort();
    });
  }
  try {
    const result = await runInGuest({
      ...options,
      signal: interrupt.signal,
      onData: (port, chunk) => {
        if (port === 'stdout' || port === 'stderr') process[port].write(chunk);
        if (port === 'console' && showConsole) process.stderr.write(chunk);
      },
    });
    if (showTimes) {
      const seconds = [result.bootMs, result.wallMs].map((ms) => `${(ms / 1000).toFixed(1)} s`);
      process.stderr.write(`${result.kernelRelease}: started after ${seconds[0]}, off after ${seconds[1]}\n`);
    }
    return result.exitCode;
  } catch (error) {
    if (signalStatus !== undefined) return signalStatus;
    throw error;
  }
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  try {
    if (command === 'run') return await runCommand(args);
    ensureTools();
    if (command === 'fetch-kernels') fetchKernels(kernelFolder(), args);
    if (command === 'make-initramfs') {
      process.stdout.write(`${baseImage(join(outputFolder, 'initramfs'))}\n`);
    }
    return 0;
  } catch (error) {
    // Anything else is a bug of these scripts: its stack is worth more than a tidy line.
    if (!(error instanceof GuestError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`);
    return exitStatus[error.code] ?? 125;
  }
}

process.exitCode = await main(process.argv.slice(2));
