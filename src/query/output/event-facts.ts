import { decodeSockaddr } from '../../audit/interpret/sockaddr.ts';
import { decodeUntrusted } from '../../audit/interpret/hex.ts';
import type { NameSource } from '../../audit/interpret/names.ts';
import { BPF_LSM_ACCESS, recordTypeName } from '../../audit/tables/record-types.ts';
import { effectOf, readBpfAccess, type BpfAccess } from '../items/bpf-records.ts';
import { RecordFields } from '../normalize/record-fields.ts';
import type { EventText, RecordLine } from './event-text.ts';
import { textOf } from './utf8.ts';

const SYSCALL = 1300;
const PATH = 1302;
const SOCKADDR = 1306;
const CWD = 1307;
const EXECVE = 1309;
const PROCTITLE = 1327;
const UNSET_ID = '4294967295';

/** A number of a user or a group, and its name where there is one. */
export interface Identity {
  readonly id: string;
  readonly name: string | undefined;
}

/** A file of an event. */
export interface FileFacts {
  readonly path: string;
  readonly inode: string | undefined;
  /** Permissions, octal: `0644`. */
  readonly mode: string | undefined;
  readonly owner: Identity | undefined;
  readonly group: Identity | undefined;
  /** `NORMAL`, `PARENT`, `CREATE`, `DELETE` ... */
  readonly role: string | undefined;
}

/** What the records of an event say of the things that other schemas have names for. Text is UTF-16. */
export interface EventFacts {
  readonly types: readonly string[];
  readonly firstType: number;
  /** Name of the system call, or undefined. */
  readonly syscall: string | undefined;
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** Name of the error, such as `EACCES`. */
  readonly error: string | undefined;
  readonly user: Identity | undefined;
  readonly effectiveUser: Identity | undefined;
  readonly loginUser: Identity | undefined;
  readonly group: Identity | undefined;
  readonly pid: number | undefined;
  readonly parentPid: number | undefined;
  readonly command: string | undefined;
  readonly executable: string | undefined;
  readonly title: string | undefined;
  readonly args: readonly string[] | undefined;
  readonly directory: string | undefined;
  readonly session: string | undefined;
  readonly files: readonly FileFacts[];
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly keys: readonly string[];
  readonly decisions: readonly BpfAccess[];
}

