import type { Command, CommandIo } from './command.ts';
import { change } from './policy/change.ts';
import { check } from './policy/check.ts';
import { parsePolicy, type PolicyOptions } from './policy/options.ts';
import { scaffold } from './policy/scaffold.ts';
import { list, show } from './policy/show.ts';
import { USAGE } from './policy/usage.ts';

type Verb = (options: PolicyOptions, io: CommandIo) => number | Promise<number>;

const VERBS: Readonly<Record<PolicyOptions['verb'], Verb>> = {
  load: change,
  upgrade: change,
  unload: change,
  list,
  show,
  check,
  new: scaffold,
};

/** `bpfaudit policy`: load, list, show, upgrade, unload, check, new. */
export const command: Command = {
  async run(argv, io) {
    const options = parsePolicy(argv);
    if (options === 'help') {
      io.stdout.write(USAGE);
      return 0;
    }
    return VERBS[options.verb](options, io);
  },
};
