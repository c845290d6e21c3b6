import { interpretTtyData } from '../../audit/interpret/tty-data.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import { SUCCESS_FAILED, type Wants } from '../items/search-items.ts';
import { syscallWord, type ReportEvent } from './report-event.ts';

/** One report: a row for each event that belongs to it, or how often each key comes. */
export interface ReportKind {
  /** The options of aureport(8) that ask for it. */
  readonly options: readonly string[];
  readonly help: string;
  /** The heading of the detailed report. */
  readonly title: string;
  readonly columns: string;
  /** How long the rules above and below the columns are. */
  readonly rule: number;
  readonly lastRule?: number;
  /** The heading of the ranked totals; none if there are no such totals. */
  readonly summaryTitle?: string;
  readonly summaryColumn?: string;
  readonly summaryRule?: number;
  readonly wants: Wants;
  /** The rows of an event, without number and time; empty if it does not belong to the report. */
  rows(event: ReportEvent): readonly string[];
  /** What the event adds to the ranked totals. */
  keys(event: ReportEvent, interpret: boolean): readonly string[];
  /** Keys are numbers; those with equally many hits are ordered by them. */
  readonly hasNumericKeys?: boolean;
  /** A key in words. */
  keyWord?(key: string): string;
}

const PROGRAM: Wants = { exe: true, host: true, terminal: true };

/** The name of a type, by the number that the ranked totals count. */
function typeName(key: string): string {
  return recordTypeName(Number(key)) ?? '(null)';
}

function oneIf(condition: boolean, row: () => string): readonly string[] {
  return condition ? [row()] : [];
}

function typed(event: ReportEvent, ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([low, high]) => event.hasBetween(low, high));
}

/** A report of events whose records have certain types, ranked by the type of their first record. */
function typeReport(
  kind: Omit<ReportKind, 'rows' | 'keys' | 'keyWord'>,
  ranges: readonly (readonly [number, number])[],
  row: (event: ReportEvent) => string,
): ReportKind {
  return {
    ...kind,
    rows: (event) => oneIf(typed(event, ranges), () => row(event)),
    keys: (event) => oneIf(typed(event, ranges), () => String(event.firstType)),
    hasNumericKeys: true,
    keyWord: typeName,
  };
}

function place(event: ReportEvent): string {
  return `${event.items.terminal ?? '?'} ${event.items.host ?? '?'}`;
}

/** Failed and successful authentications. */
function isAuthentication(event: ReportEvent): boolean {
  return event.has(1100) || (event.has(1101) && event.items.success === SUCCESS_FAILED);
}

function authKeys(event: ReportEvent): readonly string[] {
  return [event.items.acct !== undefined ? event.items.acct : event.user(event.items.loginuid)];
}

function avcRows(event: ReportEvent): readonly string[] {
  const avcs = (event.items.avcs ?? []).filter(
    (avc) => avc.tclass !== undefined || avc.permission !== undefined,
  );
  return avcs.map(
    (avc) =>
      `${event.text(event.items.comm)} ${avc.subject ?? '(null)'} ${event.syscall()} ${avc.tclass ?? '(null)'} ` +
      `${avc.permission ?? '(null)'} ${avc.object ?? '(null)'} ${['unset', 'denied', 'granted'][avc.result]} ${event.event.serial}`,
  );
}

function fileRow(event: ReportEvent): string {
  const files = event.items.files ?? [];
  const file = files.length > 1 ? files.find((item) => item.role !== 'PARENT') : files[0];
  return (
    `${event.text(file?.name ?? '')} ${event.syscall()} ${event.success()} ` +
    `${event.text(event.items.exe)} ${event.auid()} ${event.event.serial}`
  );
}

function ttyRow(event: ReportEvent): string {
  const { items } = event;
  const body = event.event.records[0]?.body ?? '';
  const start = body.indexOf('data=');
  const data = body.slice(start + 5);
  const end = data.lastIndexOf(' ');
  return (
    `${event.event.serial} ${event.auid()} ${items.terminal ?? '?'} ${items.session >>> 0} ` +
    `${event.text(items.comm)} ${interpretTtyData(end < 0 ? data : data.slice(0, end))}`
  );
}

