import { low32, lowInt32 } from '../../audit/interpret/numbers.ts';
import type { Normalizer } from './normalizer.ts';

const PATH = 1302;

/** Calls whose object is a file: what was done, and how many records behind the usual place it stands. */
const FILE_CALLS: Readonly<Record<string, readonly [action: string, adjust: number, kind?: string]>> = {
  open: ['opened-file', 0],
  mkdir: ['created-directory', 1],
  stat: ['checked-metadata-of', 0],
  statfs: ['checked-filesystem-metadata-of', 0, 'file-system'],
  umount: ['unmounted', 0, 'file-system'],
  delete: ['deleted', 0],
  utime: ['changed-timestamp-of', 0],
  exec: ['executed', 1],
  rename: ['renamed', 2],
  symlink: ['symlinked', 2],
  chattr: ['changed-file-attributes-of', 0],
  chperm: ['changed-file-permissions-of', 0],
  chown: ['changed-file-ownership-of', 0],
  mount: ['mounted', 0, 'file-system'],
};

/**
 * What a system call did with a file, and which one.
 *
 * @param kind - of the call
 * @returns undefined if its object is no file
 */
export function fileAction(n: Normalizer, kind: string, syscall: string): string | undefined {
  if (kind === 'mknod') return mknodAction(n);
  const call = FILE_CALLS[kind];
  if (call === undefined) return undefined;
  const [action, adjust, objectKind] = call;
  n.out.objectKind = objectKind ?? 'file';
  let offset = adjust;
  if (['fsetxattr', 'fchmod', 'fchown'].includes(syscall)) offset = -1;
  if (kind === 'mount') {
    offset = n.out.syscallSuccess;
    if (offset === 1) setObject2(n, 2);
  }
  if (kind === 'rename') setObject2(n, 6);
  if (kind === 'symlink') setObject2(n, 2);
  if (kind === 'chperm') setArgument2(n, syscall === 'fchmodat' ? 'a2' : 'a1');
  if (kind === 'chown') setOwner2(n, syscall === 'fchownat' ? 'a2' : 'a1');
  setFileObject(n, offset);
  setFileLabel(n);
  // What is opened is always called a file, whatever its mode says: so does auparse.
  if (kind === 'open') n.out.objectKind = 'file';
  return action;
}

/** The PATH record of the object; the parent directory if nothing else was logged. */
function setFileObject(n: Normalizer, adjust: number): void {
  const { cursor, out } = n;
  let parent = 0;
  let found: string | undefined;
  cursor.toRecord(2 + adjust);
  for (;;) {
    const field = cursor.find('nametype');
    found = field?.value;
    if (found === undefined || found !== 'PARENT') break;
    if (parent === 0) parent = cursor.record;
    if (!cursor.nextRecord()) break;
  }
  if (found === undefined) {
    if (parent === 0) return;
    cursor.toRecord(parent);
  }
  const record = cursor.record;
  if (cursor.type !== PATH) return;
  cursor.firstField();
  n.setObject('name', record);
  const inode = n.place('inode', record);
  if (inode !== undefined) out.objectSecond = inode;
  const mode = cursor.find('mode');
  if (mode !== undefined) out.objectKind = fileKind(low32(mode.value, 8) ?? 0) ?? out.objectKind;
}

const FILE_KINDS: Readonly<Record<number, string>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o020000: 'character-device',
  0o060000: 'block-device',
  0o010000: 'fifo',
  0o120000: 'symlink',
  0o140000: 'socket',
};

function fileKind(mode: number): string | undefined {
  return FILE_KINDS[mode & 0o170000];
}

function setFileLabel(n: Normalizer): void {
  if (!n.options.labels || n.out.object === undefined) return;
  const { record } = n.out.object;
  const label = n.records[record]?.fields.findIndex((field) => field.name === 'obj') ?? -1;
  if (label >= 0) n.out.objectLabel = { record, field: label };
}

function setObject2(n: Normalizer, record: number): void {
  if (n.cursor.findIn(record, 'name') !== undefined) n.out.object2 = n.cursor.place(record);
}

function setArgument2(n: Normalizer, name: string): void {
  if (n.cursor.findIn(0, name) !== undefined) n.out.object2 = n.cursor.place(0);
}

function setOwner2(n: Normalizer, name: string): void {
  const field = n.cursor.findIn(0, name);
  if (field === undefined) return;
  // An owner of -1 stays as it is: the group is what changes.
  if (lowInt32(field.value, 16) === -1) n.cursor.nextField();
  n.out.object2 = n.cursor.place(0);
}

function mknodAction(n: Normalizer): string {
  setFileObject(n, 0);
  setFileLabel(n);
  if (n.out.objectKind === 'character-device') return 'made-character-device';
  return n.out.objectKind === 'block-device' ? 'made-block-device' : 'make-device';
}
