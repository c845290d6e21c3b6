import { CONFIG_FILE } from '../../daemon/config/config-file.ts';
import { readOptions } from '../words.ts';

/** What `bpfauditd` was asked to do. */
export interface DaemonCommand {
  readonly action: 'run' | 'check' | 'help' | 'version';
  readonly configFile: string;
  /** Stays in the foreground. */
  readonly foreground: boolean;
  /** Says on stderr what goes on, besides in the log. */
  readonly verbose: boolean;
}

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  check: { type: 'boolean' },
  foreground: { type: 'boolean', short: 'f' },
  'no-fork': { type: 'boolean', short: 'n' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/**
 * Reads the command line of `bpfauditd`.
 *
 * @throws {BpfauditError} `E_USAGE`
 */
export function parseDaemon(argv: readonly string[]): DaemonCommand {
  const values = readOptions('bpfauditd', argv, OPTIONS);
  const configFile = values.config ?? CONFIG_FILE;
  const verbose = values.foreground === true;
  const action =
    (values.help === true && 'help') ||
    (values.version === true && 'version') ||
    (values.check === true && 'check') ||
    'run';
  return { action, configFile, verbose, foreground: verbose || values['no-fork'] === true };
}
