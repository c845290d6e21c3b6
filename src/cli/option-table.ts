import { BpfauditError } from '../errors/audit-error.ts';
import { nearMiss } from '../errors/near-miss.ts';

/** One option of a command: how it is written, whether it takes a value, what it does. */
export interface OptionSpec {
  /** All spellings, such as `-m` and `--message`. */
  readonly names: readonly string[];
  /** What the value is called in the help; none if the option takes no value. */
  readonly value?: string;
  /** How many values it may take; `-ts` takes a date and a time. */
  readonly maxValues?: number;
  /** Whether a value may begin with a minus sign, such as an exit code. */
  readonly allowsMinus?: boolean;
  /** One line for the help. */
  readonly help: string;
}

/** An option as it was given. */
export interface GivenOption {
  readonly spec: OptionSpec;
  /** The spelling that was used. */
  readonly name: string;
  readonly values: readonly string[];
}

/**
 * Reads options as ausearch and aureport do: one dash for long names too, values behind a blank or `=`.
 *
 * @throws E_USAGE with the option that was not understood, and the one that was probably meant.
 */
export function parseOptions(argv: readonly string[], specs: readonly OptionSpec[]): GivenOption[] {
  const byName = new Map(specs.flatMap((spec) => spec.names.map((name) => [name, spec] as const)));
  const given: GivenOption[] = [];
  for (let at = 0; at < argv.length;) {
    const word = argv[at] ?? '';
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const spec = byName.get(name);
    if (spec === undefined) throw unknownOption(word, [...byName.keys()]);
    at += 1;
    const values: string[] = equals < 0 ? [] : [word.slice(equals + 1)];
    const limit = spec.value === undefined ? 0 : (spec.maxValues ?? 1);
    while (values.length < limit && at < argv.length && isValue(argv[at] ?? '', spec)) {
      values.push(argv[at] ?? '');
      at += 1;
    }
    if (spec.value !== undefined && values.length === 0) throw callError(`${name} needs ${spec.value}`);
    if (spec.value === undefined && values.length > 0) throw callError(`${name} takes no value`);
    given.push({ spec, name, values });
  }
  return given;
}

/** A call of search, report or explain that makes no sense; these put the name of the command in front themselves. */
export function callError(message: string): BpfauditError {
  return new BpfauditError(message, { code: 'E_USAGE', hint: 'see --help' });
}

/** The lines of a help text for some options. */
export function optionHelp(specs: readonly OptionSpec[]): string {
  const lefts = specs.map(
    (spec) => spec.names.join(', ') + (spec.value === undefined ? '' : ` ${spec.value}`),
  );
  return specs.map((spec, i) => `  ${(lefts[i] ?? '').padEnd(34)} ${spec.help}`).join('\n');
}

function isValue(word: string, spec: OptionSpec): boolean {
  return !word.startsWith('-') || word === '-' || (spec.allowsMinus === true && /^-(?:\d|E[A-Z])/.test(word));
}

function unknownOption(word: string, names: readonly string[]): BpfauditError {
  // Any letter is one slip from any other.
  const meant = /^-.$/.test(word) ? undefined : nearMiss(word, names);
  const hint = meant === undefined ? 'see --help' : `did you mean ${meant}?`;
  const kind = word.startsWith('-') ? 'is an unsupported option' : 'is not an option';
  return new BpfauditError(`${word} ${kind}`, { code: 'E_USAGE', hint });
}
