import { escapeText } from '../../audit/interpret/escape.ts';
import { errnoName, errnoText } from '../../audit/tables/errno.ts';
import { BPF_LSM_ACCESS, recordTypeName } from '../../audit/tables/record-types.ts';
import { effectOf, readBpfAccess, type BpfAccess } from '../items/bpf-records.ts';
import { formatText, type NormalFormatOptions } from './csv.ts';
import type { EventText } from './event-text.ts';

const ORIGIN_BPF = ' origin=bpf';

/** One event told in plain words: what happened, what BPF LSM decided, which records say so. */
export function explainEvent(event: EventText, options: NormalFormatOptions): string {
  const { time } = options;
  const lines = [
    `Event ${event.serial}, ${time.exact(event)}${event.node === null ? '' : `, on ${escapeText(event.node, 'tty')}`}`,
    '',
  ];
  const others = event.records.filter((record) => record.type !== BPF_LSM_ACCESS);
  if (others.length > 0) {
    // Behind the time, which the heading has.
    const sentence = formatText({ ...event, records: others }, options).trimEnd();
    lines.push(`  ${sentence.replace(/^(?:At|On \S+ at) \S+ \S+ /, '').trim()}`);
  }
  for (const record of event.records) {
    if (record.type === BPF_LSM_ACCESS) lines.push(...accessLines(readBpfAccess(record.body)));
  }
  lines.push('', 'Records:');
  for (const record of event.records) {
    const name = recordTypeName(record.type) ?? `type ${record.type}`;
    const origin = record.body.endsWith(ORIGIN_BPF)
      ? 'made by bpfaudit from what BPF captured'
      : 'as it was logged';
    lines.push(`  ${name.padEnd(16)} ${origin}`);
  }
  if (event.records.every((record) => record.type === BPF_LSM_ACCESS)) {
    lines.push(
      '',
      'No SYSCALL record is in this event: the kernel writes one only if an audit rule matches the system call.',
    );
  }
  return `${lines.join('\n')}\n`;
}

function accessLines(access: BpfAccess): string[] {
  const who = access.policy === undefined ? 'A BPF LSM policy' : `The policy ${text(access.policy)}`;
  const program = access.progId === undefined ? '' : ` (program ${access.progId})`;
  const hook = access.hook === undefined ? '' : ` in the hook ${text(access.hook)}`;
  const monitors = effectOf(access) === 'would-deny' ? ', but it only monitors: nothing was denied' : '';
  const lines = [`  ${who}${program} ${verdictText(access)}${hook}${monitors}.`];
  if (access.cause !== undefined) lines.push(`    cause: ${text(access.cause)}`);
  const path = access.path ?? access.name;
  if (path !== undefined) lines.push(`    ${access.path === undefined ? 'name' : 'path'}: ${text(path)}`);
  if (access.comm !== undefined)
    lines.push(
      `    command: ${text(access.comm)}${access.pid === undefined ? '' : `, process ${access.pid}`}`,
    );
  if (access.daddr !== undefined) {
    lines.push(
      `    destination: ${text(access.daddr)}${access.dest === undefined ? '' : ` port ${access.dest}`}`,
    );
  }
  if (access.cgroup !== undefined) lines.push(`    control group: ${text(access.cgroup)}`);
  return lines;
}

function text(value: string): string {
  return escapeText(value, 'tty');
}

function verdictText(access: BpfAccess): string {
  const { verdict } = access;
  if (verdict === undefined) return 'logged this access; the record does not say what it decided';
  if (verdict === 0) return 'allowed this';
  const denied = effectOf(access) === 'would-deny' ? 'would have denied' : 'denied';
  return `${denied} this with ${errnoName(-verdict) ?? verdict} (${errnoText(-verdict)})`;
}
