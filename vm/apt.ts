import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AptSource, deriveSources, parseAptSources } from './apt-sources.ts';
import { GuestError } from './guest-error.ts';
import { kernelSecuritySuites, kernelSuites } from './kernel-catalog.ts';

/** apt with sources and state of its own: the machine's package lists and packages stay as they are. */
export interface PrivateApt {
  /** Names of all packages whose name matches an apt regular expression. */
  search(pattern: string): string[];
  /** Puts the packages' files, as an installation would lay them out, below `destination`. */
  extract(packages: readonly string[], destination: string): void;
}

/**
 * Opens a private apt below a folder and reads the archives' indexes.
 *
 * @throws GuestError `E_GUEST_FETCH` if the machine has no Debian mirror or it does not answer.
 */
export function openPrivateApt(folder: string): PrivateApt {
  const sourcesFile = join(folder, 'kernels.sources');
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  writeFileSync(sourcesFile, privateSources());
  const settings = [
    `Dir::Etc::sourcelist=${sourcesFile}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    // apt's own user cannot read a folder below a private home; there is nothing here to protect from it.
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  run('apt-get', [...settings, '-qq', 'update'], folder);
  return {
    search: (pattern) =>
      run('apt-cache', [...settings, 'search', '--names-only', pattern], folder)
        .split('\n')
        .map((line) => line.split(' ')[0] ?? '')
        .filter((name) => name !== ''),
    extract: (packages, destination) => {
      const downloads = join(folder, 'download');
      mkdirSync(downloads, { recursive: true });
      run('apt-get', [...settings, '-qq', 'download', ...packages], downloads);
      for (const name of packages) {
        const file = readdirSync(downloads).find((candidate) => candidate.startsWith(`${name}_`)) ?? name;
        run('dpkg', ['-x', join(downloads, file), destination], downloads);
      }
    },
  };
}

function privateSources(): string {
  const text = deriveSources(machineSources('/etc/apt'), kernelSuites, kernelSecuritySuites);
  if (text !== undefined) return text;
  throw new GuestError('read the apt configuration: found no Debian archive', {
    code: 'E_GUEST_FETCH',
    hint: 'add a Debian mirror to /etc/apt/sources.list.d, or point BPFAUDIT_KERNELS to fetched kernels',
  });
}

/** All archives of a machine's apt configuration, in apt's order. */
function machineSources(configurationFolder: string): AptSource[] {
  const parts = join(configurationFolder, 'sources.list.d');
  const files = [join(configurationFolder, 'sources.list')];
  for (const name of listFolder(parts).toSorted()) {
    // apt takes these two endings only; a `.disabled` behind them switches a file off.
    if (/\.(list|sources)$/.test(name)) files.push(join(parts, name));
  }
  return files.flatMap((file) => parseAptSources(file, readIfThere(file)));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.status === 0) return result.stdout;
  const said = result.stderr?.trim().split('\n').at(-1) ?? result.error?.message ?? '';
  throw new GuestError(`run ${command} ${args.slice(-2).join(' ')}: ${said}`, {
    code: 'E_GUEST_FETCH',
    hint: 'check that the Debian mirror in /etc/apt answers',
    cause: result.error,
  });
}
