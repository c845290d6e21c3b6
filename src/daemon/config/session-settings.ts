import { VIA, type PathVia } from '../../bpf/path-via.ts';
import { JOIN_TIMES } from '../../events/join/joiner.ts';
import { COMPANION_ERRNOS } from '../../policy/companion/companion-rules.ts';
import type { LoaderOptions } from '../../policy/policy-loader.ts';
import type { SessionOptions } from '../session-options.ts';
import type { Settings } from './settings.ts';

const PATHS: Readonly<Record<Settings['policies']['paths'], PathVia | undefined>> = {
  auto: undefined,
  helper: VIA.HELPER,
  walk: VIA.WALK,
};

/** What a `Session` needs of the configuration. Policies are not its own: they outlive the daemon. */
export function sessionSettings({
  log,
  join,
  policies,
  ring,
}: Settings): Omit<SessionOptions, 'sink' | 'say' | 'linePrefix'> {
  const paths = PATHS[policies.paths];
  return {
    policies: [],
    json: log.log_format === 'json',
    ringSize: ring.size,
    ...(paths === undefined ? {} : { paths }),
    ...(join.source === 'none' ? {} : { join: join.source }),
    ...(join.source === 'none' || !join.companion_rules ? {} : { ruleErrnos: COMPANION_ERRNOS }),
    joinTimes: { ...JOIN_TIMES, kernelMs: join.end_of_event_timeout * 1000 },
  };
}

/** How the configuration has policies loaded. */
export function loaderSettings({ policies, ring }: Settings): Pick<LoaderOptions, 'ringSize' | 'via'> {
  const via = PATHS[policies.paths];
  return { ringSize: ring.size, ...(via === undefined ? {} : { via }) };
}
