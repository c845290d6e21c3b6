/** Values of several runs of the same thing. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Smallest, middle and largest value. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}

/** `min / median / max` with so many digits behind the point. */
export function spreadText({ min, median, max }: Spread, digits = 1): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ');
}

/** A table in Markdown that is readable as it is; every row has as many cells as the first. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
  const [head, ...body] = rows.map(line);
  return head! + line(widths.map((width) => '-'.repeat(width))) + body.join('');
}

/** A target that a bench has, as its last lines say it: `figure NAME VALUE UNIT target OP VALUE ok|short`. */
export function figure(
  name: string,
  value: number,
  unit: string,
  operator: '>=' | '<=',
  target: number,
  digits = 2,
): string {
  const reached = operator === '>=' ? value >= target : value <= target;
  return `figure ${name} ${value.toFixed(digits)} ${unit} target ${operator} ${Number(target.toFixed(digits))} ${reached ? 'ok' : 'short'}\n`;
}
