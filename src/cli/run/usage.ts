/** What `bpfaudit run --help` shows. */
export const USAGE = `Usage: bpfaudit run [POLICY.bpf.o...] [--log FILE] [--json] [--join SOURCE] [--rules] [--to-audit]

Loads and attaches BPF LSM policies and prints the records they write, until it is stopped (SIGINT, SIGTERM).
Without a policy it collects what policies write that somebody else has loaded.

  --log FILE     append records to FILE (mode 0600) instead of printing them
  --to-audit     hand records to the kernel as messages of type TRUSTED_APP, for auditd's own log;
                 with --log to both
  --json         one JSON object a line instead of audit records
  --join SOURCE  put each decision into the kernel's own audit event, whose records come from
                 beside (multicast, auditd may run), instead (in the place of auditd; writes all records),
                 plugin (standard input, written by auditd) or
                 serial (not read: just the serial, by which auditd's log has the rest)
  --join-wait S  how many seconds an event waits for records of the kernel      [default: 2]
  --node NAME    what auditd calls this machine, if name_format is set; with --join plugin
                                                                               [default: the host name]
  --rules        keep audit rules in the kernel (key bpfaudit) by which it writes the whole event of each
                 denied system call; they go when bpfaudit ends. Needs --join or --to-audit
  --rules-errno E,E  errors the policies deny with                              [default: EPERM,EACCES]
  --paths HOW    how paths are rendered: auto, helper (bpf_d_path) or walk     [default: auto]
  --ring BYTES   size of the shared ring, if it has to be made; a power of two [default: 16777216]
  --quiet        say nothing but errors on stderr
  -h, --help     show this

Examples:
  bpfaudit run guard.bpf.o                       # see what a policy decides
  bpfaudit run a.bpf.o b.bpf.o --log audit.log   # two policies, then: ausearch -m 1427 -if audit.log -i
  bpfaudit run a.bpf.o --join beside --rules --log /var/log/bpfaudit/audit.log
  bpfaudit run a.bpf.o --to-audit --rules        # then: ausearch -m TRUSTED_APP
  bpfaudit run --json | jq 'select(.verdict < 0)'
  bpfaudit run                                   # collect from policies loaded with libbpf or bpftool

Exit status: 0 stopped by a signal, 1 failed, 2 wrong usage.
`;
