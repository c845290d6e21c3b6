import { BpfauditError } from '../../errors/audit-error.ts';
import { withCure } from '../../errors/with-cure.ts';
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
      if (policy.outcome === 'failed') say(complaint(`policy ${policy.path}`, policy.error));
    }
  } catch (error) {
    if (options.signal?.aborted === true) return;
    if (!(error instanceof BpfauditError)) throw error;
    say(complaint(`policies of ${folder}`, error));
    tell(failed(folder, error));
  }
}

function complaint(what: string, { message, code, hint }: BpfauditError): string {
  return withCure(`${what}: ${message} (${code})`, hint);
}

function recordOf(policy: ConfiguredPolicy): OwnRecord {
  if (policy.outcome === 'failed') return failed(policy.path, policy.error);
  const { name, version, generation, mode } = policy.record;
  return {
    type: 'DAEMON_CONFIG',
    op: policy.outcome === 'upgraded' ? 'policy-upgrade' : 'policy-load',
    fields: {
      policy: name,
      ...(version === undefined ? {} : { version }),
      generation,
      mode: { word: mode },
    },
    res: 'success',
  };
}

function failed(path: string, { code, message }: BpfauditError): OwnRecord {
  return {
    type: 'DAEMON_ERR',
    op: 'policy-failed',
    fields: { path, code: { word: code }, reason: message },
    res: 'failed',
  };
}
