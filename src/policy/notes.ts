import { NOTE_KEY_AT, SIZE } from '../abi/abi.ts';
import { mapKeys } from '../bpf/map-entries.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { libbpfNumber } from '../sys/libbpf.ts';

/** Removes notes that no old program came to read, since another policy denied the call between. */
export function clearNotes(maps: SharedMaps, index: number): void {
  const fd = maps.fd('bpf_audit_notes');
  for (const key of mapKeys(fd, SIZE.note_key)) {
    if (key.readUInt32LE(NOTE_KEY_AT.policy) !== index) continue;
    libbpfNumber('int bpf_map_delete_elem(int, const void *)', fd, key);
  }
}