const MAC: readonly (readonly [number, number])[] = [
  [1403, 1417],
  [2300, 2399],
];

/** The reports of aureport(8). */
export const STOCK_REPORTS: readonly ReportKind[] = [
  {
    options: ['-a', '--avc'],
    help: 'access vector decisions (SELinux)',
    title: 'AVC Report',
    columns: '# date time comm subj syscall class permission obj result event',
    rule: 63,
    summaryTitle: 'Avc Object Summary Report',
    summaryColumn: 'obj',
    summaryRule: 33,
    wants: { comm: true, subject: true, object: true },
    rows: (event) => (event.has(1400, 1107) ? avcRows(event) : []),
    keys: (event) =>
      event.has(1400, 1107)
        ? (event.items.avcs ?? []).flatMap((avc) => (avc.tclass === undefined ? [] : [avc.object ?? '']))
        : [],
  },
  {
    options: ['-au', '--auth'],
    help: 'attempts to authenticate',
    title: 'Authentication Report',
    columns: '# date time acct host term exe success event',
    rule: 44,
    summaryTitle: 'Authentication Summary Report',
    summaryColumn: 'acct',
    summaryRule: 29,
    wants: PROGRAM,
    rows: (event) =>
      oneIf(isAuthentication(event), () => {
        const { items } = event;
        const who = items.acct === undefined ? event.user(items.uid) : event.text(items.acct);
        return `${who} ${items.host ?? '(null)'} ${items.terminal ?? '(null)'} ${items.exe ?? '(null)'} ${event.success()} ${event.event.serial}`;
      }),
    keys: (event) => (isAuthentication(event) ? authKeys(event) : []),
  },
  {
    options: ['--comm'],
    help: 'commands that were run',
    title: 'Command Report',
    columns: '# date time comm term host auid event',
    rule: 36,
    lastRule: 37,
    summaryTitle: 'Command Summary Report',
    summaryColumn: 'command',
    summaryRule: 33,
    wants: { ...PROGRAM, comm: true },
    rows: (event) =>
      oneIf(
        event.items.comm !== undefined,
        () => `${event.text(event.items.comm)} ${place(event)} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.comm === undefined ? [] : [event.items.comm]),
  },
  typeReport(
    {
      options: ['-c', '--config'],
      help: 'changes of the configuration',
      title: 'Config Change Report',
      columns: '# date time type auid success event',
      rule: 35,
      summaryTitle: 'Config Change Summary Report',
      summaryColumn: 'type',
      summaryRule: 28,
      wants: {},
    },
    [
      [1305, 1305],
      [1203, 1203],
      [1111, 1111],
      [1403, 1417],
    ],
    (event) => `${event.typeWord()} ${event.auid()} ${event.success()} ${event.event.serial}`,
  ),
  typeReport(
    {
      options: ['-cr', '--crypto'],
      help: 'cryptography',
      title: 'Crypto Report',
      columns: '# date time auid type success event',
      rule: 35,
      summaryTitle: 'Crypto Summary Report',
      summaryColumn: 'type',
      summaryRule: 21,
      wants: {},
    },
    [
      [1600, 1699],
      [2400, 2499],
    ],
    (event) => `${event.auid()} ${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
  {
    options: ['-e', '--event'],
    help: 'all events',
    title: 'Event Report',
    columns: '# date time event type auid success',
    rule: 35,
    summaryTitle: 'Event Summary Report',
    summaryColumn: 'type',
    summaryRule: 22,
    wants: {},
    rows: (event) => [`${event.event.serial} ${event.typeWord()} ${event.auid()} ${event.success()}`],
    keys: (event) => (event.firstType === -1 ? [] : [String(event.firstType)]),
    hasNumericKeys: true,
    keyWord: typeName,
  },
  {
    options: ['-f', '--file'],
    help: 'files and af_unix sockets',
    title: 'File Report',
    columns: '# date time file syscall success exe auid event',
    rule: 47,
    summaryTitle: 'File Summary Report',
    summaryColumn: 'file',
    summaryRule: 27,
    wants: { file: true, exe: true },
    rows: (event) => oneIf(event.items.files !== undefined, () => fileRow(event)),
    keys: (event) => (event.items.files ?? []).map((file) => file.name),
  },
  {
    options: ['-h', '--host'],
    help: 'remote hosts',
    title: 'Host Report',
    columns: '# date time host syscall auid event',
    rule: 35,
    summaryTitle: 'Host Summary Report',
    summaryColumn: 'host',
    summaryRule: 27,
    wants: { host: true },
    rows: (event) =>
      oneIf(
        event.items.host !== undefined,
        () => `${event.items.host} ${event.syscall()} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.host === undefined ? [] : [event.items.host]),
  },
  typeReport(
    {
      options: ['--integrity'],
      help: 'integrity measurement',
      title: 'Integrity Report',
      columns: '# date time type success event',
      rule: 30,
      summaryTitle: 'Integrity Summary Report',
      summaryColumn: 'type',
      summaryRule: 24,
      wants: {},
    },
    [[1800, 1899]],
    (event) => `${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
  {
    options: ['-k', '--key'],
    help: 'keys of audit rules',
    title: 'Key Report',
    columns: '# date time key success exe auid event',
    rule: 47,
    summaryTitle: 'Key Summary Report',
    summaryColumn: 'key',
    summaryRule: 27,
    wants: { exe: true, key: true },
    rows: (event) => {
      const key = event.items.keys?.[0];
      return oneIf(
        key !== undefined && key !== '(null)',
        () =>
          `${key} ${event.success()} ${event.text(event.items.exe)} ${event.auid()} ${event.event.serial}`,
      );
    },
    keys: (event) => (event.items.keys ?? []).filter((key) => key !== '(null)'),
  },
  {
    options: ['-l', '--login'],
    help: 'logins',
    title: 'Login Report',
    columns: '# date time auid host term exe success event',
    rule: 44,
    summaryTitle: 'Login Summary Report',
    summaryColumn: 'auid',
    summaryRule: 28,
    wants: PROGRAM,
    rows: (event) =>
      oneIf(event.has(1112), () => {
        const { items } = event;
        const who =
          items.success === SUCCESS_FAILED && items.acct !== undefined
            ? event.text(items.acct)
            : event.auid();
        return `${who} ${items.host ?? '(null)'} ${items.terminal ?? '(null)'} ${items.exe ?? '(null)'} ${event.success()} ${event.event.serial}`;
      }),
    keys: (event) => (event.has(1112) ? authKeys(event) : []),
  },
  typeReport(
    {
      options: ['-m', '--mods'],
      help: 'changes of accounts',
      title: 'Account Modifications Report',
      columns: '# date time auid addr term exe acct success event',
      rule: 49,
      summaryTitle: 'Acct Modification Summary Report',
      summaryColumn: 'type',
      summaryRule: 32,
      wants: PROGRAM,
    },
    [
      [1108, 1108],
      [1114, 1117],
      [1119, 1119],
      [2301, 2302],
      [1102, 1102],
      [1132, 1133],
      [1135, 1136],
    ],
    (event) =>
      `${event.auid()} ${event.items.host ?? '?'} ${event.items.terminal ?? '?'} ${event.items.exe ?? '?'} ` +
      `${event.items.acct ?? '?'} ${event.success()} ${event.event.serial}`,
  ),
  typeReport(
    {
      options: ['-ma', '--mac'],
      help: 'mandatory access control',
      title: 'MAC Report',
      columns: '# date time auid type success event',
      rule: 35,
      summaryTitle: 'MAC Summary Report',
      summaryColumn: 'type',
      summaryRule: 18,
      wants: {},
    },
    MAC,
    (event) => `${event.auid()} ${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
  typeReport(
    {
      options: ['-n', '--anomaly'],
      help: 'anomalies',
      title: 'Anomaly Report',
      columns: '# date time type exe term host auid event',
      rule: 41,
      summaryTitle: 'Anomaly Summary Report',
      summaryColumn: 'type',
      summaryRule: 22,
      wants: { ...PROGRAM, comm: true },
    },
    [
      [2100, 2199],
      [1700, 1799],
    ],
    (event) =>
      `${event.typeWord()} ${event.text(event.items.exe ?? event.items.comm)} ${place(event)} ${event.auid()} ${event.event.serial}`,
  ),
  {
    options: ['-p', '--pid'],
    help: 'processes',
    title: 'Process ID Report',
    columns: '# date time pid exe syscall auid event',
    rule: 38,
    summaryTitle: 'Pid Summary Report',
    summaryColumn: 'pid',
    summaryRule: 26,
    wants: { exe: true },
    rows: (event) =>
      oneIf(
        event.items.pid >= 0,
        () =>
          `${event.items.pid} ${event.text(event.items.exe)} ${event.syscall()} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.pid === -1 ? [] : [String(event.items.pid)]),
    hasNumericKeys: true,
  },
  typeReport(
    {
      options: ['-r', '--response'],
      help: 'responses to anomalies',
      title: 'Response to Anomaly Report',
      columns: '# date time type success event',
      rule: 30,
      summaryTitle: 'Anomaly Response Summary Report',
      summaryColumn: 'type',
      summaryRule: 31,
      wants: {},
    },
    [[2200, 2299]],
    (event) => `${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
  {
    options: ['-s', '--syscall'],
    help: 'system calls',
    title: 'Syscall Report',
    columns: '# date time syscall pid comm auid event',
    rule: 39,
    summaryTitle: 'Syscall Summary Report',
    summaryColumn: 'syscall',
    summaryRule: 26,
    wants: { comm: true, arch: true },
    rows: (event) =>
      oneIf(
        event.items.syscall > 0,
        () =>
          `${event.syscall()} ${event.items.pid >>> 0} ${event.text(event.items.comm)} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event, interpret) =>
      event.items.syscall <= 0 ? [] : [interpret ? syscallWord(event.items) : String(event.items.syscall)],
  },
  {
    options: ['--tty'],
    help: 'keystrokes',
    title: 'TTY Report',
    columns: '# date time event auid term sess comm data',
    rule: 47,
    wants: { session: true, terminal: true, comm: true },
    rows: (event) => oneIf(event.firstType === 1319, () => ttyRow(event)),
    keys: () => [],
  },
  {
    options: ['-tm', '--terminal'],
    help: 'terminals',
    title: 'Terminal Report',
    columns: '# date time term host exe auid event',
    rule: 36,
    summaryTitle: 'Terminal Summary Report',
    summaryColumn: 'terminal',
    summaryRule: 31,
    wants: PROGRAM,
    rows: (event) =>
      oneIf(
        event.items.terminal !== undefined,
        () =>
          `${event.items.terminal} ${event.items.host ?? '(null)'} ${event.text(event.items.exe ?? '(null)')} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.terminal === undefined ? [] : [event.items.terminal]),
  },
  {
    options: ['-u', '--user'],
    help: 'users',
    title: 'User ID Report',
    columns: '# date time auid term host exe event',
    rule: 36,
    summaryTitle: 'User Summary Report',
    summaryColumn: 'auid',
    summaryRule: 27,
    wants: { ...PROGRAM, uid: true },
    rows: (event) =>
      oneIf(
        event.items.uid !== -1,
        () => `${event.auid()} ${place(event)} ${event.text(event.items.exe)} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.loginuid === -2 ? [] : [event.auid()]),
  },
  typeReport(
    {
      options: ['--virt'],
      help: 'virtual machines',
      title: 'Virtualization Report',
      columns: '# date time type success event',
      rule: 30,
      summaryTitle: 'Virtualization Summary Report',
      summaryColumn: 'type',
      summaryRule: 29,
      wants: {},
    },
    [[2500, 2599]],
    (event) => `${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
  {
    options: ['-x', '--executable'],
    help: 'executables',
    title: 'Executable Report',
    columns: '# date time exe term host auid event',
    rule: 36,
    summaryTitle: 'Executable Summary Report',
    summaryColumn: 'file',
    summaryRule: 33,
    wants: PROGRAM,
    rows: (event) =>
      oneIf(
        event.items.exe !== undefined,
        () => `${event.text(event.items.exe)} ${place(event)} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.exe === undefined ? [] : [event.items.exe]),
  },
];
