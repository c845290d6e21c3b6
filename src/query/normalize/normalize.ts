import { normalizeCompound } from './compound.ts';
import { isDecision, normalizeDecision } from './decision.ts';
import type { Normalized, NormalizeOptions } from './normalized.ts';
import { Normalizer } from './normalizer.ts';
import type { RecordFields } from './record-fields.ts';
import { normalizeSimple } from './simple.ts';

/**
 * Boils an event down to who did what to what, as auparse_normalize(3) does.
 *
 * @returns undefined if nothing can be said of the event.
 */
export function normalize(
  records: readonly RecordFields[],
  options: NormalizeOptions,
): Normalized | undefined {
  const normalizer = new Normalizer(records, options);
  if (options.stock !== true && isDecision(records)) normalizeDecision(normalizer);
  else if (records.length > 1) normalizeCompound(normalizer);
  else if (!normalizeSimple(normalizer)) return undefined;
  return normalizer.out;
}
