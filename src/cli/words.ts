import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BpfauditError } from '../errors/audit-error.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { messageOf } from '../errors/thrown.ts';

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
    throw refusal(cause, options, `${name}: `, `see bpfaudit ${name} --help`);
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
    throw refusal(cause, options, '', `see ${program} --help`);
  }
}

function refusal(cause: unknown, options: Options, prefix: string, help: string): BpfauditError {
  const [text = ''] = messageOf(cause).split('\n');
  const unknown = /^Unknown option '(-[^']*)'/.exec(text)?.[1];
  if (unknown === undefined) return new BpfauditError(prefix + text, { code: 'E_USAGE', hint: help, cause });
  const known = Object.keys(options).map((option) => `--${option}`);
  const meant = nearMiss(unknown, known);
  // Node's text goes on with what is only true of words that begin with a minus.
  return new BpfauditError(`${prefix}unknown option ${unknown}`, {
    code: 'E_USAGE',
    hint: meant === undefined ? help : `did you mean ${meant}?`,
    cause,
  });
}
