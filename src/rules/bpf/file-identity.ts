/** A file, whatever its names: inode and device in the kernel's encoding (major << 20 | minor). */
export interface FileIdentity {
  readonly inode: bigint;
  readonly device: number;
}

/** The file a path leads to now, or undefined if there is none. */
export type IdentifyFile = (path: string) => FileIdentity | undefined;
