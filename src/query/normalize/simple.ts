import { lowInt32 } from '../../audit/interpret/numbers.ts';
import { actionOfType, eventKind } from './actions.ts';
import { bpfAction, listenerAction, normalizeCompound } from './compound.ts';
import type { Normalizer } from './normalizer.ts';

const CONFIG_CHANGE = 1305;
const SECCOMP = 1326;
const FEATURE_CHANGE = 1328;
const ANOM_PROMISCUOUS = 1700;
const ANOM_ABEND = 1701;

/** An event of one record. @returns false if nothing can be said of it. */
export function normalizeSimple(n: Normalizer): boolean {
  const { type } = n.cursor;
  if (type === 1325) return false;
  if (type === 1300) {
    normalizeCompound(n);
    return true;
  }
  n.out.kind = eventKind(type);
  if ([CONFIG_CHANGE, FEATURE_CHANGE, SECCOMP, ANOM_ABEND, ANOM_PROMISCUOUS].includes(type))
    kernelMessage(n, type);
  else if (type === 1006) login(n);
  else if (type === 1400 || type === 1107) avc(n, type);
  else if (type >= 1200 && type < 1299) daemon(n, type);
  else if (type === 1334) n.out.action = bpfAction(n);
  else if (type === 1335) listener(n);
  else if (type >= 1406 && type <= 1499) labeledNetwork(n, type);
  else userMessage(n, type);
  return true;
}

function kernelMessage(n: Normalizer, type: number): void {
  n.setSubject('auid', 0);
  n.setSession(0);
  subjectLabel(n);
  if (type === CONFIG_CHANGE) configAction(n);
  else {
    n.out.action = actionOfType(type);
    n.rewind();
  }
  if (type === FEATURE_CHANGE) feature(n);
  if (type === SECCOMP) return seccomp(n);
  if (type === ANOM_ABEND) abend(n);
  if (type === ANOM_PROMISCUOUS) {
    n.cursor.firstField();
    n.setObject('dev', 0);
    n.setSubjectSecond('uid', 0);
    n.out.objectKind = 'socket';
  }
  n.setResult(0);
}

