import type { EscapeMode } from '../../audit/interpret/escape.ts';
import type { Effect } from '../items/bpf-records.ts';
import type { Wants } from '../items/search-items.ts';
import type { SortOrder } from './sorted-output.ts';

/** How found events are printed. */
export const SEARCH_FORMATS = ['default', 'raw', 'interpret', 'csv', 'text', 'json', 'ecs', 'ocsf'] as const;

/** One of {@link SEARCH_FORMATS}. */
export type SearchFormat = (typeof SEARCH_FORMATS)[number];

/** A user to look for: by number, and by the name that it was given with. */
export interface UserCondition {
  readonly uid: number;
  readonly name: string | undefined;
}

/** Conditions that only events with a BPF_LSM_ACCESS record can meet. Text matches a part of the value. */
export interface BpfConditions {
  readonly progId?: number;
  readonly policy?: string;
  readonly hook?: string;
  readonly cause?: string;
  /** What the decision did, or the verdict as it was logged: a number such as -13, enforced or not. */
  readonly verdict?: Effect | number;
  readonly path?: string;
  readonly daddr?: string;
  readonly cgroup?: string;
}

/**
 * What to look for. All conditions must hold; lists hold if one of their members does.
 *
 * Plain data, so that it can be handed to worker threads.
 */
export interface SearchQuery {
  readonly format: SearchFormat;
  readonly escape: EscapeMode;
  /** Seconds since the epoch, both included. */
  readonly startSec?: number;
  readonly endSec?: number;
  readonly eventId?: number;
  readonly types?: readonly number[];
  /** The types must not be there: `-m !TYPE`. */
  readonly typesInverted?: boolean;
  readonly nodes?: readonly string[];
  readonly pid?: number;
  readonly ppid?: number;
  readonly user?: UserCondition;
  readonly effectiveUser?: UserCondition;
  readonly loginUser?: UserCondition;
  /** One of the three users is enough: `-ua`. */
  readonly anyUser?: boolean;
  readonly gid?: number;
  readonly egid?: number;
  /** One of the two groups is enough: `-ga`. */
  readonly anyGroup?: boolean;
  readonly session?: number;
  readonly exit?: number;
  readonly success?: boolean;
  /** ELF numbers of the architectures that are meant. */
  readonly arch?: number;
  readonly syscall?: number;
  readonly file?: string;
  readonly host?: string;
  readonly terminal?: string;
  readonly exe?: string;
  readonly comm?: string;
  readonly key?: string;
  readonly subject?: string;
  readonly object?: string;
  /** Either label is enough: `-se`. */
  readonly anyLabel?: boolean;
  readonly vm?: string;
  readonly uuid?: string;
  /** Text must match as a whole, not in part: `-w`. */
  readonly wholeWord?: boolean;
  readonly bpf?: BpfConditions;
  /** An expression of the filter language. */
  readonly where?: string;
  /** Columns that `--extra-*` add to csv. */
  readonly extraKeys?: boolean;
  readonly extraLabels?: boolean;
  readonly extraObject2?: boolean;
  readonly extraTime?: boolean;
  /** Do as ausearch 3.0.9 does where we know better: see docs/ausearch-differences.md. */
  readonly stock?: boolean;
  /** Say which records could not be read in full: then every record is looked at. */
  readonly debug?: boolean;
  /** Print by time; the events of several machines may be mixed in a log. */
  readonly sort?: SortOrder;
  /** Count only; print nothing. */
  readonly countOnly?: boolean;
}

/** Members of a query that are no conditions on events, but on their time, or say how they are printed. */
const NO_CONDITIONS: ReadonlySet<string> = new Set([
  'format',
  'escape',
  'startSec',
  'endSec',
  'wholeWord',
  'extraKeys',
  'extraLabels',
  'extraObject2',
  'extraTime',
]);

/** Whether all events are printed, in words, with no more escaped than control characters. */
export function printsAllInterpreted(query: SearchQuery): boolean {
  const isPlain = query.format === 'interpret' && (query.escape === 'tty' || query.escape === 'raw');
  return (
    isPlain && Object.entries(query).every(([name, value]) => value === undefined || NO_CONDITIONS.has(name))
  );
}

/** What has to be read from the records to answer a query. */
export function wantsOf(query: SearchQuery): Wants {
  const isPlain = query.format === 'raw' || query.format === 'default';
  return {
    pid: query.pid !== undefined,
    ppid: query.ppid !== undefined,
    uid: query.user !== undefined,
    euid: query.effectiveUser !== undefined,
    loginuid: query.loginUser !== undefined,
    gid: query.gid !== undefined,
    egid: query.egid !== undefined,
    session: query.session !== undefined,
    exit: query.exit !== undefined,
    success: query.success !== undefined,
    arch: query.arch !== undefined || !isPlain,
    file: query.file !== undefined,
    host: query.host !== undefined,
    terminal: query.terminal !== undefined,
    exe: query.exe !== undefined,
    comm: query.comm !== undefined,
    key: query.key !== undefined,
    subject: query.subject !== undefined,
    object: query.object !== undefined,
    vm: query.vm !== undefined,
    uuid: query.uuid !== undefined,
  };
}
