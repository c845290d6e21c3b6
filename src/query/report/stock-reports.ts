import { SUCCESS_FAILED, type Wants } from '../items/search-items.ts';
import { syscallWord } from './report-event.ts';
import { oneIf, row, typeName, type ReportKind } from './report-kind.ts';
import { TYPE_REPORTS } from './type-reports.ts';
import { authKeys, avcRows, fileRow, isAuthentication, ttyRow } from './report-rows.ts';
const PROGRAM: Wants = { exe: true, host: true, terminal: true };

/** The reports of aureport(8). */
export const STOCK_REPORTS: readonly ReportKind[] = [
  ...TYPE_REPORTS,
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
        return row`${who} ${items.host ?? '(null)'} ${items.terminal ?? '(null)'} ${items.exe ?? '(null)'} ${event.success()} ${event.event.serial}`;
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
        () =>
          row`${event.text(event.items.comm)} ${event.items.terminal ?? '?'} ${event.items.host ?? '?'} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.comm === undefined ? [] : [event.items.comm]),
  },
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
    rows: (event) => [row`${event.event.serial} ${event.typeWord()} ${event.auid()} ${event.success()}`],
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
        () => row`${event.items.host} ${event.syscall()} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.host === undefined ? [] : [event.items.host]),
  },
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
          row`${key} ${event.success()} ${event.text(event.items.exe)} ${event.auid()} ${event.event.serial}`,
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
        return row`${who} ${items.host ?? '(null)'} ${items.terminal ?? '(null)'} ${items.exe ?? '(null)'} ${event.success()} ${event.event.serial}`;
      }),
    keys: (event) => (event.has(1112) ? authKeys(event) : []),
  },
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
          row`${event.items.pid} ${event.text(event.items.exe)} ${event.syscall()} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.pid === -1 ? [] : [String(event.items.pid)]),
    hasNumericKeys: true,
  },
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
          row`${event.syscall()} ${event.items.pid >>> 0} ${event.text(event.items.comm)} ${event.auid()} ${event.event.serial}`,
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
          row`${event.items.terminal} ${event.items.host ?? '(null)'} ${event.text(event.items.exe ?? '(null)')} ${event.auid()} ${event.event.serial}`,
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
        () =>
          row`${event.auid()} ${event.items.terminal ?? '?'} ${event.items.host ?? '?'} ${event.text(event.items.exe)} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.loginuid === -2 ? [] : [event.auid()]),
  },
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
        () =>
          row`${event.text(event.items.exe)} ${event.items.terminal ?? '?'} ${event.items.host ?? '?'} ${event.auid()} ${event.event.serial}`,
      ),
    keys: (event) => (event.items.exe === undefined ? [] : [event.items.exe]),
  },
];
