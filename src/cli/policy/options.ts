import type { PolicyMode } from '../../policy/manifest.ts';
import { usageError } from '../usage-error.ts';
import { readWords } from '../words.ts';

const VERBS = ['load', 'upgrade', 'unload', 'list', 'show', 'check', 'new'] as const;

const OPTIONS = {
  monitor: { type: 'boolean' },
  enforce: { type: 'boolean' },
  order: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `bpfaudit policy` was asked to do. */
export interface PolicyOptions {
  readonly verb: (typeof VERBS)[number];
  /** Paths or names. */
  readonly words: readonly string[];
  readonly mode: PolicyMode | undefined;
  readonly order: number | undefined;
  readonly json: boolean;
}

/**
 * Reads the command line of `bpfaudit policy`.
 *
 * @throws {BpfauditError} `E_USAGE`
 */
export function parsePolicy(argv: readonly string[]): PolicyOptions | 'help' {
  const { values, positionals } = readWords('policy', argv, OPTIONS, true);
  if (values.help === true) return 'help';
  const [first, ...words] = positionals;
  const verb = VERBS.find((name) => name === first);
  if (verb === undefined) {
    throw usageError('policy', `expected ${VERBS.join(', ')}, found ${first ?? 'nothing'}`);
  }
  const changes = verb === 'load' || verb === 'upgrade';
  if (!changes && (values.monitor === true || values.enforce === true || values.order !== undefined)) {
    throw usageError('policy', `${verb}: --monitor, --enforce and --order are for load and upgrade`);
  }
  if (values.monitor === true && values.enforce === true) {
    throw usageError('policy', 'expected one of --monitor and --enforce, found both');
  }
  checkWords(verb, words);
  return {
    verb,
    words,
    mode: values.monitor === true ? 'monitor' : values.enforce === true ? 'enforce' : undefined,
    order: values.order === undefined ? undefined : orderOf(values.order),
    json: values.json === true,
  };
}

function checkWords(verb: PolicyOptions['verb'], words: readonly string[]): void {
  const one = verb === 'show' || verb === 'new';
  if (verb === 'list' ? words.length === 0 : one ? words.length === 1 : words.length > 0) return;
  const expected = verb === 'list' ? 'no argument' : one ? 'one name' : 'at least one policy';
  throw usageError('policy', `${verb}: expected ${expected}, found ${words.length}`);
}

function orderOf(text: string): number {
  const order = Number(text);
  if (/^\d{1,3}$/.test(text)) return order;
  throw usageError('policy', `--order: expected a whole number from 0 to 999, found ${text}`);
}
