import { NOTE_KEY_AT, SIZE } from '../abi/abi.ts';
import { mapKeys } from '../bpf/map-entries.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { libbpfNumber } from '../sys/libbpf.ts';

/**
 * Removes the notes that programs of a policy have left about calls.
 *
 * @param before - only those of generations below this one: a program of this one can be about to read its notes
 */
export function clearNotes(maps: SharedMaps, index: number, before: number = Infinity): void {
  const fd = maps.fd('bpf_audit_notes');
  for (const key of mapKeys(fd, SIZE.note_key)) {
    if (key.readUInt32LE(NOTE_KEY_AT.policy) !== index) continue;
    if (key.readUInt32LE(NOTE_KEY_AT.generation) >= before) continue;
    libbpfNumber('int bpf_map_delete_elem(int, const void *)', fd, key);
  }
}
