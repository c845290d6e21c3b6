import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { NameSource } from '../../audit/interpret/names.ts';
import type { Machine } from '../../audit/tables/machines.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: 'x86_64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** Names from passwd(5), group(5) and protocols(5), each read when it is first asked for. */
export class FileNames implements NameSource {
  #users: Map<number, string> | undefined;
  #groups: Map<number, string> | undefined;
  #protocols: Map<number, string> | undefined;

  user(uid: number): string | undefined {
    this.#users ??= idTable('/etc/passwd');
    return this.#users.get(uid);
  }

  group(gid: number): string | undefined {
    this.#groups ??= idTable('/etc/group');
    return this.#groups.get(gid);
  }

  protocol(number: number): string | undefined {
    this.#protocols ??= protocolTable();
    return this.#protocols.get(number);
  }

  /** The number of a user name, or undefined. */
  userId(name: string): number | undefined {
    this.#users ??= idTable('/etc/passwd');
    return keyOf(this.#users, name);
  }

  /** The number of a group name, or undefined. */
  groupId(name: string): number | undefined {
    this.#groups ??= idTable('/etc/group');
    return keyOf(this.#groups, name);
  }
}

/** What this machine knows, with the date format of the locale that the environment names. */
export function localKnowledge(
  env: Readonly<Record<string, string | undefined>>,
): LocalKnowledge & { readonly names: FileNames } {
  return {
    names: new FileNames(),
    dateFormat: dateFormat(env),
    nativeMachine: MACHINES[process.arch] ?? 'x86_64',
  };
}

function dateFormat(env: Readonly<Record<string, string | undefined>>): string {
  const locale = [env['LC_ALL'], env['LC_TIME'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  if (locale === undefined || /^(C|POSIX)(\.|$)/.test(locale)) return '%m/%d/%y';
  try {
    const format = execFileSync('locale', ['d_fmt'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return format.trim() === '' ? '%m/%d/%y' : format.trim();
  } catch {
    return '%m/%d/%y';
  }
}

function idTable(path: string): Map<number, string> {
  const table = new Map<number, string>();
  for (const line of textOf(path).split('\n')) {
    const [name, , id] = line.split(':');
    if (name === undefined || id === undefined || !/^\d+$/.test(id)) continue;
    if (!table.has(Number(id))) table.set(Number(id), name);
  }
  return table;
}

function protocolTable(): Map<number, string> {
  const table = new Map<number, string>();
  for (const line of textOf('/etc/protocols').split('\n')) {
    const found = /^([^#\s]+)\s+(\d+)/.exec(line);
    const name = found?.[1];
    if (name !== undefined && !table.has(Number(found?.[2]))) table.set(Number(found?.[2]), name);
  }
  return table;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function keyOf(table: ReadonlyMap<number, string>, name: string): number | undefined {
  for (const [id, known] of table) if (known === name) return id;
  return undefined;
}
