import { diagnose } from '../doctor/diagnose.ts';
import { hostMachine } from '../doctor/host-machine.ts';
import { reportJson, reportText } from '../doctor/report.ts';
import type { Command } from './command.ts';
import { readWords } from './words.ts';

const USAGE = `Usage: bpfaudit doctor [--json]

Says whether this machine can run BPF LSM policies and audit them, line by line, with the cure of what is
missing. It tries for real: it loads a program of type LSM that lets everything pass and takes it away again.

  --json      one JSON object
  -h, --help  show this

Examples:
  bpfaudit doctor
  bpfaudit doctor --json | jq -r '.findings[] | select(.status != "ok") | .cure'

Exit status: 0 policies can run, 1 they cannot, 2 wrong usage.
`;

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** `bpfaudit doctor`: can this machine run policies? */
export const command: Command = {
  async run(argv, io) {
    const { values } = readWords('doctor', argv, OPTIONS);
    if (values.help === true) {
      io.stdout.write(USAGE);
      return 0;
    }
    const diagnosis = await diagnose(hostMachine());
    io.stdout.write(values.json === true ? reportJson(diagnosis) : reportText(diagnosis));
    return diagnosis.ready ? 0 : 1;
  },
};
