import { afterUnload, badInput, refusals, twoLoaders } from './attach-scenarios.ts';
import { chunks, fullRing, overflow, overflowSequence, restarts, turns } from './load-scenarios.ts';
import { paths } from './path-scenarios.ts';
import { somebody } from './subject-scenarios.ts';
import { cut, hostile, kinds, rawNames } from './text-scenarios.ts';

/** Kills of a reader on each of the three kernels: 21 in all. */
const KILLS = 7;

/** What each scenario gives, by its name, in the order in which they run. */
export interface Scenarios {
  hostile: typeof hostile;
  rawNames: typeof rawNames;
  kinds: typeof kinds;
  cut: typeof cut;
  chunks: typeof chunks;
  turns: typeof turns;
  somebody: typeof somebody;
  paths: typeof paths;
  fullRing: typeof fullRing;
  overflowSequence: typeof overflowSequence;
  overflow: typeof overflow;
  twoLoaders: typeof twoLoaders;
  afterUnload: typeof afterUnload;
  restarts: () => ReturnType<typeof restarts>;
  refusals: typeof refusals;
  badInput: typeof badInput;
}

/** All scenarios. */
export const scenarios: Scenarios = {
  hostile,
  rawNames,
  kinds,
  cut,
  chunks,
  turns,
  somebody,
  paths,
  fullRing,
  overflowSequence,
  overflow,
  twoLoaders,
  afterUnload,
  restarts: () => restarts(KILLS),
  refusals,
  badInput,
};

/** What a scenario gave. */
export type ScenarioResult<Name extends keyof Scenarios> = Awaited<ReturnType<Scenarios[Name]>>;
