import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorName, messageOf } from '../../errors/thrown.ts';
import { problemLine } from '../../toml/config-error.ts';
import { readPluginFile, type PluginFile } from './plugin-file.ts';

/** A plugin that is to run. */
export interface ConfiguredPlugin {
  /** Name of its file, without `.conf`. */
  readonly name: string;
  readonly plugin: PluginFile;
}

const OTHERS_WRITE = 0o022;

/**
 * The active plugins of a folder, in the order of their names. One that is wrong is said and left out, the others
 * run. A program that anybody but root could replace would run as root, so it does not.
 *
 * @param say - told about each problem
 */
export function readPluginFolder(folder: string, say: (line: string) => void): readonly ConfiguredPlugin[] {
  const plugins: ConfiguredPlugin[] = [];
  for (const file of names(folder, say)) {
    const path = join(folder, file);
    const problem = untrusted(path);
    if (problem !== undefined) {
      say(`${path}: ${problem}`);
      continue;
    }
    const { plugin, problems } = readPluginFile(readFileSync(path, 'utf8'));
    for (const each of problems) say(problemLine(path, each));
    if (!plugin?.active) continue;
    const refused = refusal(plugin);
    if (refused === undefined) plugins.push({ name: file.replace(/\.conf$/, ''), plugin });
    else say(`${path}: ${refused}`);
  }
  return plugins;
}

/** A folder that does not exist has no plugins; any other that cannot be read is said. */
function names(folder: string, say: (line: string) => void): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .toSorted();
  } catch (error) {
    if (errorName(error) !== 'ENOENT') say(`${folder}: ${messageOf(error)}`);
    return [];
  }
}

function refusal({ path, format }: PluginFile): string | undefined {
  if (path.startsWith('builtin_')) return `${path} was part of auditd; name a program`;
  if (format === 'binary') return 'format = binary is not there; use string';
  const problem = untrusted(path);
  return problem === undefined ? undefined : `${path}: ${problem}`;
}

/** Why a file must not be used, if so. */
function untrusted(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return 'is no regular file';
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) return `is owned by uid ${stat.uid}, not by root`;
  return (stat.mode & OTHERS_WRITE) === 0 ? undefined : 'can be written by others';
}
