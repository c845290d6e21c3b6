import type { CaseRun } from './case-run.ts';
import { accessTexts, type Golden } from './golden-file.ts';
import { factsOfGolden, factsOfRun, maskRecord } from './mask.ts';

const LONGEST_LINE = 240;

/** Both texts around the place where they part, with a caret under it. */
function showDifference(expected: string, got: string): string[] {
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at++;
  const from = Math.max(0, at - LONGEST_LINE / 2);
  const cut = (text: string): string => {
    const part = text.slice(from, from + LONGEST_LINE);
    return `${from > 0 ? '…' : ''}${part}${text.length > from + LONGEST_LINE ? '…' : '|'}`;
  };
  return [
    `  expected ${cut(expected)}`,
    `  got      ${cut(got)}`,
    `           ${' '.repeat(at - from + (from > 0 ? 1 : 0))}^ byte ${at}`,
  ];
}

function compareRecords(expected: readonly string[], got: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const want = expected[i];
    const have = got[i];
    if (want === have) continue;
    if (want === undefined) lines.push(`record ${i + 1} is one too many:`, `  got      ${have}|`);
    else if (have === undefined) lines.push(`record ${i + 1} is missing:`, `  expected ${want}|`);
    else lines.push(`record ${i + 1} differs:`, ...showDifference(want, have));
  }
  return lines;
}

function showCodes(codes: readonly (readonly [number, number])[]): string {
  return codes.map(([call, code]) => `[${call}]=${code}`).join(' ') || '(none)';
}

function compareReturnCodes(expected: Golden, got: CaseRun): string[] {
  const want = showCodes([...expected.returnCodes]);
  const have = showCodes(
    Object.entries(got.returnCodes).map(([call, code]) => [Number(call), code] as const),
  );
  return want === have ? [] : ['return codes differ:', `  expected ${want}`, `  got      ${have}`];
}

function compareTrigger(expected: Golden, got: CaseRun): string[] {
  const { trigger } = got;
  if (trigger.error !== undefined) return [`the trigger could not be made: ${trigger.error}`];
  if (trigger.status !== 0) return [`the trigger ended with wait status ${trigger.status}`];
  if (trigger.errno === expected.errno) return [];
  return [
    'the system call ended differently:',
    `  expected ${expected.errno ?? 'success'}`,
    `  got      ${trigger.errno ?? 'success'}`,
  ];
}

function compareCounts(expected: Golden, got: CaseRun): string[] {
  const lines: string[] = [];
  if (got.hits !== expected.hits)
    lines.push(`the programs ran ${got.hits} times on the marked thread, expected ${expected.hits}`);
  if (got.startNull !== 0) lines.push(`bpf_audit_log_start gave NULL ${got.startNull} times`);
  return lines;
}

/**
 * Compares what a case did with what the kernel of the series did. Empty when they agree; else the lines of
 * a report. Pure.
 */
export function compareCase(expected: Golden, got: CaseRun): string[] {
  const trigger = compareTrigger(expected, got);
  const run = factsOfRun(got);
  const golden = factsOfGolden(expected, run);
  return [
    ...trigger,
    ...compareRecords(
      accessTexts(expected).map((text) => maskRecord(text, golden)),
      got.records.map((text) => maskRecord(text, run)),
    ),
    ...compareReturnCodes(expected, got),
    ...compareCounts(expected, got),
  ];
}
