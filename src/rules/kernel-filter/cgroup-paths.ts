import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const CGROUP_ROOT = '/sys/fs/cgroup';
const MOST = 65_536;
/** How long an id that was not found is not looked for again. */
const MISS_MS = 2000;

/**
 * Paths of cgroups by their ids, below the root of the unified hierarchy. A cgroup that is gone keeps the path
 * it had when it was seen.
 */
export class CgroupPaths {
  readonly #root: string;
  readonly #paths = new Map<bigint, string>();
  readonly #missed = new Map<bigint, number>();

  constructor(root: string = CGROUP_ROOT) {
    this.#root = root;
  }

  /** `/system.slice/ssh.service`, or undefined when there is none with this id. */
  find(id: bigint): string | undefined {
    const known = this.#paths.get(id);
    if (known !== undefined) return known;
    if (performance.now() - (this.#missed.get(id) ?? -MISS_MS) < MISS_MS) return undefined;
    if (this.#paths.size > MOST) this.#paths.clear();
    this.#visit('/');
    const found = this.#paths.get(id);
    if (found === undefined) this.#missed.set(id, performance.now());
    if (this.#missed.size > MOST) this.#missed.clear();
    return found;
  }

  /** The same without looking for it. */
  known(id: bigint): string | undefined {
    return this.#paths.get(id);
  }

  #visit(name: string): void {
    const place = path.join(this.#root, name);
    try {
      this.#paths.set(statSync(place, { bigint: true }).ino, name);
      for (const entry of readdirSync(place, { withFileTypes: true })) {
        if (entry.isDirectory()) this.#visit(path.join(name, entry.name));
      }
    } catch {
      // It went away meanwhile.
    }
  }
}
