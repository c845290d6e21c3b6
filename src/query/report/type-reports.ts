import type { Wants } from '../items/search-items.ts';
import { row, typeReport, type ReportKind } from './report-kind.ts';

const PROGRAM: Wants = { exe: true, host: true, terminal: true };

const MAC: readonly (readonly [number, number])[] = [
  [1403, 1417],
  [2300, 2399],
];

/** The reports of aureport(8) about records of certain types. */
export const TYPE_REPORTS: readonly ReportKind[] = [
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
    (event) => row`${event.typeWord()} ${event.auid()} ${event.success()} ${event.event.serial}`,
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
    (event) => row`${event.auid()} ${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
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
    (event) => row`${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
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
      row`${event.auid()} ${event.items.host ?? '?'} ${event.items.terminal ?? '?'} ${event.items.exe ?? '?'} ${event.items.acct ?? '?'} ${event.success()} ${event.event.serial}`,
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
    (event) => row`${event.auid()} ${event.typeWord()} ${event.success()} ${event.event.serial}`,
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
      row`${event.typeWord()} ${event.text(event.items.exe ?? event.items.comm)} ${event.items.terminal ?? '?'} ${event.items.host ?? '?'} ${event.auid()} ${event.event.serial}`,
  ),
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
    (event) => row`${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
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
    (event) => row`${event.typeWord()} ${event.success()} ${event.event.serial}`,
  ),
];
