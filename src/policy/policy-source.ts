import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';
import { FileProblemsError, type ConfigProblem } from '../toml/config-error.ts';
import { DEFAULT_ORDER, readManifest, type Manifest } from './manifest.ts';

/** Name of the manifest in the folder of a policy. */
export const MANIFEST_FILE = 'policy.toml';

/** A policy as it lies on disk. */
export interface PolicySource {
  readonly manifest: Manifest;
  /** Undefined for an object without a manifest. */
  readonly manifestPath: string | undefined;
  readonly objectPath: string;
  /** What the user named, to be shown. */
  readonly origin: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
}

/** A manifest that cannot be used: code `E_MANIFEST`. */
export class ManifestError extends FileProblemsError {
  constructor(file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]]) {
    super('E_MANIFEST', file, problems);
  }
}

/**
 * Finds a policy: a folder with policy.toml, a manifest, or an object, which may have `NAME.toml` beside
 * `NAME.bpf.o`.
 *
 * @throws {ManifestError} `E_MANIFEST`
 * @throws {BpfauditError} `E_OBJECT_MISSING`
 */
export function openSource(path: string): PolicySource {
  const manifestPath = findManifest(path);
  if (manifestPath === undefined) return bareObject(resolve(path));
  const { manifest, problems } = readManifest(readText(manifestPath));
  const [first, ...more] = problems;
  if (first) throw new ManifestError(manifestPath, [first, ...more]);
  const objectPath = join(dirname(manifestPath), manifest!.object);
  if (!existsSync(objectPath)) {
    throw new ManifestError(manifestPath, [
      {
        line: manifest!.lines.get('object') ?? 0,
        key: 'object',
        text: `expected a file beside the manifest, found no ${objectPath}`,
        hint: 'compile the policy first',
      },
    ]);
  }
  const sha256 = sha256Of(objectPath);
  return { manifest: manifest!, manifestPath, objectPath, origin: manifestPath, sha256 };
}

function findManifest(path: string): string | undefined {
  if (isFolder(path)) {
    return resolve(path, MANIFEST_FILE);
  }
  if (path.endsWith('.toml')) return resolve(path);
  const beside = resolve(path.replace(/(?:\.bpf)?\.o$/, '.toml'));
  return path.endsWith('.o') && existsSync(beside) ? beside : undefined;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function bareObject(objectPath: string): PolicySource {
  const name = basename(objectPath)
    .replace(/(?:\.bpf)?\.o$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31);
  const manifest: Manifest = {
    name: name === '' ? 'policy' : name,
    version: undefined,
    author: undefined,
    description: undefined,
    object: basename(objectPath),
    mode: 'enforce',
    order: DEFAULT_ORDER,
    hooks: undefined,
    maps: [],
    lines: new Map(),
  };
  const sha256 = sha256Of(objectPath);
  return { manifest, manifestPath: undefined, objectPath, origin: objectPath, sha256 };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BpfauditError(`open policy ${path}: ${messageOf(cause)}`, {
      code: 'E_OBJECT_MISSING',
      hint: 'name a folder with policy.toml, a manifest, or an object; bpfaudit policy new NAME makes one',
      cause,
    });
  }
}

function sha256Of(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (cause) {
    throw new BpfauditError(`open policy ${path}: ${messageOf(cause)}`, {
      code: 'E_OBJECT_MISSING',
      hint: 'name a folder with policy.toml, a manifest, or an object; bpfaudit policy new NAME makes one',
      cause,
    });
  }
}
