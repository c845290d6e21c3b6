import { readFileSync } from 'node:fs';

/** A decision as the log has it. */
export interface LoggedDecision {
  readonly call: number;
  readonly verdict: number;
  readonly policy: string | undefined;
  readonly version: string | undefined;
  readonly built: number | undefined;
  readonly programId: number;
}

/** All decisions with a number of their own, in the order of the log. */
export function loggedDecisions(log: string): LoggedDecision[] {
  const decisions: LoggedDecision[] = [];
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const call = /^type=UNKNOWN\[1427\] .* call=(\d+)/.exec(line)?.[1];
    if (call === undefined) continue;
    const built = / built=(\d+)/.exec(line)?.[1];
    decisions.push({
      call: Number(call),
      verdict: Number(/ verdict=(-?\d+)/.exec(line)?.[1]),
      policy: / policy="([^"]*)"/.exec(line)?.[1],
      version: / policy-version="([^"]*)"/.exec(line)?.[1],
      built: built === undefined ? undefined : Number(built),
      programId: Number(/ prog-id=(\d+)/.exec(line)?.[1]),
    });
  }
  return decisions;
}

/** What the log says about upgrades under load. */
export interface UpgradeFindings {
  readonly records: number;
  /** Calls that two records are about. */
  readonly twice: number;
  /** Records whose version is not the one that the program was given. */
  readonly wrongVersion: number;
  /** Calls of a thread that an older version decided than the call before. */
  readonly backwards: number;
  readonly versions: number;
  /** Calls below the highest of their thread that have too few records, and the versions around them. */
  readonly missing: readonly string[];
}

const THREAD_SHIFT = 24;
const THREADS = 15;

/** Looks through the log of policy-turn. */
export function upgradeFindings(log: string): UpgradeFindings {
  const decisions = loggedDecisions(log);
  const seen = new Set<number>();
  const latest = new Map<number, readonly [call: number, version: number]>();
  let [twice, wrongVersion, backwards] = [0, 0, 0];
  for (const { call, built, version, policy } of decisions) {
    if (seen.has(call)) twice++;
    seen.add(call);
    if (policy !== 'turn' || version !== String(built)) wrongVersion++;
    const thread = (call >> THREAD_SHIFT) & THREADS;
    const number = call & ((1 << THREAD_SHIFT) - 1);
    const [last, lastVersion] = latest.get(thread) ?? [-1, 0];
    if (number > last && built! < lastVersion) backwards++;
    latest.set(thread, [number, built!]);
  }
  const versions = new Set(decisions.map(({ version }) => version)).size;
  return {
    records: decisions.length,
    twice,
    wrongVersion,
    backwards,
    versions,
    missing: missingCalls(decisions),
  };
}

const CALL_DENIED = 0x4000_0000;
const CALL_PASSES = 0x2000_0000;
const CALL_AGAIN = 0x1000_0000;

/** A thread denies and passes in turn; of what passes there are two records. */
function missingCalls(decisions: readonly LoggedDecision[]): string[] {
  const versions = new Map(decisions.map(({ call, version }) => [call, version]));
  const latest = new Map<number, number>();
  for (const { call } of decisions) {
    const thread = (call >> THREAD_SHIFT) & THREADS;
    latest.set(thread, Math.max(latest.get(thread) ?? 0, call & ((1 << THREAD_SHIFT) - 1)));
  }
  const missing: string[] = [];
  for (const [thread, last] of latest) {
    const base = thread << THREAD_SHIFT;
    const of = (n: number): number[] =>
      n % 2 === 0 ? [CALL_DENIED | base | n] : [CALL_PASSES | base | n, CALL_PASSES | CALL_AGAIN | base | n];
    const text = (n: number): string =>
      `${n}: ${of(n)
        .map((call) => versions.get(call) ?? 'none')
        .join(' and ')}`;
    for (let n = 0; n < last; n++) {
      if (of(n).some((call) => !versions.has(call))) missing.push([n - 1, n, n + 1].map(text).join('; '));
    }
  }
  return missing;
}
