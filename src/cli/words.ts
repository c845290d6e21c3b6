import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearMiss } from '../errors/near-miss.ts';
import { usageError } from './usage-error.ts';

type Config<Options> = { args: string[]; options: Options; allowPositionals: boolean };

/** Options and other words of a command line, as node's `parseArgs()` gives them. */
export type Words<Options extends NonNullable<ParseArgsConfig['options']>> = ReturnType<
  typeof parseArgs<Config<Options>>
>;

/**
 * Reads the command line of `bpfaudit NAME`.
 *
 * @param allowPositionals - whether words that are no options may stand there
 * @throws {BpfauditError} `E_USAGE`
 */
export function readWords<const Options extends NonNullable<ParseArgsConfig['options']>>(
  name: string,
  argv: readonly string[],
  options: Options,
  allowPositionals = false,
): Words<Options> {
  try {
    return parseArgs<Config<Options>>({ args: [...argv], options, allowPositionals });
  } catch (cause) {
    const [, unknown] = /^Unknown option '(-[^']*)'/.exec(cause instanceof Error ? cause.message : '') ?? [];
    if (unknown === undefined) throw usageError(name, cause);
    const meant = nearMiss(
      unknown,
      Object.keys(options).map((option) => `--${option}`),
    );
    throw usageError(name, `unknown option ${unknown}`, meant && `did you mean ${meant}?`);
  }
}
