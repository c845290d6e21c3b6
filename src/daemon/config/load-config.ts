import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { errorName } from '../../errors/thrown.ts';
import { ConfigError, type ConfigProblem } from '../../toml/config-error.ts';
import { readConfig, type ReadConfig } from './read-config.ts';
import { CONFIG_FILE } from './config-file.ts';
import type { Settings } from './settings.ts';

export { CONFIG_FILE } from './config-file.ts';

/** No configuration is this long; something else was named. */
const LONGEST_BYTES = 1024 * 1024;

/** Reads a configuration file and says all that is wrong with it; what `--check` and the start share. */
export function checkConfig(file: string): ReadConfig {
  const { text, problem } = readTrusted(file);
  const read = readConfig(text);
  return problem === undefined ? read : { ...read, problems: [problem, ...read.problems] };
}

/**
 * The settings of a file.
 *
 * @throws {ConfigError} `E_CONFIG`
 */
export function loadConfig(file: string = CONFIG_FILE): Settings {
  const { settings, problems } = checkConfig(file);
  const [first, ...more] = problems;
  if (first) throw new ConfigError(file, [first, ...more]);
  return settings;
}

/** Who can write the configuration, can run programs as root: it must be root's, as auditd.conf must. */
function readTrusted(file: string): { readonly text: string; readonly problem?: ConfigProblem } {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const code = errorName(cause) || 'failed';
    const hint = code === 'ENOENT' ? 'copy etc/bpfaudit/bpfaudit.toml there' : 'run as root';
    return { text: '', problem: { line: 0, key: '', text: `cannot be opened (${code})`, hint } };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { text: '', problem: { line: 0, key: '', text: 'is no regular file' } };
    if (stat.size > LONGEST_BYTES)
      return { text: '', problem: { line: 0, key: '', text: 'is longer than 1 MiB' } };
    const problem = ownerProblem(stat, process.geteuid?.() ?? 0);
    return { text: readFileSync(fd, 'utf8'), ...(problem === undefined ? {} : { problem }) };
  } finally {
    closeSync(fd);
  }
}

function ownerProblem(stat: Stats, euid: number): ConfigProblem | undefined {
  const problem = { line: 0, key: '' };
  if (stat.uid !== 0 && stat.uid !== euid) {
    return { ...problem, text: `is owned by uid ${stat.uid}, not by root`, hint: 'chown root FILE' };
  }
  if ((stat.mode & 0o022) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    return { ...problem, text: `can be written by others (mode ${mode})`, hint: 'chmod 0640 FILE' };
  }
  return undefined;
}
