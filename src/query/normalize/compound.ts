import { low32, lowInt32 } from '../../audit/interpret/numbers.ts';
import { actionOfType, callKind, eventKind } from './actions.ts';
import type { Normalizer } from './normalizer.ts';

const SYSCALL = 1300;
const PATH = 1302;
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

/** Calls whose object is a file: what was done, and how many records behind the usual place it stands. */
const FILE_CALLS: Readonly<Record<string, readonly [action: string, adjust: number, kind?: string]>> = {
  open: ['opened-file', 0],
  mkdir: ['created-directory', 1],
  stat: ['checked-metadata-of', 0],
  statfs: ['checked-filesystem-metadata-of', 0, 'file-system'],
  umount: ['unmounted', 0, 'file-system'],
  delete: ['deleted', 0],
  utime: ['changed-timestamp-of', 0],
  exec: ['executed', 1],
  rename: ['renamed', 2],
  symlink: ['symlinked', 2],
  chattr: ['changed-file-attributes-of', 0],
  chperm: ['changed-file-permissions-of', 0],
  chown: ['changed-file-ownership-of', 0],
  mount: ['mounted', 0, 'file-system'],
};

const SOCKET_CALLS: Readonly<Record<string, string>> = {
  accept: 'accepted-connection-from',
  bind: 'bound-socket',
  connect: 'connected-to',
  receive: 'received-from',
  send: 'sent-to',
};

function actOf(n: Normalizer, kind: string, syscall: string, type: number): string | undefined {
  const file = FILE_CALLS[kind];
  if (file !== undefined) return fileAction(n, kind, syscall, file);
  const socket = SOCKET_CALLS[kind];
  if (socket !== undefined) {
    n.out.objectKind = 'socket';
    if (n.cursor.toRecord(1)) n.setObject('saddr', 1);
    return socket;
  }
  return kernelAction(n, kind, type) ?? processAction(n, kind, syscall);
}

function fileAction(
  n: Normalizer,
  kind: string,
  syscall: string,
  [action, adjust, objectKind]: readonly [string, number, string?],
): string {
  n.out.objectKind = objectKind ?? 'file';
  let offset = adjust;
  if (['fsetxattr', 'fchmod', 'fchown'].includes(syscall)) offset = -1;
  if (kind === 'mount') {
    offset = n.out.syscallSuccess;
    if (offset === 1) setObject2(n, 2);
  }
  if (kind === 'rename') setObject2(n, 6);
  if (kind === 'symlink') setObject2(n, 2);
  if (kind === 'chperm') setArgument2(n, syscall === 'fchmodat' ? 'a2' : 'a1');
  if (kind === 'chown') setOwner2(n, syscall === 'fchownat' ? 'a2' : 'a1');
  setFileObject(n, offset);
  setFileLabel(n);
  // What is opened is always called a file, whatever its mode says: so does auparse.
  if (kind === 'open') n.out.objectKind = 'file';
  return action;
}

/** The PATH record of the object; the parent directory if nothing else was logged. */
function setFileObject(n: Normalizer, adjust: number): void {
  const { cursor, out } = n;
  let parent = 0;
  let found: string | undefined;
  cursor.toRecord(2 + adjust);
  for (;;) {
    const field = cursor.find('nametype');
    found = field?.value;
    if (found === undefined || found !== 'PARENT') break;
    if (parent === 0) parent = cursor.record;
    if (!cursor.nextRecord()) break;
  }
  if (found === undefined) {
    if (parent === 0) return;
    cursor.toRecord(parent);
  }
  const record = cursor.record;
  if (cursor.type !== PATH) return;
  cursor.firstField();
  n.setObject('name', record);
  const inode = n.place('inode', record);
  if (inode !== undefined) out.objectSecond = inode;
  const mode = cursor.find('mode');
  if (mode !== undefined) out.objectKind = fileKind(low32(mode.value, 8) ?? 0) ?? out.objectKind;
}

const FILE_KINDS: Readonly<Record<number, string>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o020000: 'character-device',
  0o060000: 'block-device',
  0o010000: 'fifo',
  0o120000: 'symlink',
  0o140000: 'socket',
};

function fileKind(mode: number): string | undefined {
  return FILE_KINDS[mode & 0o170000];
}

function setFileLabel(n: Normalizer): void {
  if (!n.options.labels || n.out.object === undefined) return;
  const { record } = n.out.object;
  const label = n.records[record]?.fields.findIndex((field) => field.name === 'obj') ?? -1;
  if (label >= 0) n.out.objectLabel = { record, field: label };
}

function setObject2(n: Normalizer, record: number): void {
  if (n.cursor.findIn(record, 'name') !== undefined) n.out.object2 = n.cursor.place(record);
}

function setArgument2(n: Normalizer, name: string): void {
  if (n.cursor.findIn(0, name) !== undefined) n.out.object2 = n.cursor.place(0);
}

function setOwner2(n: Normalizer, name: string): void {
  const field = n.cursor.findIn(0, name);
  if (field === undefined) return;
  // An owner of -1 stays as it is: the group is what changes.
  if (lowInt32(field.value, 16) === -1) n.cursor.nextField();
  n.out.object2 = n.cursor.place(0);
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
    case 'mknod':
      return mknodAction(n);
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

function mknodAction(n: Normalizer): string {
  setFileObject(n, 0);
  setFileLabel(n);
  if (n.out.objectKind === 'character-device') return 'made-character-device';
  return n.out.objectKind === 'block-device' ? 'made-block-device' : 'make-device';
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
