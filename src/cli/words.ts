import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BpfauditError } from '../errors/audit-error.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { messageOf } from '../errors/thrown.ts';
import { usageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Config<Known> = { args: string[]; options: Known; allowPositionals: boolean };

/** Options and other words of a command line, as node's `parseArgs()` gives them. */
export type Words<Known extends Options> = ReturnType<typeof parseArgs<Config<Known>>>;

/**
 * Reads the command line of `bpfaudit NAME`.
 *
 * @param allowPositionals - whether words that are no options may stand there
 * @throws {BpfauditError} `E_USAGE`
 */
export function readWords<const Known extends Options>(
  name: string,
  argv: readonly string[],
  options: Known,
  allowPositionals = false,
): Words<Known> {
  try {
    return parseArgs<Config<Known>>({ args: [...argv], options, allowPositionals });
  } catch (cause) {
    const unknown = unknownOption(cause, options);
    if (unknown === undefined) throw usageError(name, cause);
    throw usageError(name, unknown.text, unknown.hint);
  }
}

/**
 * Reads the command line of a program of its own, which takes options only.
 *
 * @throws {BpfauditError} `E_USAGE`
 */
export function readOptions<const Known extends Options>(
  program: string,
  argv: readonly string[],
  options: Known,
): Words<Known>['values'] {
  try {
    return parseArgs<Config<Known>>({ args: [...argv], options, allowPositionals: false }).values;
  } catch (cause) {
    const { text, hint } = unknownOption(cause, options) ?? { text: messageOf(cause), hint: undefined };
    throw new BpfauditError(text, { code: 'E_USAGE', hint: hint ?? `see ${program} --help`, cause });
  }
}

/** Node adds to it what is only true of words that begin with a minus. */
function unknownOption(
  cause: unknown,
  options: Options,
): { readonly text: string; readonly hint: string | undefined } | undefined {
  const unknown = /^Unknown option '(-[^']*)'/.exec(messageOf(cause))?.[1];
  if (unknown === undefined) return undefined;
  const meant = nearMiss(
    unknown,
    Object.keys(options).map((option) => `--${option}`),
  );
  return {
    text: `unknown option ${unknown}`,
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
  };
}
