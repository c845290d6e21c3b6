import { NO_NAMES } from '../../src/audit/interpret/names.ts';
import type { LocalKnowledge } from '../../src/query/search/search-stage.ts';

const USERS: Readonly<Record<number, string>> = {
  1: 'daemon',
  2: 'bin',
  33: 'www-data',
  42: '_apt',
  1000: 'cloudsdk',
};
const GROUPS: Readonly<Record<number, string>> = {
  1: 'daemon',
  2: 'bin',
  33: 'www-data',
  42: 'shadow',
  1000: 'cloudsdk',
};

/** The names of the machine on which the output of the real tools was recorded. */
export const ORACLE_LOCAL: LocalKnowledge = {
  names: { ...NO_NAMES, user: (uid) => USERS[uid], group: (gid) => GROUPS[gid] },
  dateFormat: '%m/%d/%y',
  nativeMachine: 'x86_64',
};
