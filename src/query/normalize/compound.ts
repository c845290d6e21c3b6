import { lowInt32 } from '../../audit/interpret/numbers.ts';
import { actionOfType, callKind, eventKind } from './actions.ts';
import { fileAction } from './file-action.ts';
import type { Normalizer } from './normalizer.ts';

const SYSCALL = 1300;
const ANOM_LINK = 1702;
/** What a record beside the SYSCALL record says the event is about. */
const KIND_BY_RECORD: Readonly<Record<number, string>> = {
  1401: 'macError',
  1325: 'firewall',
  1700: 'promiscuous',
  1330: 'loadModule',
  1403: 'macLoad',
  1404: 'macEnforce',
  1405: 'macConfig',
  1332: 'time',
  1333: 'time',
  1334: 'bpf',
  1335: 'listener',
};

/** An event of several records: a system call, with what was logged during it. */
export function normalizeCompound(n: Normalizer): void {
  const { cursor, out } = n;
  const firstType = cursor.type;
  while (cursor.type !== SYSCALL && cursor.nextRecord());
  out.kind = eventKind(firstType);
  if (cursor.type !== SYSCALL) return;
  const record = cursor.record;
  const syscall = cursor.find('syscall') === undefined ? '' : n.words();
  readResult(n, record);
  if (!n.setSubject('auid', record)) n.rewind(record);
  if (!n.setSubjectSecond('uid', record)) n.rewind(record);
  readSubjectDetails(n);
  cursor.firstField();
  if (!n.setHow()) n.rewind(record);
  readKey(n, record);
  if (firstType === ANOM_LINK) out.action = actionOfType(firstType);
  else readCall(n, syscall);
}

function readResult(n: Normalizer, record: number): void {
  const found = n.cursor.find('success');
  if (found === undefined) {
    n.rewind(record);
    return;
  }
  n.out.syscallSuccess = found.value === 'no' ? 0 : 1;
  n.out.result = n.cursor.place(record);
}

function readSubjectDetails(n: Normalizer): void {
  const { cursor } = n;
  n.rewind();
  while (cursor.type !== SYSCALL && cursor.nextRecord());
  if (cursor.type !== SYSCALL) return;
  const record = cursor.record;
  n.setSession(record);
  if (!n.options.labels) return;
  n.rewind(record);
  const label = n.place('subj', record);
  if (label === undefined) n.rewind(record);
  else n.out.subjectLabel = label;
}

function readKey(n: Normalizer, record: number): void {
  const found = n.cursor.find('key');
  if (found !== undefined && found.value !== '(null)') n.out.key = n.cursor.place(record);
}

function readCall(n: Normalizer, syscall: string): void {
  let kind: string | undefined;
  let override: string | undefined;
  let type = 0;
  for (const record of n.records) {
    type = record.type;
    if (type === 1400) override = 'accessed-mac-policy-controlled-object';
    else if (type === 1331) override = 'accessed-policy-controlled-file';
    kind = KIND_BY_RECORD[type];
    if (override !== undefined || kind !== undefined) break;
  }
  n.out.action = actOf(n, kind ?? callKind(syscall) ?? 'other', syscall, type);
  if (override !== undefined) n.out.action = override;
}

const SOCKET_CALLS: Readonly<Record<string, string>> = {
  accept: 'accepted-connection-from',
  bind: 'bound-socket',
  connect: 'connected-to',
  receive: 'received-from',
  send: 'sent-to',
};

function actOf(n: Normalizer, kind: string, syscall: string, type: number): string | undefined {
  const file = fileAction(n, kind, syscall);
  if (file !== undefined) return file;
  const socket = SOCKET_CALLS[kind];
  if (socket !== undefined) {
    n.out.objectKind = 'socket';
    if (n.cursor.toRecord(1)) n.setObject('saddr', 1);
    return socket;
  }
  return kernelAction(n, kind, type) ?? processAction(n, kind, syscall);
}

