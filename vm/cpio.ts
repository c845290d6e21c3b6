/** One file of an initramfs. */
export interface CpioEntry {
  /** Path from the root, without a leading slash: `usr/bin/node`. */
  readonly path: string;
  /** Type and permission bits as `stat` gives them: `0o100755`. */
  readonly mode: number;
  /** Size of the content that follows, in bytes; the target's length for a symbolic link. */
  readonly sizeBytes: number;
}

const fileTypes = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const;

/** The type and permission bits of an entry. */
export function cpioMode(type: keyof typeof fileTypes, permissions: number): number {
  return fileTypes[type] | permissions;
}

/**
 * The header of one entry, in the only format that Linux unpacks ("newc"), padded to where content starts.
 *
 * Everything belongs to root and is dated 1970: the guest has no other users, and equal content gives equal
 * archives. The link count is 1 because the kernel joins entries with a higher one by inode number.
 *
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function cpioHeader(entry: CpioEntry): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  const fields = [0, entry.mode, 0, 0, 1, 0, entry.sizeBytes, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => hex(field)).join('')}`);
  return padded(Buffer.concat([header, name]));
}

/** The mark at the end of an archive; another archive may follow it. */
export function cpioTrailer(): Buffer {
  return cpioHeader({ path: 'TRAILER!!!', mode: 0, sizeBytes: 0 });
}

/** Content, filled with zeros to where the next header starts. */
export function padded(content: Buffer): Buffer {
  const excess = content.length % 4;
  return excess === 0 ? content : Buffer.concat([content, Buffer.alloc(4 - excess)]);
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
