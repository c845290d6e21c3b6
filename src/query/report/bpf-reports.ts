import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { errnoName } from '../../audit/tables/errno.ts';
import { effectOf, readBpfAccess, type BpfAccess } from '../items/bpf-records.ts';
import type { ReportEvent } from './report-event.ts';
import type { ReportKind } from './report-kind.ts';

/** The BPF LSM decisions of an event. */
export function bpfAccesses(event: ReportEvent): BpfAccess[] {
  return event.event.records
    .filter((record) => record.type === BPF_LSM_ACCESS)
    .map((record) => readBpfAccess(record.body));
}

/**
 * `allow`, or the error that a verdict stands for; `EPERM(permissive)` if the policy only monitors, so that
 * nothing was denied; `?` if none was observed.
 */
export function verdictWord(access: BpfAccess): string {
  const { verdict } = access;
  if (verdict === undefined) return '?';
  if (verdict === 0) return 'allow';
  const word = errnoName(-verdict) ?? String(verdict);
  return effectOf(access) === 'would-deny' ? `${word}(permissive)` : word;
}

/** Columns of every report beside its own, which is not told twice. */
const OTHER_COLUMNS: readonly {
  readonly name: string;
  readonly cell: (access: BpfAccess, event: ReportEvent) => string;
}[] = [
  { name: 'verdict', cell: verdictWord },
  { name: 'program', cell: ({ progId }) => (progId === undefined ? '?' : String(progId)) },
  { name: 'comm', cell: ({ comm }, event) => event.text(comm) },
  { name: 'path', cell: ({ path, name }, event) => event.text(path ?? name) },
];

function bpfReport(
  option: string,
  help: string,
  title: string,
  key: (access: BpfAccess, event: ReportEvent) => string | undefined,
): ReportKind {
  const column = option.replace(/^--(bpf-)?/, '');
  const others = OTHER_COLUMNS.filter(({ name }) => !name.startsWith(column));
  return {
    options: [option],
    help,
    title: `${title} Report`,
    columns: `# date time ${[column, ...others.map(({ name }) => name)].join(' ')} event`,
    rule: 60,
    summaryTitle: `${title} Summary Report`,
    summaryColumn: column,
    summaryRule: 33,
    wants: { exe: true, comm: true, file: true },
    rows: (event) =>
      // oxlint-disable-next-line oxc/no-map-spread -- a row is a list of its own, and nothing to be changed in place
      bpfAccesses(event).map((access) => [
        event.text(key(access, event)),
        ...others.map(({ cell }) => cell(access, event)),
        String(event.event.serial),
      ]),
    keys: (event) => bpfAccesses(event).flatMap((access) => key(access, event) ?? []),
  };
}

/** Reports about BPF LSM decisions. */
export const BPF_REPORTS: readonly ReportKind[] = [
  bpfReport('--policy', 'BPF LSM decisions by policy', 'BPF Policy', (access) => access.policy),
  bpfReport('--hook', 'BPF LSM decisions by hook', 'BPF Hook', (access) => access.hook),
  bpfReport('--cause', 'BPF LSM decisions by cause', 'BPF Cause', (access) => access.cause),
  bpfReport('--prog', 'BPF LSM decisions by program', 'BPF Program', ({ progId }) =>
    progId === undefined ? undefined : String(progId),
  ),
  bpfReport('--verdict', 'BPF LSM decisions by verdict', 'BPF Verdict', (access) =>
    access.verdict === undefined ? undefined : verdictWord(access),
  ),
  bpfReport('--path', 'BPF LSM decisions by path', 'BPF Path', (access) => access.path ?? access.name),
  bpfReport(
    '--bpf-exe',
    'BPF LSM decisions by executable',
    'BPF Executable',
    (_access, event) => event.items.exe,
  ),
  bpfReport('--bpf-user', 'BPF LSM decisions by login user', 'BPF User', (_access, event) =>
    event.items.loginuid === -2 ? undefined : event.auid(),
  ),
];