function kernelAction(n: Normalizer, kind: string, type: number): string | undefined {
  const { out } = n;
  switch (kind) {
    case 'loadModule':
      out.objectKind = 'file';
      if (n.cursor.toRecord(1)) n.setObject('name', 1);
      return 'loaded-kernel-module';
    case 'unloadModule':
      out.objectKind = 'file';
      return 'unloaded-kernel-module';
    case 'macLoad':
      out.objectKind = 'mac-config';
      return actionOfType(type);
    case 'macConfig':
    case 'macEnforce':
      n.takeObject(kind === 'macConfig' ? 'bool' : 'enforcing');
      out.objectKind = 'mac-config';
      return actionOfType(type);
    case 'macError':
      out.objectKind = 'system';
      return 'caused-mac-policy-error';
    case 'firewall':
      n.rewind();
      n.takeObject('table');
      out.objectKind = 'firewall';
      return 'loaded-firewall-rule-to';
    case 'promiscuous':
      return promiscuousAction(n);
    case 'bpf':
    case 'listener':
      return kind === 'bpf' ? bpfAction(n) : listenerAction(n);
    default:
      return undefined;
  }
}

function promiscuousAction(n: Normalizer): string | undefined {
  n.rewind();
  n.takeObject('dev');
  const field = n.cursor.find('prom');
  n.out.objectKind = 'socket';
  if (field === undefined) return undefined;
  return lowInt32(field.value, 10) === 0
    ? 'left-promiscuous-mode-on-device'
    : 'entered-promiscuous-mode-on-device';
}

/** A BPF program was loaded or unloaded. */
export function bpfAction(n: Normalizer): string {
  n.rewind();
  const op = n.cursor.find('op')?.value;
  n.out.objectKind = 'process';
  n.setProgramObject();
  if (op === undefined) return 'bpf-program';
  return op === 'LOAD' ? 'loaded-bpf-program' : 'unloaded-bpf-program';
}

/** Someone began or ceased to listen to audit's multicast. */
export function listenerAction(n: Normalizer): string {
  n.rewind();
  const op = n.cursor.find('op')?.value;
  n.out.objectKind = 'socket';
  n.setProgramObject();
  if (op === undefined) return 'connected';
  return op === 'connect' ? 'connected-to' : 'disconnected-from';
}

function processAction(n: Normalizer, kind: string, syscall: string): string {
  const { out } = n;
  switch (kind) {
    case 'kill':
      if (n.cursor.toRecord(1)) n.takeObject('saddr');
      out.objectKind = 'process';
      return n.records.length > 2 ? 'killed-list-of-pids' : 'killed-pid';
    case 'identity':
    case 'schedule':
      out.objectKind = 'process';
      n.setProgramObject();
      if (out.how !== undefined) out.how = syscall;
      if (kind === 'schedule') return 'adjusted-scheduling-policy-of';
      setIdentity2(n, syscall);
      return 'changed-identity-of';
    case 'time':
    case 'hostname':
      out.objectKind = 'system';
      return kind === 'time' ? 'changed-system-time' : 'changed-system-name';
    case 'memory':
      return memoryAction(n);
    default:
      return ruleAction(n);
  }
}

const IDENTITY_ARGS: Readonly<Record<string, number>> = {
  setuid: 1,
  setreuid: 2,
  setresuid: 3,
  setgid: 1,
  setregid: 2,
  setresgid: 3,
};

function setIdentity2(n: Normalizer, syscall: string): void {
  const limit = IDENTITY_ARGS[syscall];
  if (limit === undefined || n.cursor.findIn(0, 'a0') === undefined) return;
  for (let i = 1; i < limit && n.words() === 'unset'; i += 1) n.cursor.nextField();
  n.out.object2 = n.cursor.place(0);
}

function memoryAction(n: Normalizer): string {
  n.out.objectKind = 'memory';
  if (n.out.syscallSuccess !== 1) return 'allocated-memory';
  n.rewind();
  n.takeObject('comm');
  return 'allocated-memory-in';
}

function ruleAction(n: Normalizer): string {
  n.out.objectKind = 'admin-defined-rule';
  const key = n.cursor.findIn(0, 'key');
  if (key === undefined || key.value === '(null)') return 'triggered-unknown-audit-rule';
  n.out.object = n.cursor.place();
  return 'triggered-audit-rule';
}
