import type { NameSource } from '../../audit/interpret/names.ts';
import type { EventText } from './event-text.ts';
import { eventFacts, type EventFacts, type Identity } from './event-facts.ts';
import { jsonLine, present } from './json-line.ts';

/** Version of the Open Cybersecurity Schema Framework whose names are used. */
export const OCSF_VERSION = '1.3.0';

/** A class of the schema, with the activities that are told apart. */
interface EventClass {
  readonly uid: number;
  readonly name: string;
  readonly category: number;
  readonly categoryName: string;
}

const BASE: EventClass = { uid: 0, name: 'Base Event', category: 0, categoryName: 'Uncategorized' };
const FILE: EventClass = {
  uid: 1001,
  name: 'File System Activity',
  category: 1,
  categoryName: 'System Activity',
};
const PROCESS: EventClass = {
  uid: 1007,
  name: 'Process Activity',
  category: 1,
  categoryName: 'System Activity',
};
const NETWORK: EventClass = {
  uid: 4001,
  name: 'Network Activity',
  category: 4,
  categoryName: 'Network Activity',
};
const LOGIN: EventClass = {
  uid: 3002,
  name: 'Authentication',
  category: 3,
  categoryName: 'Identity & Access Management',
};
const OTHER_ACTIVITY = 99;
const UNKNOWN_FILE_TYPE = 0;

/** What system calls do, as activities of {@link FILE}. */
const FILE_ACTIVITIES: Readonly<Record<string, number>> = {
  creat: 1,
  mkdir: 1,
  mkdirat: 1,
  mknod: 1,
  unlink: 4,
  unlinkat: 4,
  rmdir: 4,
  rename: 5,
  renameat: 5,
  renameat2: 5,
  chmod: 7,
  fchmod: 7,
  fchmodat: 7,
  chown: 7,
  lchown: 7,
  fchown: 7,
  fchownat: 7,
  mount: 12,
  umount2: 13,
  open: 14,
  openat: 14,
  openat2: 14,
};

/** One event as a line of JSON with the names of the Open Cybersecurity Schema Framework; docs/schemas.md. */
export function formatOcsf(event: EventText, names: NameSource): string {
  return jsonLine(ocsfEvent(event, names));
}

/** One event in the Open Cybersecurity Schema Framework. */
export function ocsfEvent(event: EventText, names: NameSource): Readonly<Record<string, unknown>> {
  const facts = eventFacts(event, names);
  const eventClass = classOf(facts);
  const activity = activityOf(eventClass, facts);
  const file = facts.files.find(({ role }) => role !== 'PARENT') ?? facts.files[0];
  return present({
    time: event.sec * 1000 + event.milli,
    category_uid: eventClass.category,
    category_name: eventClass.categoryName,
    class_uid: eventClass.uid,
    class_name: eventClass.name,
    activity_id: activity,
    activity_name: activity === OTHER_ACTIVITY ? (facts.syscall ?? facts.types[0]) : undefined,
    type_uid: eventClass.uid * 100 + activity,
    severity_id: 1,
    ...status(facts),
    message: facts.decisions[0]?.cause,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'bpfaudit', vendor_name: 'bpfaudit' },
      log_name: 'audit',
      sequence: event.serial,
    },
    ...(eventClass === BASE ? {} : { device: deviceOf(event), ...classPart(eventClass, facts) }),
    ...(eventClass === FILE && file !== undefined ? { file: fileObject(file.path) } : {}),
    unmapped: unmapped(facts),
  });
}

function classOf(facts: EventFacts): EventClass {
  if ([1100, 1112].includes(facts.firstType)) return LOGIN;
  if (facts.pid === undefined) return BASE;
  if (facts.args !== undefined) return PROCESS;
  if (facts.address !== undefined) return NETWORK;
  return facts.files.length > 0 ? FILE : BASE;
}

function activityOf(eventClass: EventClass, { syscall = '' }: EventFacts): number {
  if (eventClass === PROCESS || eventClass === LOGIN) return 1;
  if (eventClass === NETWORK) return syscall === '' || syscall === 'connect' ? 1 : OTHER_ACTIVITY;
  return eventClass === FILE ? (FILE_ACTIVITIES[syscall] ?? OTHER_ACTIVITY) : OTHER_ACTIVITY;
}

function status({ outcome, error }: EventFacts): object {
  if (outcome === 'unknown') return { status_id: 0 };
  return present({
    status_id: outcome === 'success' ? 1 : 2,
    status: outcome === 'success' ? 'Success' : 'Failure',
    status_code: error,
  });
}

function deviceOf(event: EventText): object {
  return present({ hostname: event.node ?? undefined, type_id: 0 });
}

function classPart(eventClass: EventClass, facts: EventFacts): object {
  const process = processObject(facts);
  const user = facts.user === undefined ? undefined : userObject(facts.user);
  if (eventClass === PROCESS) return { process, actor: present({ process: parentObject(facts), user }) };
  if (eventClass === LOGIN) return present({ user: user ?? {}, actor: present({ process }) });
  const actor = present({ process, user });
  if (eventClass !== NETWORK) return { actor };
  return { actor, dst_endpoint: present({ ip: facts.address, port: facts.port }) };
}

function processObject(facts: EventFacts): object {
  const { session } = facts;
  return present({
    pid: facts.pid,
    name: facts.command,
    cmd_line: facts.args?.join(' ') ?? facts.title,
    file: facts.executable === undefined ? undefined : fileObject(facts.executable),
    user: facts.effectiveUser === undefined ? undefined : userObject(facts.effectiveUser),
    parent_process: facts.parentPid === undefined ? undefined : { pid: facts.parentPid },
    session: session === undefined ? undefined : { uid: session },
  });
}

function parentObject({ parentPid }: EventFacts): object | undefined {
  return parentPid === undefined ? undefined : { pid: parentPid };
}

function fileObject(path: string): object {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name: name === '' ? path : name, path, type_id: UNKNOWN_FILE_TYPE };
}

function userObject({ id, name }: Identity): object {
  return present({ uid: id, name });
}

/** What the classes have no names for. */
function unmapped({ types, keys, loginUser, decisions }: EventFacts): object {
  return present({
    record_types: types,
    keys: keys.length === 0 ? undefined : keys,
    auid: loginUser?.id,
    bpf_lsm: decisions.length === 0 ? undefined : decisions,
  });
}
