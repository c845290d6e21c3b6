import { hostname } from 'node:os';
import { errnoNumber } from '../../audit/tables/errno.ts';
import { VIA, type PathVia } from '../../bpf/path-via.ts';
import type { KernelSource } from '../../daemon/kernel-audit.ts';
import { COMPANION_ERRNOS } from '../../policy/companion/companion-rules.ts';
import { usageError } from '../usage-error.ts';
import { readWords } from '../words.ts';

/** What `bpfaudit run` was asked to do. */
export interface RunOptions {
  readonly policies: readonly string[];
  readonly log: string | undefined;
  readonly toAudit: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Undefined: the best way. */
  readonly paths: PathVia | undefined;
  readonly ring: number | undefined;
  readonly join: KernelSource | undefined;
  /** Milliseconds that an event waits for the kernel's records; undefined: 2 s. */
  readonly joinWait: number | undefined;
  /** What auditd calls this machine in `node=`. */
  readonly node: string;
  /** Undefined: no companion rules. */
  readonly ruleErrnos: readonly number[] | undefined;
}

const PATHS: Readonly<Record<string, PathVia | undefined>> = { helper: VIA.HELPER, walk: VIA.WALK };
const SOURCES: readonly KernelSource[] = ['beside', 'instead', 'plugin', 'serial'];

const OPTIONS = {
  log: { type: 'string' },
  'to-audit': { type: 'boolean' },
  json: { type: 'boolean' },
  paths: { type: 'string' },
  ring: { type: 'string' },
  join: { type: 'string' },
  'join-wait': { type: 'string' },
  node: { type: 'string' },
  rules: { type: 'boolean' },
  'rules-errno': { type: 'string' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line of `bpfaudit run`.
 *
 * @throws {BpfauditError} `E_USAGE`
 */
export function parseRun(argv: readonly string[]): RunOptions | 'help' {
  const { values, positionals } = readWords('run', argv, OPTIONS, true);
  if (values.help === true) return 'help';
  const toAudit = values['to-audit'] === true;
  const json = values.json === true;
  const join = kernelSource(values.join, toAudit);
  if (toAudit && json) throw usageError('run', '--to-audit: audit takes records, not --json');
  if (toAudit && join === 'instead') {
    throw usageError('run', '--to-audit: needs an auditd that reads; use --join serial, beside or plugin');
  }
  return {
    policies: positionals,
    log: values.log,
    toAudit,
    json,
    quiet: values.quiet === true,
    paths: pathVia(values.paths ?? 'auto'),
    ring: values.ring === undefined ? undefined : ringSize(values.ring),
    join,
    joinWait: joinWait(values['join-wait'], join),
    node: values.node ?? hostname(),
    ruleErrnos: ruleErrnos(values.rules === true, values['rules-errno'], join),
  };
}

function pathVia(text: string): PathVia | undefined {
  if (text === 'auto') return undefined;
  if (Object.hasOwn(PATHS, text)) return PATHS[text];
  throw usageError('run', `--paths: expected auto, helper or walk, found ${text}`);
}

/** What goes into audit has to name the kernel's own event. */
function kernelSource(text: string | undefined, toAudit: boolean): KernelSource | undefined {
  if (text === undefined) return toAudit ? 'serial' : undefined;
  const found = SOURCES.find((source) => source === text);
  if (found !== undefined) return found;
  throw usageError('run', `--join: expected beside, instead, plugin or serial, found ${text}`);
}

function joinWait(text: string | undefined, join: KernelSource | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (join === undefined) throw usageError('run', '--join-wait: needs --join');
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0.1 && seconds <= 60) return Math.round(seconds * 1000);
  throw usageError('run', `--join-wait: expected seconds from 0.1 to 60, found ${text}`);
}

function ruleErrnos(
  on: boolean,
  errnos: string | undefined,
  join: KernelSource | undefined,
): readonly number[] | undefined {
  if (!on && errnos === undefined) return undefined;
  if (!on) throw usageError('run', '--rules-errno: needs --rules');
  if (join === undefined) throw usageError('run', '--rules: needs --join or --to-audit');
  if (errnos === undefined) return COMPANION_ERRNOS;
  return errnos.split(',').map((name) => {
    const errno = errnoNumber(name.toUpperCase());
    if (errno !== undefined) return errno;
    throw usageError('run', `--rules-errno: expected names such as EPERM,EROFS, found ${name}`);
  });
}

function ringSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 65536 && size <= 2 ** 30 && (size & (size - 1)) === 0) return size;
  throw usageError('run', `--ring: expected a power of two from 65536 to 1073741824, found ${text}`);
}
