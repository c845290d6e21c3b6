import type { Operator } from '../operator.ts';
import type { Action } from '../rule.ts';
import type { BpfEventView } from './event-view.ts';

/** Properties of {@link BpfEventView} that a rule can name and that hold a given type. */
type PropertiesOf<Type> = Exclude<
  {
    [Property in keyof BpfEventView]: BpfEventView[Property] extends Type | undefined ? Property : never;
  }[keyof BpfEventView],
  'exeInode' | 'exeDevice'
>;

/** Properties that hold a number of at most 32 bits. */
export type NumberProperty = PropertiesOf<number>;
/** Properties that hold text. */
export type TextProperty = PropertiesOf<string>;
/** Properties that hold 64 bits. */
export type WideProperty = PropertiesOf<bigint>;
/** Properties that hold an address. */
export type AddressProperty = PropertiesOf<Uint8Array>;

/** `=` or `!=`. */
export type Equality = '=' | '!=';

/** A number against a number. */
export interface NumberCondition {
  readonly kind: 'number';
  readonly property: NumberProperty;
  readonly operator: Operator;
  /** 0 to 0xffffffff; for `verdict` a signed 32-bit number. */
  readonly value: number;
}

/** 64 bits against 64 bits. */
export interface WideCondition {
  readonly kind: 'wide';
  readonly property: WideProperty;
  readonly operator: Equality;
  readonly value: bigint;
}

/** Text, the whole of it. */
export interface TextCondition {
  readonly kind: 'text';
  readonly property: TextProperty;
  readonly operator: Equality;
  readonly text: string;
}

/** A directory or cgroup and all below it. */
export interface TreeCondition {
  readonly kind: 'tree';
  readonly property: 'path' | 'cgroup';
  readonly operator: Equality;
  /** Absolute, without a slash at the end; the root is the empty text. */
  readonly root: string;
}

/** An address, or all that share its first bits. */
export interface AddressCondition {
  readonly kind: 'address';
  readonly property: AddressProperty;
  readonly operator: Equality;
  /** 4 or 16 bytes in network order; bits behind the prefix are 0. */
  readonly bytes: Uint8Array;
  /** How many bits count: 32 or 128 for one address. */
  readonly prefix: number;
}

/** `-C`: two numbers of the same event. */
export interface PairCondition {
  readonly kind: 'pair';
  readonly left: NumberProperty;
  readonly operator: Equality;
  readonly right: NumberProperty;
}

/** One condition of a {@link BpfRule}. */
export type BpfCondition =
  | NumberCondition
  | WideCondition
  | TextCondition
  | TreeCondition
  | AddressCondition
  | PairCondition;

/** A rule for BPF records, on the list `bpf`: all conditions must hold, and the first rule that matches decides. */
export interface BpfRule {
  readonly list: 'bpf';
  /** `always` keeps the record, `never` drops it. */
  readonly action: Action;
  /** Put before the rules that exist (`-A`). */
  readonly prepend: boolean;
  readonly conditions: readonly BpfCondition[];
  /** Added to the record as `key=`; also names the rule for `-D -k` and for rate limits. */
  readonly keys: readonly string[];
  /** Of an `always` rule: how many of the records that it keeps. */
  readonly limit?: RateLimit;
}

/** What has a bucket of its own under a limit; `key`: the rules that share their keys share one too. */
export const LIMIT_SCOPES = ['key', 'policy', 'exe', 'cgroup'] as const;

/** One of {@link LIMIT_SCOPES}. */
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** So many records in so many seconds, at once or one by one. */
export interface RateLimit {
  readonly records: number;
  readonly seconds: number;
  readonly per: LimitScope;
}
