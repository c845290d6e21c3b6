import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { effectOf } from '../items/bpf-records.ts';
import type { FieldCursor } from './cursor.ts';
import type { Normalizer } from './normalizer.ts';
import type { RecordFields } from './record-fields.ts';

/** What a decision was about, in the order in which it is looked for, and what kind of thing that is. */
const OBJECTS = [
  ['path', 'file'],
  ['name', 'file'],
  ['daddr', 'socket'],
  ['ocomm', 'process'],
  ['kmod', 'software'],
] as const;

/** Whether an event has nothing but decisions of BPF LSM: libauparse has no words for these. */
export function isDecision(records: readonly RecordFields[]): boolean {
  return records.length > 0 && records.every(({ type }) => type === BPF_LSM_ACCESS);
}

/** A decision of BPF LSM, in the words that an AVC record has. Of several, the first that denied. */
export function normalizeDecision(n: Normalizer): void {
  const { out, records } = n;
  const denied = records.findIndex((record) => outcome(record) === 'failed');
  const index = Math.max(denied, 0);
  out.kind = 'mac-decision';
  out.action = 'accessed-mac-policy-controlled-object';
  out.outcome = outcome(records[index]);
  for (const [name, kind] of OBJECTS) {
    out.object = placeOf(n, index, name);
    if (out.object === undefined) continue;
    out.objectKind = kind;
    break;
  }
  if (out.objectKind === 'socket') out.objectSecond = placeOf(n, index, 'dest');
  if (placeOf(n, index, 'comm') !== undefined) out.how = n.words();
}

function placeOf(n: Normalizer, record: number, name: string): ReturnType<FieldCursor['place']> | undefined {
  n.rewind(record);
  return n.cursor.find(name) === undefined || n.cursor.record !== record ? undefined : n.cursor.place();
}

/** A policy that only monitors lets everything pass. */
function outcome(record: RecordFields | undefined): 'success' | 'failed' | undefined {
  const value = (name: string): string | undefined =>
    record?.fields.find((field) => field.name === name)?.value;
  const verdict = value('verdict');
  if (verdict === undefined) return undefined;
  const effect = effectOf({
    verdict: Number(verdict),
    ...(value('permissive') === '1' && { permissive: true }),
  });
  return effect === 'deny' ? 'failed' : 'success';
}
