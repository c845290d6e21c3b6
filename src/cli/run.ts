import type { Command } from './command.ts';
import { collect } from './run/collect.ts';
import { parseRun } from './run/options.ts';
import { USAGE } from './run/usage.ts';

/** `bpfaudit run`: policies in, records out. */
export const command: Command = {
  async run(argv, io) {
    const options = parseRun(argv);
    if (options === 'help') {
      io.stdout.write(USAGE);
      return 0;
    }
    await collect(options, io);
    return 0;
  },
};
