import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { Enrichment } from '../../audit/interpret/enrichment.ts';
import { decodeUntrusted } from '../../audit/interpret/hex.ts';
import { userWord, type NameSource } from '../../audit/interpret/names.ts';
import { effectOf, readBpfAccess, type BpfAccess, type Effect } from '../items/bpf-records.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type AvcItem, type SearchItems } from '../items/search-items.ts';
import { enrichmentOf, type EventText } from '../output/event-text.ts';
import type { BpfConditions, SearchQuery, UserCondition } from './query.ts';

const SYSCALL = 1300;

/** Whether an event meets all conditions of a query. */
export function matches(
  query: SearchQuery,
  event: EventText,
  items: SearchItems,
  names: NameSource,
): boolean {
  return (
    matchesEvent(query, event) &&
    matchesUsers(query, event, items, names) &&
    matchesNumbers(query, items) &&
    matchesTexts(query, items) &&
    matchesLabels(query, items) &&
    (query.bpf === undefined || matchesBpf(query.bpf, event))
  );
}

function matchesEvent(query: SearchQuery, event: EventText): boolean {
  if (query.eventId !== undefined && query.eventId !== event.serial) return false;
  if (query.nodes !== undefined && (event.node === null || !query.nodes.includes(event.node))) return false;
  const { types } = query;
  if (types === undefined) return true;
  const found = event.records.some((record) => types.includes(record.type));
  return found !== (query.typesInverted ?? false);
}

function matchesNumbers(query: SearchQuery, items: SearchItems): boolean {
  if (!matchesGroups(query, items)) return false;
  if (query.ppid !== undefined && query.ppid !== items.ppid) return false;
  if (query.pid !== undefined && query.pid !== items.pid) return false;
  if (query.arch !== undefined && query.arch !== items.arch) return false;
  if (query.syscall !== undefined && query.syscall !== items.syscall) return false;
  if (query.session !== undefined && query.session !== items.session) return false;
  if (query.exit !== undefined && query.exit !== items.exit) return false;
  if (query.success === undefined) return true;
  return items.success === (query.success ? SUCCESS_YES : SUCCESS_FAILED);
}

function matchesGroups(query: SearchQuery, items: SearchItems): boolean {
  if (query.anyGroup === true) return query.gid === items.gid || query.egid === items.egid;
  if (query.gid !== undefined && query.gid !== items.gid) return false;
  return query.egid === undefined || query.egid === items.egid;
}

function matchesUsers(query: SearchQuery, event: EventText, items: SearchItems, names: NameSource): boolean {
  const { user, effectiveUser, loginUser } = query;
  if (user === undefined && effectiveUser === undefined && loginUser === undefined) return true;
  const enrichment = firstEnrichment(event);
  const isUser = (condition: UserCondition, field: string, uid: number): boolean => {
    if (condition.name === undefined) return condition.uid === uid;
    const known = enrichment?.get(field);
    const name = known === undefined ? userWord(uid >>> 0, names) : decodeUntrusted(known);
    return condition.name === name;
  };
  // oxlint-disable-next-line unicorn/prefer-set-has -- three answers, for each event: a set would cost more
  const tests = [
    user === undefined ? undefined : isUser(user, 'uid', items.uid),
    effectiveUser === undefined ? undefined : isUser(effectiveUser, 'euid', items.euid),
    loginUser === undefined ? undefined : isUser(loginUser, 'auid', items.loginuid),
  ];
  return query.anyUser === true ? tests.includes(true) : !tests.includes(false);
}

/** Names that auditd looked up stand in the only record of an event, or in its SYSCALL record. */
function firstEnrichment(event: EventText): Enrichment | undefined {
  const first = event.records[0];
  if (first === undefined || (event.records.length > 1 && first.type !== SYSCALL)) return undefined;
  const text = enrichmentOf(first);
  return text === '' ? undefined : new Enrichment(text);
}

function matchesTexts(query: SearchQuery, items: SearchItems): boolean {
  const whole = query.wholeWord === true;
  const one = (wanted: string | undefined, found: string | undefined): boolean =>
    wanted === undefined || (found !== undefined && textMatches(wanted, found, whole));
  return (
    matchesFile(query, items) &&
    one(query.host, items.host) &&
    one(query.terminal, items.terminal) &&
    one(query.exe, items.exe) &&
    one(query.comm, items.comm) &&
    matchesKey(query, items) &&
    one(query.vm, items.vm) &&
    one(query.uuid, items.uuid)
  );
}

function matchesFile(query: SearchQuery, items: SearchItems): boolean {
  const { file } = query;
  if (file === undefined) return true;
  const whole = query.wholeWord === true;
  if (items.files?.some((item) => textMatches(file, item.name, whole)) === true) return true;
  return items.cwd !== undefined && textMatches(file, items.cwd, whole);
}

function matchesKey(query: SearchQuery, items: SearchItems): boolean {
  const { key } = query;
  if (key === undefined) return true;
  return items.keys?.some((item) => textMatches(key, item, query.wholeWord === true)) === true;
}

function matchesLabels(query: SearchQuery, items: SearchItems): boolean {
  const { subject, object } = query;
  if (subject === undefined && object === undefined) return true;
  const whole = query.wholeWord === true;
  const has = (wanted: string | undefined, label: (item: AvcItem) => string | undefined): boolean =>
    wanted !== undefined && items.avcs?.some((item) => textMatches(wanted, label(item), whole)) === true;
  const bySubject = has(subject, (item) => item.subject);
  const byObject = has(object, (item) => item.object);
  if (query.anyLabel === true) return bySubject || byObject;
  return (subject === undefined || bySubject) && (object === undefined || byObject);
}

function matchesBpf(conditions: BpfConditions, event: EventText): boolean {
  return event.records.some(
    (record) => record.type === BPF_LSM_ACCESS && meetsBpf(conditions, readBpfAccess(record.body)),
  );
}

function meetsBpf(conditions: BpfConditions, access: BpfAccess): boolean {
  if (conditions.progId !== undefined && conditions.progId !== access.progId) return false;
  if (conditions.verdict !== undefined && !meetsVerdict(conditions.verdict, access)) return false;
  for (const name of ['policy', 'hook', 'cause', 'daddr', 'cgroup'] as const) {
    const wanted = conditions[name];
    if (wanted !== undefined && !textMatches(wanted, access[name], false)) return false;
  }
  if (conditions.path === undefined) return true;
  return textMatches(conditions.path, access.path ?? access.name, false);
}

function meetsVerdict(wanted: Effect | number, access: BpfAccess): boolean {
  return typeof wanted === 'number' ? wanted === access.verdict : wanted === effectOf(access);
}

function textMatches(wanted: string, found: string | undefined, whole: boolean): boolean {
  if (found === undefined) return false;
  return whole ? found === wanted : found.includes(wanted);
}
