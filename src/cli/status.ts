import { CONFIG_FILE, loadConfig } from '../daemon/config/load-config.ts';
import { defaultSettings } from '../daemon/config/read-config.ts';
import { askDaemon } from '../daemon/control/ask-daemon.ts';
import { existsSync } from 'node:fs';
import type { DaemonStatus } from '../daemon/service/daemon-status.ts';
import type { Command } from './command.ts';
import { statusText } from './status/status-text.ts';
import { readWords } from './words.ts';

const USAGE = `Usage: bpfaudit status [--json | --metrics] [--socket PATH]

What the daemon does: where all records went, the ring, the log, each program, plugins and forwarders.

  --json         as JSON, with every counter
  --metrics      as Prometheus reads it
  --socket PATH  the control socket               [default: that of ${CONFIG_FILE}]
  -h, --help     show this

Examples:
  bpfaudit status
  bpfaudit status --json | jq .records
  bpfaudit status --metrics > /var/lib/node_exporter/bpfaudit.prom

Exit status: 0 all records are accounted for, 1 they are not or no daemon answers, 2 wrong usage.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  metrics: { type: 'boolean' },
  socket: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `bpfaudit status`. */
export const command: Command = {
  async run(argv, io) {
    const { values } = readWords('status', argv, OPTIONS);
    if (values.help === true) {
      io.stdout.write(USAGE);
      return 0;
    }
    const socket = values.socket ?? defaultSocket();
    if (values.metrics === true) {
      io.stdout.write(String(await askDaemon(socket, { command: 'metrics' })));
      return 0;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the daemon of the same version answers
    const status = (await askDaemon(socket, { command: 'status' })) as DaemonStatus;
    io.stdout.write(values.json === true ? `${JSON.stringify(status, undefined, 2)}\n` : statusText(status));
    return status.records.closes ? 0 : 1;
  },
};

function defaultSocket(): string {
  return (existsSync(CONFIG_FILE) ? loadConfig() : defaultSettings()).control.socket;
}
