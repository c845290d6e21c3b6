import { printable } from '../../errors/printable.ts';
import {
  hookOrders,
  listPolicies,
  otherPrograms,
  statsEnabled,
  type HookOrder,
  type PolicyStatus,
} from '../../policy/list-policies.ts';
import { unknownPolicy } from '../../policy/policy-errors.ts';
import type { CommandIo } from '../command.ts';
import type { PolicyOptions } from './options.ts';

const HEAD = [
  'POLICY',
  'VERSION',
  'GEN',
  'MODE',
  'ORDER',
  'PROGRAM',
  'HOOK',
  'PROG-ID',
  'TAG',
  'OBJECT',
  'RECORDS',
  'DENIALS',
  'LOST',
  'NS/RUN',
];
const SHOWN_HASH = 12;
const NO_STATS = 'NS/RUN: the kernel takes no times; sysctl kernel.bpf_stats_enabled=1 makes it';

/** `bpfaudit policy list`. */
export function list({ json }: PolicyOptions, io: CommandIo): number {
  const policies = listPolicies();
  const orders = hookOrders(policies);
  const others = otherPrograms(policies);
  if (json) {
    const document = { policies, hooks: orders, others, statsEnabled: statsEnabled() };
    io.stdout.write(`${JSON.stringify(document)}\n`);
    return 0;
  }
  if (policies.length === 0) {
    io.stderr.write('bpfaudit: no policy is loaded\n');
    return 0;
  }
  io.stdout.write(table([HEAD, ...policies.flatMap(rows)]));
  io.stdout.write(`\n${orderText(orders)}`);
  for (const { hook, name, id } of others) {
    io.stdout.write(`${hook} also has ${printable(name)}, prog-id=${id}, of another loader\n`);
  }
  if (!statsEnabled()) io.stdout.write(`${NO_STATS}\n`);
  return 0;
}

/** `bpfaudit policy show NAME`. */
export function show({ json, words }: PolicyOptions, io: CommandIo): number {
  const [name = ''] = words;
  const policies = listPolicies();
  const found = policies.filter((policy) => policy.name === name);
  if (found.length === 0) throw unknownPolicy('show', name);
  if (json) {
    io.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  const orders = hookOrders(policies).filter(({ programs }) =>
    programs.some(({ policy }) => policy === name),
  );
  for (const policy of found) io.stdout.write(`${details(policy)}\n`);
  io.stdout.write(orderText(orders));
  if (!statsEnabled()) io.stdout.write(`${NO_STATS}\n`);
  return 0;
}

function rows(policy: PolicyStatus): string[][] {
  const { name, version, generation, mode, order, sha256, state } = policy;
  return policy.programs.map((program) => [
    name,
    version ?? '-',
    String(generation),
    state === 'active' ? mode : state,
    String(order),
    program.name,
    program.hook,
    program.loaded ? String(program.id) : 'gone',
    program.tag,
    sha256.slice(0, SHOWN_HASH),
    String(program.records),
    String(program.denials),
    String(program.lost),
    program.meanNs === undefined ? '-' : String(program.meanNs),
  ]);
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function orderText(orders: readonly HookOrder[]): string {
  return orders
    .map(({ hook, programs, asOrdered }) => {
      const names = programs.map(({ policy, program }) => `${policy} (${program})`).join(', ');
      const note = asOrdered ? '' : '; not by their order, since one has no BPF_AUDIT_POLICY()';
      return `${hook} runs: ${names}${note}\n`;
    })
    .join('');
}

function details(policy: PolicyStatus): string {
  const lines: [string, string | undefined][] = [
    ['policy', policy.name],
    ['version', policy.version],
    ['author', policy.author],
    ['description', policy.description],
    ['mode', policy.mode],
    ['state', policy.state],
    ['order', String(policy.order)],
    ['generation', String(policy.generation)],
    ['loaded from', policy.source],
    ['sha256', policy.sha256],
    ['maps', policy.maps.join(', ') || undefined],
    ['straddled', policy.straddled === 0 ? undefined : String(policy.straddled)],
    ['unnoted', policy.unnoted === 0 ? undefined : String(policy.unnoted)],
  ];
  const head = lines.flatMap(([key, value]) =>
    value === undefined ? [] : [`${key.padEnd(12)} ${printable(value)}\n`],
  );
  return `${head.join('')}\n${table([HEAD, ...rows(policy)])}`;
}
