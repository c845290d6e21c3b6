import { CONFIG_FILE } from '../../daemon/config/config-file.ts';

/** What `bpfauditd --help` shows. */
export const USAGE: string = `Usage: bpfauditd [-n | -f] [-c FILE] [--check]

Collects what BPF LSM policies decide and writes it to the log, together with the kernel's own audit records.

  -c, --config FILE   the configuration                              [default: ${CONFIG_FILE}]
      --check         say all that is wrong with the configuration, and end
  -n, --no-fork       stay in the foreground, for a service manager
  -f, --foreground    the same, and say on stderr what goes on
  -h, --help          show this
  -V, --version       show the version

Signals:
  HUP    read configuration, rules and policies again; what is wrong changes nothing, and the log says so
  USR1   begin a new log
  USR2   go on writing after an action has suspended it
  CONT   write the state to /run/bpfaudit/bpfauditd.state
  TERM   write what was read, and end; the policies stay

Examples:
  bpfauditd --check
  bpfauditd -f                      # try it out
  systemctl enable --now bpfauditd  # for good
  systemctl kill -s USR1 bpfauditd  # rotate the log

Exit status: 0 ended by a signal, or started in the background; 1 failed; 2 wrong usage.
`;