/** Reads what the records of an event say. */
export function eventFacts(event: EventText, names: NameSource): EventFacts {
  const of = (type: number): RecordLine | undefined => event.records.find((record) => record.type === type);
  const task = new Reader(of(SYSCALL) ?? event.records[0], names);
  const decisions = event.records
    .filter((record) => record.type === BPF_LSM_ACCESS)
    .map((record) => textsOf(readBpfAccess(record.body)));
  const [decision] = decisions;
  const peer = peerOf(of(SOCKADDR));
  return {
    types: event.records.map((record) => recordTypeName(record.type) ?? `UNKNOWN[${record.type}]`),
    firstType: event.records[0]?.type ?? -1,
    syscall: task.words('syscall'),
    outcome: outcomeOf(task, decision),
    error: task.words('exit')?.match(/^(E[A-Z0-9]+)\(/)?.[1],
    user: task.identity('uid'),
    effectiveUser: task.identity('euid'),
    loginUser: task.identity('auid'),
    group: task.identity('gid'),
    pid: task.number('pid') ?? decision?.pid,
    parentPid: task.number('ppid'),
    command: task.words('comm') ?? decision?.comm,
    executable: task.words('exe'),
    title: new Reader(of(PROCTITLE), names).words('proctitle'),
    args: argsOf(of(EXECVE), names),
    directory: new Reader(of(CWD), names).words('cwd'),
    session: task.raw('ses') === UNSET_ID ? undefined : task.raw('ses'),
    files: filesOf(event, names, decision),
    address: decision?.daddr ?? peer.address,
    port: decision?.dest ?? peer.port,
    keys: keysOf(task),
    decisions,
  };
}

/** The fields of one record, in UTF-16. */
class Reader {
  readonly #record: RecordFields | undefined;
  readonly #names: NameSource;

  constructor(line: RecordLine | undefined, names: NameSource) {
    this.#record = line === undefined ? undefined : new RecordFields(line);
    this.#names = names;
  }

  raw(name: string): string | undefined {
    const value = this.#record?.fields.find((field) => field.name === name)?.value;
    return value === undefined ? undefined : textOf(value);
  }

  words(name: string): string | undefined {
    const field = this.#record?.fields.find((one) => one.name === name);
    if (field === undefined || this.#record === undefined || field.value === '(null)') return undefined;
    return textOf(this.#record.interpret(field, this.#names, 'raw'));
  }

  number(name: string): number | undefined {
    const value = this.raw(name);
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  identity(name: string): Identity | undefined {
    const id = this.raw(name);
    if (id === undefined || !/^\d+$/.test(id) || id === UNSET_ID) return undefined;
    const words = this.words(name)?.replace(/^"(.*)"$/, '$1');
    return {
      id,
      name: words === undefined || words === id || words.startsWith('unknown(') ? undefined : words,
    };
  }

  names(): readonly string[] {
    return this.#record?.fields.map((field) => field.name) ?? [];
  }
}

function outcomeOf(task: Reader, decision: BpfAccess | undefined): EventFacts['outcome'] {
  const said = task.raw('success') ?? task.raw('res') ?? task.raw('result');
  if (said !== undefined) return /^(?:yes|1|success)/.test(said) ? 'success' : 'failure';
  const effect = decision === undefined ? undefined : effectOf(decision);
  if (effect === undefined) return 'unknown';
  return effect === 'deny' ? 'failure' : 'success';
}

function argsOf(line: RecordLine | undefined, names: NameSource): readonly string[] | undefined {
  if (line === undefined) return undefined;
  const reader = new Reader(line, names);
  return reader.names().flatMap((name) => (/^a\d+$/.test(name) ? [reader.words(name) ?? ''] : []));
}

function filesOf(event: EventText, names: NameSource, decision: BpfAccess | undefined): FileFacts[] {
  const files = event.records.flatMap((record): FileFacts[] => {
    if (record.type !== PATH) return [];
    const reader = new Reader(record, names);
    const path = reader.words('name');
    if (path === undefined) return [];
    return [
      {
        path,
        inode: reader.raw('inode'),
        mode: reader.raw('mode')?.replace(/^0\d*?(\d{4})$/, '$1'),
        owner: reader.identity('ouid'),
        group: reader.identity('ogid'),
        role: reader.raw('nametype') ?? reader.raw('objtype'),
      },
    ];
  });
  const path = decision?.path ?? decision?.name;
  if (files.length > 0 || path === undefined) return files;
  return [{ path, inode: undefined, mode: undefined, owner: undefined, group: undefined, role: undefined }];
}

function peerOf(line: RecordLine | undefined): { readonly address?: string; readonly port?: number } {
  const hex = / saddr=([0-9A-Fa-f]+)/.exec(line?.body ?? '')?.[1];
  const peer = hex === undefined ? undefined : decodeSockaddr(hex);
  if (peer?.address === undefined) return {};
  return { address: peer.address, ...(peer.port === undefined ? {} : { port: peer.port }) };
}

function keysOf(task: Reader): readonly string[] {
  const value = task.raw('key');
  if (value === undefined || value === '(null)') return [];
  return decodeUntrusted(value)
    .split('\x01')
    .filter((key) => key !== '');
}

function textsOf(access: BpfAccess): BpfAccess {
  return Object.fromEntries(
    Object.entries(access).map(([name, value]: [string, string | number | boolean]) => [
      name,
      typeof value === 'string' ? textOf(value) : value,
    ]),
  );
}
