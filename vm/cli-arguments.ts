import { parseArgs } from 'node:util';
import { GuestError } from './guest-error.ts';
import type { AddedTree } from './job.ts';
import { productTree } from './repository.ts';
import type { GuestOptions } from './run.ts';

/** How `vm/run.sh` is used. */
export const usage = `usage: vm/run.sh [options] -- command [argument...]

Boots a real kernel in QEMU, runs the command as root, passes on its output and its exit status.

  --kernel NAME        6.1, 6.12 (default), 7.2, or the path of a kernel image
  --add SRC:DEST       add a file or folder of this machine
  --program NAME       add a program of this machine with its shared libraries
  --product            add the built product at /opt/bpfaudit
  --cwd DIR            working directory in the guest (/)
  --env NAME=VALUE     set an environment variable
  --append TEXT        kernel command line instead of "lsm=landlock,lockdown,bpf audit=1"
  --timeout SECONDS    kill the guest after this time (120)
  --memory MIB         memory of the guest (2048)
  --cpus N             processors of the guest (2)
  --parallel           emulate the processors in parallel: faster, but the guest may panic
  --get PATH           hand back a file or folder of the guest
  --into DIR           where to put it (.output/guest)
  --console            show what the kernel printed
  --times              show how long it took

exit status: the command's; 124 timed out, 125 the guest failed, 2 wrong usage
`;

/** What `vm/run.sh` was asked for. */
export interface RunRequest {
  readonly options: GuestOptions;
  readonly showConsole: boolean;
  readonly showTimes: boolean;
}

/**
 * Reads the arguments of `vm/run.sh`.
 *
 * @param args Everything behind the program's name.
 * @param root Folder of the checkout.
 * @throws GuestError `E_GUEST_ARGUMENT`.
 */
export function parseRunArguments(args: readonly string[], root: string): RunRequest {
  const separator = args.indexOf('--');
  const command = separator < 0 ? [] : args.slice(separator + 1);
  if (command.length === 0) throw argumentError('no command behind --');
  const values = optionValues(args.slice(0, separator));
  const get = values.get ?? [];
  return {
    showConsole: values.console ?? false,
    showTimes: values.times ?? false,
    options: {
      kernel: values.kernel ?? '6.12',
      command,
      add: [...(values.product === true ? productTree(root) : []), ...(values.add ?? []).map(parseAddition)],
      programs: values.program ?? [],
      env: Object.fromEntries((values.env ?? []).map(parseVariable)),
      parallel: values.parallel ?? false,
      get,
      getInto: values.into ?? `${root}/.output/guest`,
      ...(values.cwd !== undefined && { cwd: values.cwd }),
      ...(values.append !== undefined && { append: values.append }),
      ...(values.timeout !== undefined && { timeoutMs: 1000 * positive('timeout', values.timeout) }),
      ...(values.memory !== undefined && { memoryMib: positive('memory', values.memory) }),
      ...(values.cpus !== undefined && { cpus: positive('cpus', values.cpus) }),
    },
  };
}

// The type is what parseArgs infers; writing it out again would say nothing more.
// oxlint-disable-next-line typescript/explicit-function-return-type
function optionValues(args: string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        kernel: text,
        add: list,
        program: list,
        product: flag,
        cwd: text,
        env: list,
        append: text,
        timeout: text,
        memory: text,
        cpus: text,
        parallel: flag,
        get: list,
        into: text,
        console: flag,
        times: flag,
      },
    }).values;
  } catch (error) {
    throw argumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseAddition(text: string): AddedTree {
  const colon = text.lastIndexOf(':');
  if (colon < 1 || colon === text.length - 1) throw argumentError(`--add ${text}: expected SRC:DEST`);
  return { source: text.slice(0, colon), destination: text.slice(colon + 1) };
}

function parseVariable(text: string): [string, string] {
  const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw argumentError(`--env ${text}: expected NAME=VALUE`);
  return [name, value];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw argumentError(`--${name} ${text}: expected a positive number`);
}

function argumentError(message: string): GuestError {
  return new GuestError(message, { code: 'E_GUEST_ARGUMENT', hint: 'vm/run.sh --help' });
}
