import { readFileSync } from 'node:fs';
import type { NameSource } from '../../audit/interpret/names.ts';
import type { Machine } from '../../audit/tables/machines.ts';
import { findGroupId, findGroupName, findUserId, findUserName } from '../../sys/accounts.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: 'x86_64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** More ids than a machine has users; a log may hold any number of others. */
const MAX_ASKED = 65_536;

/**
 * Names of users and groups as ausearch finds them: of passwd(5) and group(5), else of the other sources that
 * nsswitch.conf(5) names. Each file is read, and each id asked for, once.
 */
export class SystemNames implements NameSource {
  #users: Accounts | undefined;
  #groups: Accounts | undefined;
  #protocols: Map<number, string> | undefined;

  user(uid: number): string | undefined {
    return this.#userAccounts().name(uid);
  }

  group(gid: number): string | undefined {
    return this.#groupAccounts().name(gid);
  }

  protocol(number: number): string | undefined {
    this.#protocols ??= protocolTable();
    return this.#protocols.get(number);
  }

  /** The number of a user name, or undefined. */
  userId(name: string): number | undefined {
    return this.#userAccounts().id(name);
  }

  /** The number of a group name, or undefined. */
  groupId(name: string): number | undefined {
    return this.#groupAccounts().id(name);
  }

  #userAccounts(): Accounts {
    this.#users ??= new Accounts('passwd', findUserName, findUserId);
    return this.#users;
  }

  #groupAccounts(): Accounts {
    this.#groups ??= new Accounts('group', findGroupName, findGroupId);
    return this.#groups;
  }
}

/** One kind of accounts. */
class Accounts {
  readonly #names: Map<number, string>;
  readonly #asked = new Map<number, string | undefined>();
  readonly #hasOthers: boolean;
  readonly #findName: (id: number) => string | undefined;
  readonly #findId: (name: string) => number | undefined;

  constructor(
    database: 'passwd' | 'group',
    findName: (id: number) => string | undefined,
    findId: (name: string) => number | undefined,
  ) {
    this.#names = idTable(`/etc/${database}`);
    this.#hasOthers = hasOtherSources(textOf('/etc/nsswitch.conf'), database);
    this.#findName = findName;
    this.#findId = findId;
  }

  name(id: number): string | undefined {
    const known = this.#names.get(id);
    if (known !== undefined || !this.#hasOthers) return known;
    if (!this.#asked.has(id)) {
      if (this.#asked.size >= MAX_ASKED) this.#asked.clear();
      this.#asked.set(
        id,
        answer(() => this.#findName(id)),
      );
    }
    return this.#asked.get(id);
  }

  id(name: string): number | undefined {
    const known = keyOf(this.#names, name);
    return known === undefined && this.#hasOthers ? answer(() => this.#findId(name)) : known;
  }
}

/** A source that does not answer knows no name: the number is printed, as ausearch does. */
function answer<T>(ask: () => T | undefined): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** Whether nsswitch.conf(5) names more than the files of /etc for a database. */
export function hasOtherSources(configuration: string, database: 'passwd' | 'group'): boolean {
  const line = new RegExp(`^\\s*${database}:([^#\n]*)`, 'm').exec(configuration)?.[1] ?? '';
  const sources = line.replaceAll(/\[[^\]]*\]/g, ' ').split(/\s+/);
  return sources.some((source) => source !== '' && source !== 'files');
}

/** What this machine knows, with the date format of the locale that the environment names. */
export function localKnowledge(
  env: Readonly<Record<string, string | undefined>>,
): LocalKnowledge & { readonly names: SystemNames } {
  return {
    names: new SystemNames(),
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
    const { execFileSync } = process.getBuiltinModule('node:child_process');
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
