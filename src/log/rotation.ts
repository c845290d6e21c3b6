/** One step of a rotation, in names of the log's folder. */
export type RotationStep = { readonly unlink: string } | { readonly rename: string; readonly to: string };

/** What may follow the number of a rotated log, or of what belongs to it. */
const ENDINGS = ['', '.zst', '.gz', '.idx'] as const;

/**
 * Rotation of auditd: `audit.log` becomes `audit.log.1`, which becomes `audit.log.2` ..., and the last one is
 * deleted. Every step leaves all logs with a name, so that a crash between two loses none.
 *
 * @param names - what is in the folder
 * @param base - name of the live log
 * @param count - files that are kept, the live one included; below 2 there is nothing to rotate to
 */
export function planRotation(names: ReadonlySet<string>, base: string, count: number): RotationStep[] {
  if (count < 2) return [];
  const oldest = rotated(names, base, count - 1).map((unlink) => ({ unlink }));
  return [...oldest, ...shift(names, base, count - 1)];
}

/** keep_logs: the same, but the first number that is free is used, and nothing is deleted. */
export function planKeeping(names: ReadonlySet<string>, base: string): RotationStep[] {
  let free = 1;
  while (rotated(names, base, free).length > 0) free++;
  return shift(names, base, free);
}

/** Logs with a number that is not used any more, since `num_logs` was lowered. Only rotate deletes them. */
export function planExcess(names: ReadonlySet<string>, base: string, count: number): RotationStep[] {
  if (count < 2) return [];
  return [...names]
    .filter((name) => (rotatedNumber(name, base) ?? 0) >= count)
    .toSorted()
    .map((unlink) => ({ unlink }));
}

/** Number of a rotated log: 2 of `audit.log.2.zst`; nothing if it is none. */
export function rotatedNumber(name: string, base: string): number | undefined {
  if (!name.startsWith(`${base}.`)) return undefined;
  const found = /^([1-9]\d{0,5})(?:\.zst|\.gz|\.idx)?$/.exec(name.slice(base.length + 1));
  return found === null ? undefined : Number(found[1]);
}

function rotated(names: ReadonlySet<string>, base: string, number: number): string[] {
  return ENDINGS.map((ending) => `${base}.${number}${ending}`).filter((name) => names.has(name));
}

/** Moves all logs below `last` up by one, the highest first, and the live one to 1. */
function shift(names: ReadonlySet<string>, base: string, last: number): RotationStep[] {
  const steps: RotationStep[] = [];
  for (let number = last - 1; number >= 1; number--) {
    for (const name of rotated(names, base, number)) {
      steps.push({ rename: name, to: name.replace(`${base}.${number}`, `${base}.${number + 1}`) });
    }
  }
  steps.push({ rename: base, to: `${base}.1` });
  return steps;
}
