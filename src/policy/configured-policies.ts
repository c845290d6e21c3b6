import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BpfauditError } from '../errors/audit-error.ts';
import { errorName, messageOf } from '../errors/thrown.ts';
import { asPolicyError } from './policy-errors.ts';
import { PolicyLoader, type LoaderOptions } from './policy-loader.ts';
import type { PolicyRecord } from './policy-record.ts';
import { MANIFEST_FILE, openSource, type PolicySource } from './policy-source.ts';

/** A policy of a folder that is attached now. */
export interface AttachedPolicy {
  /** Where it lies. */
  readonly path: string;
  /** `unchanged`: loaded already, from the same object and manifest. */
  readonly outcome: 'loaded' | 'upgraded' | 'unchanged';
  readonly record: PolicyRecord;
}

/** A policy of a folder that could not be loaded. The others are loaded all the same. */
export interface FailedPolicy {
  /** Where it lies. */
  readonly path: string;
  readonly outcome: 'failed';
  readonly error: BpfauditError;
}

/** What became of one policy of a folder. */
export type ConfiguredPolicy = AttachedPolicy | FailedPolicy;

/**
 * Brings the policies of a folder into the kernel, as at boot or when the configuration is read again: what is
 * not loaded is loaded, what has changed is upgraded, what is as it was stays untouched. A policy that fails
 * keeps no other back. Policies that are loaded, but not in the folder, stay. The signal of the options keeps back
 * those that were not begun.
 *
 * @param directory - with folders of policies, manifests or objects; one that does not exist holds none
 * @throws {BpfauditError} `E_OBJECT_MISSING` for a directory that can't be read, `E_LOCKED`, and what `SharedMaps`
 * throws: then nothing was done
 */
export async function bringPolicies(
  directory: string,
  options: LoaderOptions = {},
): Promise<ConfiguredPolicy[]> {
  const found = policyPaths(directory).map(open);
  if (found.length === 0) return [];
  using loader = await PolicyLoader.open(options);
  const results: ConfiguredPolicy[] = [];
  // What is to run last is attached first, so that nothing has to be attached twice.
  for (const one of found.toSorted((a, b) => orderOf(b) - orderOf(a))) {
    if (options.signal?.aborted === true) break;
    results.push(await bring(loader, one));
  }
  return results.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Folders with a manifest, manifests, and objects that have none, in the order of names.
 *
 * @throws {BpfauditError} `E_OBJECT_MISSING` for a directory that can't be read
 */
export function policyPaths(directory: string): string[] {
  const names = namesIn(directory);
  return names
    .filter((name) => {
      if (name.startsWith('.')) return false;
      if (name.endsWith('.toml')) return true;
      if (name.endsWith('.o')) return !names.includes(name.replace(/(?:\.bpf)?\.o$/, '.toml'));
      return existsSync(join(directory, name, MANIFEST_FILE));
    })
    .map((name) => join(directory, name));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (cause) {
    if (errorName(cause) === 'ENOENT') return [];
    throw new BpfauditError(`read policies from ${directory}: ${messageOf(cause)}`, {
      code: 'E_OBJECT_MISSING',
      hint: 'name a folder that root can read as policies.directory',
      cause,
    });
  }
}

/** A policy of a folder that can be loaded. */
interface FoundPolicy {
  readonly path: string;
  readonly outcome: 'found';
  readonly source: PolicySource;
}

function open(path: string): FoundPolicy | FailedPolicy {
  try {
    return { path, outcome: 'found', source: openSource(path) };
  } catch (error) {
    return failed(path, error);
  }
}

function failed(path: string, error: unknown): FailedPolicy {
  return { path, outcome: 'failed', error: asPolicyError(path, error) };
}

function orderOf(policy: FoundPolicy | FailedPolicy): number {
  return policy.outcome === 'found' ? policy.source.manifest.order : 0;
}

async function bring(loader: PolicyLoader, policy: FoundPolicy | FailedPolicy): Promise<ConfiguredPolicy> {
  if (policy.outcome === 'failed') return policy;
  const { path, source } = policy;
  try {
    const loaded = loader.active(source.manifest.name);
    if (!loaded) return { path, outcome: 'loaded', record: await loader.load(source) };
    if (isSame(loader, loaded, source)) return { path, outcome: 'unchanged', record: loaded };
    return { path, outcome: 'upgraded', record: await loader.upgrade(source) };
  } catch (cause) {
    return failed(path, cause);
  }
}

/** Whether what is loaded came from the same object and manifest; a mode set by hand counts as a change. */
function isSame(loader: PolicyLoader, loaded: PolicyRecord, source: PolicySource): boolean {
  const { manifest, manifestPath, sha256 } = source;
  if (loaded.sha256 !== sha256 || loaded.mode !== manifest.mode || loaded.order !== manifest.order)
    return false;
  return manifestPath === undefined || textOf(manifestPath) === textOf(loader.store.manifestCopy(loaded));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