function configAction(n: Normalizer): void {
  n.cursor.firstField();
  const op = n.cursor.find('op') === undefined ? '' : n.words().replace(/^"/, '');
  if (op.startsWith('add_rule')) n.out.action = 'added-audit-rule';
  else if (op.startsWith('remove_rule')) n.out.action = 'deleted-audit-rule';
  else n.out.action = actionOfType(CONFIG_CHANGE);
  n.out.objectKind = 'audit-config';
  for (const name of ['key', 'audit_enabled', 'audit_pid', 'audit_backlog_limit', 'audit_failure']) {
    n.rewind();
    if (!n.setObject(name, 0)) continue;
    break;
  }
  if (!op.startsWith('add_rule') && !op.startsWith('remove_rule')) n.rewind();
}

function feature(n: Normalizer): void {
  n.cursor.firstField();
  if (!n.setSubjectSecond('uid', 0)) n.rewind();
  if (n.cursor.find('exe') !== undefined) n.out.how = n.words();
  n.setObject('feature', 0);
  n.out.objectKind = 'system';
}

function seccomp(n: Normalizer): void {
  n.cursor.firstField();
  if (!n.setSubjectSecond('uid', 0)) n.rewind();
  if (n.cursor.find('exe') !== undefined) n.out.how = n.words();
  if (!n.setObject('syscall', 0)) n.rewind();
  n.out.objectKind = 'process';
  const code = n.place('code', 0);
  if (code !== undefined) n.out.result = code;
}

function abend(n: Normalizer): void {
  n.cursor.firstField();
  if (!n.setSubjectSecond('uid', 0)) n.rewind();
  if (!n.setObject('exe', 0)) n.rewind();
  n.out.objectKind = 'process';
  if (n.cursor.find('sig') !== undefined) n.out.how = n.words();
}

function login(n: Normalizer): void {
  if (!n.setSubjectSecond('uid', 0)) n.rewind();
  subjectLabel(n);
  if (!n.setSubject('old-auid', 0)) n.rewind();
  if (!n.setObject('auid', 0)) n.rewind();
  n.out.objectKind = 'user-session';
  n.setSession(0);
  n.setResult(0);
  n.out.action = actionOfType(1006);
}

function avc(n: Normalizer, type: number): void {
  if (n.cursor.find(type === 1107 ? 'exe' : 'comm') === undefined) n.rewind();
  else n.out.how = n.words();
  n.rewind();
  const verdict = n.place('seresult', 0);
  if (verdict !== undefined) n.out.result = verdict;
  n.rewind();
  if (!n.setSubject('scontext', 0)) n.rewind();
  n.out.subjectKind = 'unknown-acct';
  if (type === 1107) {
    n.rewind();
    n.setSubjectSecond('uid', 0);
    n.rewind();
  }
  if (n.options.labels && !n.setObject('tcontext', 0)) n.rewind();
  n.out.action = actionOfType(1400);
}

function daemon(n: Normalizer, type: number): void {
  n.setSubject('auid', 0);
  if (!n.setSubjectSecond('uid', 0)) n.rewind();
  if (!n.setSession(0)) n.rewind();
  subjectLabel(n);
  n.out.subjectKind = 'auditd';
  n.out.action = actionOfType(type);
  n.out.objectKind = 'service';
  if (type === 1200) n.out.how = 'init';
  else if (type < 1207 && type !== 1202) n.out.how = 'signal';
  n.setResult(0);
}

function listener(n: Normalizer): void {
  n.setSubject('auid', 0);
  n.rewind();
  n.setSubjectSecond('uid', 0);
  n.rewind();
  n.setSession(0);
  subjectLabel(n);
  n.out.action = listenerAction(n);
  n.setResult(0);
}

function labeledNetwork(n: Normalizer, type: number): void {
  n.setSubject('auid', 0);
  n.setSubjectKind();
  n.setSession(0);
  if (n.options.labels) n.out.subjectLabel = n.place('subj', 0);
  if (type === 1406) {
    const field = n.cursor.find('unlbl_accept');
    if (field === undefined) n.rewind();
    else {
      const does = lowInt32(field.value, 10) === 1 ? 'allowing' : 'disallowing';
      n.out.action = `is-${does}-unlabeled-network-traffic`;
    }
  } else n.out.action = actionOfType(type);
  if ((type === 1409 || type === 1410) && !n.setObject('nlbl_domain', 0)) n.rewind();
  n.out.objectKind = 'mac-config';
  n.setResult(0);
}

function subjectLabel(n: Normalizer): void {
  if (!n.options.labels) return;
  n.rewind();
  if (n.cursor.find('pid') === undefined) n.rewind();
  const label = n.place('subj', 0);
  if (label === undefined) n.rewind();
  else n.out.subjectLabel = label;
}

function userMessage(n: Normalizer, type: number): void {
  if (type === 1112) userLogin(n);
  else {
    if (!n.setSubjectSecond('uid', 0)) n.rewind();
    n.setSubject('auid', 0);
  }
  n.setSession(0);
  subjectLabel(n);
  n.setResult(0);
  n.out.action = actionOfType(type);
  if (type === 1137) {
    n.rewind();
    n.out.action = n.cursor.find('op')?.value ?? n.out.action;
  }
  messageObject(n, type);
  if (type === 1127) n.out.objectKind = 'system';
  else if (type === 1128) n.out.objectKind = 'service';
  messageHow(n, type);
}

/** Who failed to log in has no login uid yet: the record names the account. */
function userLogin(n: Normalizer): void {
  if (n.setSubject('id', 0)) n.setSubjectKind();
  else {
    n.rewind();
    if (n.setSubject('acct', 0) && !n.setSubjectKind()) n.out.subjectKind = 'unknown-acct';
  }
  n.rewind();
}

/** The object of a user space message by its type: fields to look for in turn, and what kind it is. */
const OBJECTS: readonly (readonly [types: readonly number[], fields: string, kind: string])[] = [
  [[1130, 1131], 'unit', 'service'],
  [[1129], 'new-level', 'system'],
  [[2300], 'selected-context', 'user-session'],
  [[2301, 2302, 1102, 1135, 1136, 1114, 1115, 1116, 1117, 1132], 'id acct', 'account'],
  [[1105, 1106, 1109, 1112, 1113], 'terminal', 'user-session'],
  [[1100, 1101, 1103, 1110, 1104, 1108, 1133, 2100, 2101, 2102, 2104], 'acct', 'user-session'],
  [[2111, 1123], 'cmd', 'process'],
  [[1124, 1319], 'data', 'keystrokes'],
  [[1137], 'device', 'keystrokes'],
  [[1138], 'sw', 'software'],
  [[2502], 'vm', 'virtual-machine'],
  [[2501], 'resrc', 'virtual-machine'],
  [[2500], 'op', 'virtual-machine'],
  [[2304], 'printer', 'printer'],
  [[1405], 'bool', 'mac-config'],
  [[1404], 'enforcing', 'mac-config'],
  [[1403, 2303, 2307, 2308, 2309, 2310, 2311, 2312], '', 'mac-config'],
  [[1005], 'addr', 'unknown'],
  [[2404], 'fp', 'user-session'],
  [[2407], 'addr', 'user-session'],
  [[2109], 'hostname', 'file-system'],
];

function messageObject(n: Normalizer, type: number): void {
  const { out } = n;
  const rule = OBJECTS.find(([types]) => types.includes(type));
  n.cursor.firstField();
  if (type === 1111) {
    if (n.cursor.find('op') !== undefined) out.action = n.words();
    out.objectKind = 'system';
  }
  if (rule === undefined) return;
  out.objectKind = rule[2];
  for (const name of rule[1].split(' ')) {
    n.rewind();
    if (name !== '' && n.setObject(name, 0)) break;
  }
  n.rewind();
  if (type === 2407) out.objectSecond = n.place('rport', 0);
  if (type === 1138) out.objectSecond = n.place('sw_type', 0);
  n.rewind();
  if (type === 2500 || type === 2501) out.object2 = n.place('vm', 0);
  if (type === 1138) out.object2 = n.place('root_dir', 0);
}

function messageHow(n: Normalizer, type: number): void {
  n.rewind();
  if (type === 2111 || type === 1319) {
    if (n.cursor.find(type === 2111 ? 'terminal' : 'comm') !== undefined) n.out.how = n.words();
    return;
  }
  n.setHow();
}
