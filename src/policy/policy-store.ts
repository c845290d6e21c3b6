import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BpfauditError } from '../errors/audit-error.ts';
import { errorName, messageOf } from '../errors/thrown.ts';
import type { PolicyRecord } from './policy-record.ts';
import type { PolicySource } from './policy-source.ts';

/** Where pins and records lie. */
export interface PolicyFolders {
  /** On a bpffs: what is attached. */
  readonly pins: string;
  /** On disk: copies of objects and manifests, and what is known of each generation. */
  readonly state: string;
}

/** The folders of a machine. */
const POLICY_FOLDERS: PolicyFolders = {
  pins: '/sys/fs/bpf/bpfaudit',
  state: '/var/lib/bpfaudit/policies',
};

/** A generation that has pins. */
export interface PinnedGeneration {
  readonly name: string;
  readonly generation: number;
  /** Index in `bpf_audit_policies`. */
  readonly index: number;
}

const LINK = 'link-';
const MAP = 'map-';

/**
 * What is loaded, as it lies in two folders. The pins are the truth: `PINS/NAME/GENERATION-INDEX/link-PROGRAM`.
 * Beside them stands on disk what pins cannot say.
 */
export class PolicyStore {
  readonly folders: PolicyFolders;

  constructor(folders: PolicyFolders = POLICY_FOLDERS) {
    this.folders = folders;
  }

  /** All generations that have pins, in the order of names. */
  pinned(): PinnedGeneration[] {
    return list(this.folders.pins).flatMap((name) =>
      list(join(this.folders.pins, name)).flatMap((folder) => {
        const match = /^(\d+)-(\d+)$/.exec(folder);
        return match ? [{ name, generation: Number(match[1]), index: Number(match[2]) }] : [];
      }),
    );
  }

  /** Path for the link of a program. */
  linkPath(generation: PinnedGeneration, program: string): string {
    return join(this.#pins(generation), LINK + program);
  }

  /** Path for a map of the policy's own. */
  mapPath(generation: PinnedGeneration, map: string): string {
    return join(this.#pins(generation), MAP + map);
  }

  /** Names of the programs whose links are pinned. */
  links(generation: PinnedGeneration): string[] {
    return list(this.#pins(generation))
      .filter((file) => file.startsWith(LINK))
      .map((file) => file.slice(LINK.length));
  }

  /** What is known of a generation; nothing if the file is not there, or of an earlier boot. */
  record(generation: PinnedGeneration): PolicyRecord | undefined {
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this class, readable by root only
      return JSON.parse(readFileSync(join(this.#state(generation), 'record.json'), 'utf8')) as PolicyRecord;
    } catch {
      return undefined;
    }
  }

  /** Copy of the object that a generation was loaded from. */
  objectCopy(generation: PinnedGeneration, object: string): string {
    return join(this.#state(generation), object);
  }

  /** Copy of its manifest. */
  manifestCopy(generation: PinnedGeneration): string {
    return join(this.#state(generation), 'policy.toml');
  }

  /** Makes the folders of a generation, with copies of what it is loaded from. */
  begin(generation: PinnedGeneration, source: PolicySource): void {
    try {
      mkdirSync(this.#pins(generation), { recursive: true, mode: 0o700 });
      rmSync(this.#state(generation), { recursive: true, force: true });
      mkdirSync(this.#state(generation), { recursive: true, mode: 0o700 });
      copyFileSync(source.objectPath, this.objectCopy(generation, source.manifest.object));
      if (source.manifestPath !== undefined) {
        copyFileSync(source.manifestPath, this.manifestCopy(generation));
      }
    } catch (cause) {
      throw new BpfauditError(`load policy ${generation.name}: ${messageOf(cause)}`, {
        code: 'E_POLICY_STORE',
        hint: 'run as root, with /sys/fs/bpf mounted and room on the disk',
        cause,
      });
    }
  }

  /** Writes down what is known of a generation. */
  write(record: PolicyRecord): void {
    const path = join(this.#state(record), 'record.json');
    writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Removes the pins of a generation, and what is known of it: its programs go when nobody else holds them. */
  remove(generation: PinnedGeneration): void {
    const pins = this.#pins(generation);
    for (const file of list(pins)) unlinkSync(join(pins, file));
    for (const folder of [pins, join(this.folders.pins, generation.name)]) removeIfEmpty(folder);
    rmSync(this.#state(generation), { recursive: true, force: true });
    removeIfEmpty(join(this.folders.state, generation.name));
  }

  #pins({ name, generation, index }: PinnedGeneration): string {
    return join(this.folders.pins, name, `${generation}-${index}`);
  }

  #state({ name, generation }: PinnedGeneration): string {
    return join(this.folders.state, name, String(generation));
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (cause) {
    const name = errorName(cause);
    if (name === 'ENOENT' || name === 'ENOTDIR') return [];
    throw new BpfauditError(`read ${folder}: ${messageOf(cause)}`, {
      code: 'E_POLICY_STORE',
      hint: 'run as root',
      cause,
    });
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // holds something else, or is gone
  }
}
