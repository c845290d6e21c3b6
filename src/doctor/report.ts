import type { Diagnosis } from './diagnose.ts';
import type { Finding } from './finding.ts';

const STATUS_WIDTH = 7;
const INDENT = ' '.repeat(STATUS_WIDTH + 2);

/** The diagnosis for a person: a line per finding, the cure below it, the sum at the end. */
export function reportText({ ready, findings }: Diagnosis): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap((finding) => findingLines(finding, width));
  return `${[...lines, '', summary(ready, findings)].join('\n')}\n`;
}

/** The diagnosis for a program: one line of JSON. */
export function reportJson({ ready, findings }: Diagnosis): string {
  return `${JSON.stringify({ ready, findings })}\n`;
}

function findingLines(finding: Finding, width: number): string[] {
  const line = `${finding.status.padEnd(STATUS_WIDTH)}  ${finding.check.padEnd(width)}  ${finding.found}${because(finding)}`;
  return finding.cure === undefined ? [line] : [line, `${INDENT}cure: ${finding.cure}`];
}

function because({ reason, minimumKernel }: Finding): string {
  if (reason === undefined) return '';
  return minimumKernel === undefined
    ? ` [${reason}]`
    : ` [${reason}: requires Linux ${minimumKernel} or newer]`;
}

function summary(ready: boolean, findings: readonly Finding[]): string {
  if (!ready) {
    const count = findings.filter(({ needed, cure }) => needed && cure !== undefined).length;
    return `Policies cannot run on this machine: ${count} to cure.`;
  }
  const rest = findings.filter(({ status }) => status !== 'ok').length;
  return rest === 0
    ? 'Policies can run on this machine.'
    : `Policies can run on this machine; ${rest} to improve.`;
}
