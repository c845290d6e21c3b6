/** What happens to the log, for a record in it and for whoever watches. */
export type LogEvent =
  /** The live log was renamed and a new one begun. */
  | { readonly kind: 'rotated' }
  /** An unfinished line at the end was cut off at the start. */
  | { readonly kind: 'repaired'; readonly bytes: number }
  /** The file or its folder was removed or replaced, and was made anew. */
  | { readonly kind: 'replaced'; readonly what: 'file' | 'folder' }
  /** Free space is below a limit, or back above all of them. */
  | { readonly kind: 'space'; readonly level: SpaceLevel | 'enough'; readonly availableBytes: number }
  /** Writing or opening failed. */
  | { readonly kind: 'error'; readonly error: string }
  /** Nothing more is written until it is told to go on. */
  | { readonly kind: 'suspended'; readonly reason: string }
  /** It is written again, after so many lines had to wait in memory. */
  | { readonly kind: 'resumed'; readonly waited: number }
  /** Lines found no room while nothing could be written, or were in memory when the daemon was killed. */
  | { readonly kind: 'lost'; readonly lines: number; readonly where: 'queue' | 'killed' };

/** Limits of free space, as in auditd.conf(5). */
export type SpaceLevel = 'space_left' | 'admin_space_left' | 'disk_full';
