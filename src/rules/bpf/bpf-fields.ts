import { CAPABILITIES } from '../../audit/tables/words.generated.ts';
import { ADDRESS_FAMILIES } from '../../audit/tables/words.generated.ts';
import { EQUALITY, OPERATORS, ORDERED, type Operator } from '../operator.ts';
import type { AddressProperty, NumberProperty, TextProperty, WideProperty } from './bpf-rule.ts';

/** What the list `bpf` knows of one field: how its value is written and which property of an event it reads. */
export type BpfFieldSpec =
  | { readonly kind: 'number'; readonly property: NumberProperty; readonly operators: readonly Operator[] }
  | {
      readonly kind: 'user' | 'group';
      readonly property: NumberProperty;
      readonly operators: readonly Operator[];
    }
  | {
      readonly kind: 'port' | 'login-user' | 'session' | 'verdict';
      readonly property: NumberProperty;
      readonly operators: readonly Operator[];
    }
  | {
      readonly kind: 'named';
      readonly property: NumberProperty;
      readonly operators: readonly Operator[];
      readonly names: Readonly<Record<number, string>>;
    }
  | { readonly kind: 'inode'; readonly property: WideProperty; readonly operators: readonly Operator[] }
  | {
      readonly kind: 'text' | 'path' | 'hook' | 'comm';
      readonly property: TextProperty;
      readonly operators: readonly Operator[];
    }
  | { readonly kind: 'prog' | 'dir' | 'cgroup'; readonly operators: readonly Operator[] }
  | { readonly kind: 'address'; readonly property: AddressProperty; readonly operators: readonly Operator[] };

const user = (property: NumberProperty): BpfFieldSpec => ({ kind: 'user', property, operators: ORDERED });
const group = (property: NumberProperty): BpfFieldSpec => ({ kind: 'group', property, operators: ORDERED });
const number = (property: NumberProperty): BpfFieldSpec => ({ kind: 'number', property, operators: ORDERED });
const port = (property: NumberProperty): BpfFieldSpec => ({ kind: 'port', property, operators: ORDERED });
const text = (property: TextProperty): BpfFieldSpec => ({ kind: 'text', property, operators: EQUALITY });
const address = (property: AddressProperty): BpfFieldSpec => ({
  kind: 'address',
  property,
  operators: EQUALITY,
});
const named = (property: NumberProperty, names: Readonly<Record<number, string>>): BpfFieldSpec => ({
  kind: 'named',
  property,
  operators: EQUALITY,
  names,
});

/** The fields of the list `bpf`, by the name they are written and printed with. */
export const BPF_FIELDS: ReadonlyMap<string, BpfFieldSpec> = new Map<string, BpfFieldSpec>([
  ['policy', text('policy')],
  ['prog', { kind: 'prog', operators: EQUALITY }],
  ['hook', { kind: 'hook', property: 'hook', operators: EQUALITY }],
  ['cause', text('cause')],
  ['verdict', { kind: 'verdict', property: 'verdict', operators: ORDERED }],
  ['pid', number('pid')],
  ['ppid', number('ppid')],
  ['uid', user('uid')],
  ['euid', user('euid')],
  ['suid', user('suid')],
  ['fsuid', user('fsuid')],
  ['gid', group('gid')],
  ['egid', group('egid')],
  ['sgid', group('sgid')],
  ['fsgid', group('fsgid')],
  ['auid', { kind: 'login-user', property: 'auid', operators: ORDERED }],
  ['ses', { kind: 'session', property: 'ses', operators: ORDERED }],
  ['comm', { kind: 'comm', property: 'comm', operators: EQUALITY }],
  ['exe', { kind: 'path', property: 'exe', operators: EQUALITY }],
  ['path', { kind: 'path', property: 'path', operators: EQUALITY }],
  ['dir', { kind: 'dir', operators: EQUALITY }],
  ['cgroup', { kind: 'cgroup', operators: EQUALITY }],
  ['inode', { kind: 'inode', property: 'inode', operators: EQUALITY }],
  ['devmajor', number('devmajor')],
  ['devminor', { kind: 'number', property: 'devminor', operators: OPERATORS }],
  ['capability', named('capability', CAPABILITIES)],
  ['saddr_fam', named('saddrFam', ADDRESS_FAMILIES)],
  ['saddr', address('saddr')],
  ['daddr', address('daddr')],
  ['laddr', address('laddr')],
  ['faddr', address('faddr')],
  ['sport', port('sport')],
  ['dport', port('dport')],
  ['lport', port('lport')],
  ['fport', port('fport')],
]);

/** Other spellings: what the kernel's rules and the records themselves call these fields. */
export const BPF_ALIASES: ReadonlyMap<string, string> = new Map([
  ['loginuid', 'auid'],
  ['sessionid', 'ses'],
  ['prog-id', 'prog'],
  ['src', 'sport'],
  ['dest', 'dport'],
  ['ino', 'inode'],
]);

const FIELD_OF_PROPERTY: ReadonlyMap<string, string> = new Map([
  ...[...BPF_FIELDS].flatMap(([name, spec]) => ('property' in spec ? [[spec.property, name] as const] : [])),
  ['progId', 'prog'],
  ['prog', 'prog'],
  ['cgroupId', 'cgroup'],
]);

/** The field name that reads a property: `saddr_fam` for `saddrFam`. */
export function fieldOfProperty(property: string): string {
  return FIELD_OF_PROPERTY.get(property) ?? property;
}
