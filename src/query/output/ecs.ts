import type { NameSource } from '../../audit/interpret/names.ts';
import { effectOf } from '../items/bpf-records.ts';
import { isoTime } from './iso-time.ts';
import type { EventText } from './event-text.ts';
import { eventFacts, type EventFacts, type FileFacts, type Identity } from './event-facts.ts';
import { jsonLine, present } from './json-line.ts';

/** Version of the Elastic Common Schema whose field names are used. */
export const ECS_VERSION = '9.4.0';

/** One event as a line of JSON with the field names of the Elastic Common Schema; docs/schemas.md has the mapping. */
export function formatEcs(event: EventText, names: NameSource): string {
  return jsonLine(ecsEvent(event, names));
}

/** One event in the Elastic Common Schema. */
export function ecsEvent(event: EventText, names: NameSource): Readonly<Record<string, unknown>> {
  const facts = eventFacts(event, names);
  const [decision] = facts.decisions;
  const file = facts.files.find(({ role }) => role !== 'PARENT') ?? facts.files[0];
  return present({
    '@timestamp': isoTime(event.sec, event.milli),
    ecs: { version: ECS_VERSION },
    event: eventPart(event, facts),
    error: facts.error === undefined ? undefined : { code: facts.error },
    host: event.node === null ? undefined : { hostname: event.node },
    message: decision?.cause,
    tags: facts.keys.length === 0 ? undefined : facts.keys,
    rule: rulePart(facts),
    user: userPart(facts),
    process: processPart(facts),
    file: file === undefined ? undefined : filePart(file),
    destination: facts.address === undefined ? undefined : present({ ip: facts.address, port: facts.port }),
    labels: labelsPart(facts),
  });
}

function eventPart(event: EventText, facts: EventFacts): object {
  const denied = facts.decisions.some((decision) => effectOf(decision) === 'deny');
  return present({
    kind: 'event',
    module: 'auditd',
    dataset: 'auditd.log',
    provider: 'bpfaudit',
    sequence: event.serial,
    code: facts.types[0],
    action: facts.syscall ?? facts.types[0]?.toLowerCase(),
    outcome: facts.outcome,
    category: [category(facts)],
    type: [denied ? 'denied' : facts.args === undefined ? 'access' : 'start'],
  });
}

function category(facts: EventFacts): string {
  const { firstType } = facts;
  if (firstType === 1305) return 'configuration';
  if ([1100, 1101, 1103, 1104, 1105, 1106, 1112].includes(firstType)) return 'authentication';
  if (facts.args !== undefined) return 'process';
  if (facts.address !== undefined) return 'network';
  return facts.files.length > 0 ? 'file' : 'process';
}

function rulePart({ decisions: [decision] }: EventFacts): object | undefined {
  if (decision === undefined) return undefined;
  const id = decision.progId === undefined ? undefined : String(decision.progId);
  return present({ category: 'BPF LSM', id, name: decision.policy, description: decision.cause });
}

function userPart({ user, effectiveUser, group }: EventFacts): object | undefined {
  if (user === undefined) return undefined;
  return present({
    ...identity(user),
    effective: effectiveUser === undefined ? undefined : identity(effectiveUser),
    group: group === undefined ? undefined : identity(group),
  });
}

function processPart(facts: EventFacts): object | undefined {
  if (facts.pid === undefined) return undefined;
  return present({
    pid: facts.pid,
    name: facts.command,
    executable: facts.executable,
    title: facts.title,
    args: facts.args,
    args_count: facts.args?.length,
    working_directory: facts.directory,
    parent: facts.parentPid === undefined ? undefined : { pid: facts.parentPid },
  });
}

function filePart({ path, inode, mode, owner, group }: FileFacts): object {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return present({
    path,
    name: name === '' ? undefined : name,
    inode,
    mode,
    uid: owner?.id,
    owner: owner?.name,
    gid: group?.id,
    group: group?.name,
  });
}

/** What the schema has no name for. */
function labelsPart({ decisions: [decision], loginUser, session }: EventFacts): object | undefined {
  const labels = present({
    auid: loginUser?.id,
    session,
    bpf_hook: decision?.hook,
    bpf_verdict: decision?.verdict === undefined ? undefined : String(decision.verdict),
    bpf_permissive: decision?.permissive === true ? '1' : undefined,
    bpf_cgroup: decision?.cgroup,
  });
  return Object.keys(labels).length === 0 ? undefined : labels;
}

function identity({ id, name }: Identity): object {
  return present({ id, name });
}
