import type { DiskAction, Room } from './disk-action.ts';
import type { Space } from './file-system.ts';
import type { SpaceLevel } from './log-event.ts';

/** Limits of free space and what to do below them: the keys of auditd.conf(5). */
export interface SpaceLimits {
  readonly space_left: Room;
  readonly space_left_action: DiskAction;
  readonly admin_space_left: Room;
  readonly admin_space_left_action: DiskAction;
  readonly disk_full_action: DiskAction;
}

/** A limit that was passed. */
export interface SpaceAlarm {
  readonly level: SpaceLevel;
  readonly action: DiskAction;
  /** Whether it is the first time since there was enough. */
  readonly first: boolean;
}

/** auditd calls a disk with fewer blocks full. */
const FULL_BLOCKS = 5;
const MIB = 1024 * 1024;
const LEVELS = ['space_left', 'admin_space_left', 'disk_full'] as const;

/**
 * Watches free space. Each limit is told once, until there is enough again; only rotate is told every time, since
 * each rotation may free something.
 */
export class SpaceGuard {
  readonly #limits: SpaceLimits;
  readonly #told = new Set<SpaceLevel>();
  /** A write said so: a quota or reserved blocks are not in the numbers. */
  #full = false;

  constructor(limits: SpaceLimits) {
    this.#limits = limits;
  }

  /** Whether any limit has been told, and not been taken back. */
  get low(): boolean {
    return this.#told.size > 0;
  }

  /** Looks at the space there is. Returns alarms, the mildest first. */
  look(space: Space): readonly SpaceAlarm[] {
    const alarms: SpaceAlarm[] = [];
    for (const level of LEVELS) {
      if (!this.#below(level, space)) {
        this.#told.delete(level);
        continue;
      }
      const alarm = this.#alarm(level);
      if (alarm) alarms.push(alarm);
    }
    return alarms;
  }

  /** A write found no room. Nothing if that has been told already. */
  writeFailed(): SpaceAlarm | undefined {
    this.#full = true;
    return this.#alarm('disk_full');
  }

  /** A write found room. */
  wrote(): void {
    this.#full = false;
  }

  #alarm(level: SpaceLevel): SpaceAlarm | undefined {
    const action = this.#limits[`${level}_action`];
    const first = !this.#told.has(level);
    this.#told.add(level);
    return first || action.word === 'rotate' ? { level, action, first } : undefined;
  }

  #below(level: SpaceLevel, space: Space): boolean {
    if (level === 'disk_full') return this.#full || space.availableBlocks < FULL_BLOCKS;
    const limit = this.#limits[level];
    const bytes = 'mib' in limit ? limit.mib * MIB : (space.totalBytes * limit.percent) / 100;
    return space.availableBytes < bytes;
  }
}
