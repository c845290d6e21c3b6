import type { BpfauditError } from '../../errors/audit-error.ts';
import { bringPolicies } from '../../policy/configured-policies.ts';
import type { LoaderOptions } from '../../policy/policy-loader.ts';
import type { OwnRecord } from '../own-record.ts';

/** What loading needs of the daemon. */
export interface PolicyReport {
  readonly say: (line: string) => void;
  /** Writes a record into the log. */
  readonly tell: (record: OwnRecord) => void;
}

/**
 * Loads every policy of a folder. One that is loaded already stays, unless its object or manifest has changed: then
 * it is upgraded. One that fails is told, and takes no other down.
 */
export async function loadConfiguredPolicies(
  folder: string,
  options: LoaderOptions,
  report: PolicyReport,
): Promise<void> {
  for (const { path, outcome, record, error } of await bringPolicies(folder, options)) {
    if (error) fail(path, error, report);
    if (!record || outcome === 'unchanged') continue;
    const { name, version, generation, mode } = record;
    report.tell({
      type: 'DAEMON_CONFIG',
      op: outcome === 'upgraded' ? 'policy-upgrade' : 'policy-load',
      fields: {
        policy: name,
        ...(version === undefined ? {} : { version }),
        generation,
        mode: { word: mode },
      },
      res: 'success',
    });
  }
}

function fail(path: string, { message, code }: BpfauditError, { say, tell }: PolicyReport): void {
  say(`policy ${path}: ${message} (${code})`);
  tell({
    type: 'DAEMON_ERR',
    op: 'policy-failed',
    fields: { path, code: { word: code }, reason: message },
    res: 'failed',
  });
}
