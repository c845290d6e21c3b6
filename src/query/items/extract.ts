import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { FieldScanner } from './field-scanner.ts';
import { readAvc } from './avc-records.ts';
import { readBpfAccess, readBpfItems } from './bpf-records.ts';
import { readDaemon, readDaemonPeer } from './daemon-records.ts';
import { readAvcPath, readCwd, readObject, readPath, readSockaddr } from './file-records.ts';
import {
  readAnomaly,
  readIntegrity,
  readListener,
  readLogin,
  readPacket,
  readSimple,
  readTty,
} from './kernel-records.ts';
import { SearchItems, type Wants } from './search-items.ts';
import { readSyscall, readTask } from './task-records.ts';
import { readUser } from './user-records.ts';

/** One record as the extractors need it: its type, and its text up to what auditd looked up. */
export interface RecordText {
  readonly type: number;
  readonly body: string;
}

/** A record that could not be used. */
export interface RefusedRecord {
  readonly reason: string;
  readonly body: string;
}

/** What came of reading the records of an event. */
export interface Extraction {
  readonly items: SearchItems;
  /** Why a record could not be used, and which; stock ausearch passes over such an event in silence. */
  readonly malformed: RefusedRecord | undefined;
}

type Reader = (scan: FieldScanner, type: number, items: SearchItems, wants: Wants) => void;

const byType: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [1006, (scan, _type, items, wants) => readLogin(scan, items, wants)],
  [1107, readAvc],
  ...[1200, 1201, 1202, 1203, 1205, 1206].map((type): [number, Reader] => [
    type,
    (scan, _type, items, wants) => readDaemon(scan, items, wants),
  ]),
  ...[1207, 1208].map((type): [number, Reader] => [
    type,
    (scan, _type, items, wants) => readDaemonPeer(scan, items, wants),
  ]),
  [1300, (scan, _type, items, wants) => readSyscall(scan, items, wants)],
  [1302, (scan, _type, items, wants) => readPath(scan, items, wants)],
  [1303, (scan, _type, items, wants) => readObject(scan, items, wants)],
  [1305, readConfigChange],
  [1306, (scan, _type, items, wants) => readSockaddr(scan, items, wants)],
  [1307, (scan, _type, items, wants) => readCwd(scan, items, wants)],
  [1318, (scan, _type, items, wants) => readObject(scan, items, wants)],
  [1319, (scan, _type, items, wants) => readTty(scan, items, wants)],
  [1324, (scan, _type, items, wants) => readPacket(scan, items, wants)],
  [1325, (scan, _type, items, wants) => readListener(scan, items, wants)],
  [1326, readAnomaly],
  [1328, (scan, _type, items, wants) => readTask(scan, items, wants)],
  [1335, (scan, _type, items, wants) => readListener(scan, items, wants)],
  [1400, readAvc],
  [1402, (scan, _type, items, wants) => readAvcPath(scan, items, wants)],
  [1700, readAnomaly],
  [1701, readAnomaly],
  [1702, (scan, _type, items, wants) => readTask(scan, items, wants)],
]);

/**
 * Reads what a query wants to know from the records of an event.
 *
 * @param stock take no note of BPF_LSM_ACCESS records, which stock tools do not know.
 */
export function extract(records: readonly RecordText[], wants: Wants, stock = false): Extraction {
  const items = new SearchItems();
  for (const record of records) {
    if (record.type === BPF_LSM_ACCESS) {
      if (!stock) readBpfItems(record.body, items, wants);
      continue;
    }
    const reader = readerOf(record.type);
    if (reader === undefined) continue;
    const scan = new FieldScanner(record.body);
    reader(scan, record.type, items, wants);
    if (scan.malformed !== undefined)
      return { items, malformed: { reason: scan.malformed, body: record.body } };
  }
  if (wants.file === true && !stock) addBpfPaths(records, items);
  return { items, malformed: undefined };
}

/**
 * The same of an event that can be used. With `stock` one with a record that could not be read in full cannot, as
 * for ausearch; else what was read of it counts.
 *
 * @param refused takes the record that could not be read in full, if there is one.
 */
export function readItems(
  records: readonly RecordText[],
  wants: Wants,
  stock = false,
  refused?: RefusedRecord[],
): SearchItems | undefined {
  const { items, malformed } = extract(records, wants, stock);
  if (malformed === undefined) return items;
  refused?.push(malformed);
  return stock ? undefined : items;
}

/** The path of a BPF_LSM_ACCESS record counts where no PATH record names the file. */
function addBpfPaths(records: readonly RecordText[], items: SearchItems): void {
  if (items.files !== undefined) return;
  for (const record of records) {
    if (record.type !== BPF_LSM_ACCESS) continue;
    const access = readBpfAccess(record.body);
    const name = access.path ?? access.name;
    if (name !== undefined) (items.files ??= []).push({ name, role: undefined });
  }
}

function readerOf(type: number): Reader | undefined {
  const reader = byType.get(type);
  if (reader !== undefined) return reader;
  if (type === 1005 || (type >= 1100 && type <= 1199) || (type >= 2100 && type <= 2999)) return readUser;
  if (type >= 1403 && type <= 1417) return readSimple;
  if (type >= 1800 && type <= 1805) {
    return (scan, _type, items, wants) => readIntegrity(scan, items, wants);
  }
  return undefined;
}

function readConfigChange(scan: FieldScanner, type: number, items: SearchItems, wants: Wants): void {
  readSimple(scan, type, items, wants);
  if (wants.file !== true) return;
  // Old kernels log no path, which is no reason to pass over the event.
  readAvcPath(new FieldScanner(scan.text), items, wants);
}
