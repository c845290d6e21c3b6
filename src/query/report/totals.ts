import { NO_LOGINUID, SUCCESS_FAILED, SUCCESS_YES, type SearchItems } from '../items/search-items.ts';
import type { ReportEvent } from './report-event.ts';
import { Tally, type TallyEntry } from './tally.ts';

/** What the main summary counts, and the words it has for it, in the order in which they are printed. */
const COUNTERS = [
  ['changes', 'Number of changes in configuration'],
  ['accounts', 'Number of changes to accounts, groups, or roles'],
  ['logins', 'Number of logins'],
  ['failedLogins', 'Number of failed logins'],
  ['auths', 'Number of authentications'],
  ['failedAuths', 'Number of failed authentications'],
  ['users', 'Number of users'],
  ['terminals', 'Number of terminals'],
  ['hosts', 'Number of host names'],
  ['exes', 'Number of executables'],
  ['comms', 'Number of commands'],
  ['files', 'Number of files'],
  ['avcs', "Number of AVC's"],
  ['mac', 'Number of MAC events'],
  ['failedSyscalls', 'Number of failed syscalls'],
  ['anomalies', 'Number of anomaly events'],
  ['responses', 'Number of responses to anomaly events'],
  ['crypto', 'Number of crypto events'],
  ['integrity', 'Number of integrity events'],
  ['virt', 'Number of virt events'],
  ['keys', 'Number of keys'],
  ['pids', 'Number of process IDs'],
  ['events', 'Number of events'],
] as const;

type Counter = (typeof COUNTERS)[number][0];
const SETS = ['users', 'terminals', 'hosts', 'exes', 'comms', 'files', 'keys', 'pids'] as const;
type SetName = (typeof SETS)[number];

/** The totals of one thread, to be added to those of the others. */
export interface TotalsSnapshot {
  readonly counts: Readonly<Partial<Record<Counter, number>>>;
  readonly sets: Readonly<Record<SetName, readonly string[]>>;
}

/** The totals of the main summary. */
export class Totals {
  readonly #counts = new Map<Counter, number>();
  readonly #sets: Readonly<Record<SetName, Tally>> = {
    users: new Tally(),
    terminals: new Tally(),
    hosts: new Tally(),
    exes: new Tally(),
    comms: new Tally(),
    files: new Tally(),
    keys: new Tally(),
    pids: new Tally(),
  };

  /** Counts an event. */
  add(event: ReportEvent): void {
    const { items } = event;
    this.#count('events');
    if (!event.isPlainSyscall()) this.#addByType(event);
    if (items.success === SUCCESS_FAILED && items.syscall > 0) this.#count('failedSyscalls');
    if (items.pid !== -1) this.notePid(items.pid);
    this.#note('hosts', items.host);
    this.noteTask(items);
    for (const file of items.files ?? []) this.noteFile(file.name);
  }

  /** Counts events of a system call that have nothing but what belongs to one, and how many calls failed. */
  addPlain(events: number, failed: number): void {
    if (events > 0) this.#count('events', events);
    if (failed > 0) this.#count('failedSyscalls', failed);
  }

  /** Notes who made a call. */
  noteTask(items: SearchItems): void {
    if (items.loginuid !== NO_LOGINUID) this.#note('users', String(items.loginuid));
    this.#note('terminals', items.terminal);
    this.#note('exes', items.exe);
    this.#note('comms', items.comm);
    for (const key of items.keys ?? []) if (key !== '(null)') this.#note('keys', key);
  }

  /** Notes a process. */
  notePid(pid: number): void {
    this.#note('pids', String(pid));
  }

  /** Notes the name of a file. */
  noteFile(name: string): void {
    this.#note('files', name);
  }

  /** What can be handed to another thread. */
  snapshot(): TotalsSnapshot {
    const sets = Object.fromEntries(
      SETS.map((name) => [name, this.#sets[name].entries().map((entry: TallyEntry) => entry.key)]),
    );
    return { counts: Object.fromEntries(this.#counts), sets: { ...emptySets(), ...sets } };
  }

  /** Adds the totals of another thread. */
  merge(other: TotalsSnapshot): void {
    for (const [name] of COUNTERS) {
      const count = other.counts[name];
      if (count !== undefined) this.#count(name, count);
    }
    for (const name of SETS) for (const key of other.sets[name]) this.#note(name, key);
  }

  /** Names, words and numbers, in the order in which they are printed. */
  rows(): { readonly name: string; readonly label: string; readonly count: number }[] {
    return COUNTERS.map(([name, label]) => ({ name, label, count: this.#total(name) }));
  }

  #total(name: Counter): number {
    const set = SETS.find((known) => known === name);
    return set === undefined ? (this.#counts.get(name) ?? 0) : this.#sets[set].size;
  }

  #addByType(event: ReportEvent): void {
    for (const type of [1305, 1203, 1111]) if (event.has(type)) this.#count('changes');
    if (event.hasBetween(1403, 1417)) this.#count('changes');
    if (event.has(1108)) this.#count('accounts');
    if (event.hasBetween(1114, 1117)) this.#count('accounts');
    if (event.has(1119)) this.#count('accounts');
    if (event.hasBetween(2301, 2302)) this.#count('accounts');
    for (const [low, high] of [
      [1600, 1699],
      [2400, 2499],
    ] as const) {
      if (event.hasBetween(low, high)) this.#count('crypto');
    }
    this.#addLogin(event);
    if (event.has(1400, 1107)) this.#count('avcs');
    if (event.hasBetween(1403, 1417)) this.#count('mac');
    if (event.hasBetween(2300, 2399)) this.#count('mac');
    if (event.hasBetween(2100, 2199)) this.#count('anomalies');
    if (event.hasBetween(1700, 1799)) this.#count('anomalies');
    if (event.hasBetween(2200, 2299)) this.#count('responses');
    if (event.hasBetween(1800, 1899)) this.#count('integrity');
    if (event.hasBetween(2500, 2599)) this.#count('virt');
  }

  #addLogin(event: ReportEvent): void {
    const { success } = event.items;
    if (event.has(1112)) {
      if (success === SUCCESS_YES) this.#count('logins');
      else if (success === SUCCESS_FAILED) this.#count('failedLogins');
    }
    const isAuth = event.has(1100) || event.has(1126);
    if (isAuth && success === SUCCESS_YES) this.#count('auths');
    else if ((isAuth || event.has(1101)) && success === SUCCESS_FAILED) this.#count('failedAuths');
  }

  #count(name: Counter, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  #note(name: SetName, key: string | undefined): void {
    if (key !== undefined) this.#sets[name].add(key, 0);
  }
}

function emptySets(): Record<SetName, string[]> {
  return { users: [], terminals: [], hosts: [], exes: [], comms: [], files: [], keys: [], pids: [] };
}
