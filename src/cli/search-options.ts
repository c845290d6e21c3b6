import type { OptionSpec } from './option-table.ts';

const option = (names: string, help: string, value?: string): OptionSpec => ({
  names: names.split(' '),
  help,
  ...(value === undefined ? {} : { value }),
});

/** The options of ausearch(8), with its spellings. */
export const AUSEARCH_OPTIONS: readonly OptionSpec[] = [
  option('-a --event', 'events with this number', 'ID'),
  option('--arch', 'events of this architecture', 'CPU'),
  option('-c --comm', 'events of this command name', 'NAME'),
  option('--checkpoint', 'continue where the last search with this file ended', 'FILE'),
  option('--debug', 'say which records could not be read, and why'),
  { ...option('-e --exit', 'events with this exit code or error name', 'CODE'), allowsMinus: true },
  option('--escape', 'raw, tty (default), shell or shell_quote', 'HOW'),
  option('--eoe-timeout', 'seconds after which an event is complete', 'SECONDS'),
  option('--extra-keys', 'a column with the keys (csv)'),
  option('--extra-labels', 'columns with the labels of subject and object (csv)'),
  option('--extra-obj2', 'columns for a second object (csv)'),
  option('--extra-time', 'columns with the parts of the time (csv)'),
  option('-f --file', 'events that touch this file', 'NAME'),
  option('--format', 'default, raw, interpret, csv, text, json, ecs or ocsf', 'FORMAT'),
  option('-ga --gid-all', 'events of this group, effective or not', 'GROUP'),
  option('-ge --gid-effective', 'events of this effective group', 'GROUP'),
  option('-gi --gid', 'events of this group', 'GROUP'),
  option('-h --help', 'print this help'),
  option('-hn --host', 'events of this remote host', 'HOST'),
  option('-i --interpret', 'print values in words'),
  option('-if --input', 'read this file, or the logs of this directory', 'PATH'),
  option('--input-logs', 'read the logs even if stdin is a pipe'),
  option('--just-one', 'stop after the first event'),
  option('-k --key', 'events with this key of a rule', 'KEY'),
  option('-l --line-buffered', 'write each event at once'),
  option('-m --message', 'events with a record of these types: names, numbers, ALL', 'TYPES'),
  option('-n --node', 'events of this machine; may be given more than once', 'NODE'),
  option('-o --object', 'events with this label of an object', 'LABEL'),
  option('-p --pid', 'events of this process', 'PID'),
  option('-pp --ppid', 'events of children of this process', 'PID'),
  option('-r --raw', 'print the records as they are'),
  option('-sc --syscall', 'events of this system call', 'NAME'),
  option('-se --context', 'events with this label of a subject or an object', 'LABEL'),
  { ...option('--session', 'events of this login session', 'ID'), allowsMinus: true },
  option('-su --subject', 'events with this label of a subject', 'LABEL'),
  option('-sv --success', 'events that succeeded, or not', 'yes|no'),
  { ...option('-te --end', 'until then', 'DATE TIME'), maxValues: 2 },
  {
    ...option('-ts --start', 'from then: a date, a time, or a word such as today', 'DATE TIME'),
    maxValues: 2,
  },
  option('-tm --terminal', 'events of this terminal', 'NAME'),
  option('-ua --uid-all', 'events of this user: real, effective or login', 'USER'),
  option('-ue --uid-effective', 'events of this effective user', 'USER'),
  option('-ui --uid', 'events of this user', 'USER'),
  { ...option('-ul --loginuid', 'events of this login user', 'USER'), allowsMinus: true },
  option('-uu --uuid', 'events of the guest with this UUID', 'UUID'),
  option('-v --version', 'print the version'),
  option('-vm --vm-name', 'events of the guest with this name', 'NAME'),
  option('-w --word', 'text must match as a whole'),
  option('-x --executable', 'events of this executable', 'NAME'),
];

/** What bpfaudit adds. */
export const OWN_OPTIONS: readonly OptionSpec[] = [
  option('--prog', 'BPF LSM decisions of the program with this id', 'ID'),
  option('--policy', 'of this policy', 'NAME'),
  option('--hook', 'in this LSM hook (lsm-hook=, of policies that bpfaudit policy loaded)', 'NAME'),
  option('--cause', 'for this cause', 'TEXT'),
  {
    ...option(
      '--verdict',
      'deny, would-deny (policy only monitors), allow, or an error such as EPERM',
      'WHAT',
    ),
    allowsMinus: true,
  },
  option('--path', 'about this path', 'TEXT'),
  option('--daddr', 'about this destination address', 'ADDRESS'),
  option('--cgroup', 'in this control group (a part of its path; of such policies too)', 'NAME'),
  option('--count', 'print only how many events match'),
  option('--where', 'an expression, such as: auid>=1000 && path~"/etc/*"', 'EXPRESSION'),
  option('--json', 'one JSON object for each event: --format json'),
  option('--ecs', 'the same in the Elastic Common Schema: --format ecs'),
  option('--ocsf', 'the same in the Open Cybersecurity Schema: --format ocsf'),
  option('--follow', 'go on with what is added to the log, also when it is rotated'),
  option('--sort', 'oldest or newest first, where a log is not in the order of time', 'ORDER'),
  option('--no-progress', 'no bar on the terminal for long searches'),
  option('--limit', 'stop after so many events', 'N'),
  option('--stock', 'do as ausearch 3.0.9 does, also where it errs'),
];

/** All options of `bpfaudit search`. */
export const SEARCH_OPTIONS: readonly OptionSpec[] = [...AUSEARCH_OPTIONS, ...OWN_OPTIONS];
