import { CALL_ACTIONS, EVENT_KINDS, TYPE_ACTIONS } from './words.generated.ts';

/** Types whose fields say more: the words for those that have no such field. */
const WITHOUT_FIELDS: Readonly<Record<number, string>> = {
  1107: 'access-permission',
  1111: 'changed-configuration',
  1137: 'configured-device',
  1204: 'reconfigured-auditd',
};

/** What a record of a type says was done, or undefined. */
export function actionOfType(type: number): string | undefined {
  return WITHOUT_FIELDS[type] ?? TYPE_ACTIONS[type];
}

type Range = readonly [from: number, to: number, kind: string];

const KINDS: readonly Range[] = Object.entries(EVENT_KINDS).flatMap(([kind, runs]) =>
  runs.split(' ').map((run): Range => {
    const [from = 0, to = from] = run.split('-').map(Number);
    return [from, to, kind];
  }),
);

/** The kind of an event by the type of its first record. */
export function eventKind(type: number): string {
  return KINDS.find(([from, to]) => type >= from && type <= to)?.[2] ?? 'unknown';
}

/** What we call what system calls do, by libauparse's words for it. */
const KINDS_OF_CALLS: Readonly<Record<string, string>> = {
  'checked-metadata-of': 'stat',
  'changed-file-permissions-of': 'chperm',
  'changed-file-ownership-of': 'chown',
  'loaded-kernel-module': 'loadModule',
  'unloaded-kernel-module': 'unloadModule',
  'changed-file-attributes-of': 'chattr',
  'created-directory': 'mkdir',
  mounted: 'mount',
  'checked-filesystem-metadata-of': 'statfs',
  'opened-file': 'open',
  renamed: 'rename',
  deleted: 'delete',
  symlinked: 'symlink',
  unmounted: 'umount',
  'changed-timestamp-of': 'utime',
  executed: 'exec',
  'accepted-connection-from': 'accept',
  'bound-socket': 'bind',
  'connected-to': 'connect',
  'received-from': 'receive',
  'sent-to': 'send',
  'killed-list-of-pids': 'kill',
  'changed-identity-of': 'identity',
  'changed-system-time': 'time',
  'make-device': 'mknod',
  'changed-system-name': 'hostname',
  'allocated-memory-in': 'memory',
  'adjusted-scheduling-policy-of': 'schedule',
};

const kindByCall: ReadonlyMap<string, string> = new Map(
  Object.entries(CALL_ACTIONS).flatMap(([action, names]) =>
    names.split(' ').map((name) => [name, KINDS_OF_CALLS[action] ?? action] as const),
  ),
);

/** What a system call does, such as `open` or `delete`; undefined for the many that have no word. */
export function callKind(syscall: string): string | undefined {
  return kindByCall.get(syscall);
}
