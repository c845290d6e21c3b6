import { BpfauditError } from '../../errors/audit-error.ts';
import { bringPolicies, type ConfiguredPolicy } from '../../policy/configured-policies.ts';
import type { LoaderOptions } from '../../policy/policy-loader.ts';
import type { OwnRecord } from '../own-record.ts';
import type { Voices } from './voices.ts';

/**
 * Brings the policies of the configured folder into the kernel, and tells what became of each. Nothing of that
 * stops the daemon: policies that are loaded go on.
 *
 * @param options - how they are loaded; their signal ends it early
 */
export async function bringAndTell(
  folder: string,
  options: LoaderOptions,
  { say, tell }: Voices,
): Promise<void> {
  try {
    for (const policy of await bringPolicies(folder, options)) {
      if (policy.outcome === 'unchanged') continue;
      tell(recordOf(policy));
      if (policy.error) say(`policy ${policy.path}: ${policy.error.message} (${policy.error.code})`);
    }
  } catch (error) {
    if (options.signal?.aborted === true) return;
    if (!(error instanceof BpfauditError)) throw error;
    say(`policies of ${folder}: ${error.message} (${error.code})`);
    tell(failed(folder, error));
  }
}

function recordOf({ path, outcome, record, error }: ConfiguredPolicy): OwnRecord {
  if (!record) return failed(path, error);
  const { name, version, generation, mode } = record;
  return {
    type: 'DAEMON_CONFIG',
    op: outcome === 'upgraded' ? 'policy-upgrade' : 'policy-load',
    fields: {
      policy: name,
      ...(version === undefined ? {} : { version }),
      generation,
      mode: { word: mode },
    },
    res: 'success',
  };
}

function failed(path: string, error: BpfauditError | undefined): OwnRecord {
  return {
    type: 'DAEMON_ERR',
    op: 'policy-failed',
    fields: {
      path,
      ...(error === undefined ? {} : { code: { word: error.code }, reason: error.message }),
    },
    res: 'failed',
  };
}
