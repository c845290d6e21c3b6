/** What `bpfaudit ctl --help` prints. */
export const USAGE = `usage: bpfaudit ctl OPTIONS
       bpfaudit ctl load [--check] [DIRECTORY]

Controls the kernel's audit. Options and rule language are those of auditctl(8).

Status
  -s [-i]                           show the status; -i in words
  -e 0|1|2                          switch audit off, on, on and locked until the next boot
  -f 0|1|2                          when records are lost: stay silent, printk, panic
  -b N                              records that may wait in the kernel (0 no limit)
  -r N                              records per second (0 no limit)
  --backlog_wait_time N             longest wait of a task for a full backlog, in jiffies
  --reset-lost                      set the counter of lost records to 0, print its old value
  --reset_backlog_wait_time_actual  the same for the time that tasks have waited
  --loginuid-immutable              a login uid, once set, can't be changed until the next boot

Rules
  -l [-i] [-k KEY] [--where]        list the rules; only those with this key; --where says of
                                    each rule for BPF records where it is decided
  -a LIST,ACTION RULE               add a rule at the end of its list
  -A LIST,ACTION RULE               add a rule at the front
  -d LIST,ACTION RULE               delete the rule that is exactly this one
  -D [-k KEY]                       delete all rules; only those with this key
  -w PATH [-p rwxa] [-k KEY]        watch a file or a directory tree; -W deletes the watch
  -R FILE                           do what a file says, line by line; stops at the first error
  -c | -i                           go on after errors in a file; -c exits with 1 in the end
  -q MOUNT,SUBTREE                  watch SUBTREE where MOUNT is watched
  -t                                forget watches of trees that are gone

  RULE: -S SYSCALL[,...]  -F FIELD=VALUE  -C FIELD=FIELD  -k KEY
  LIST: exit task user exclude filesystem io_uring, and bpf for records of BPF LSM policies

  load [--check] [DIRECTORY]        load all *.rules of /etc/audit/rules.d, in augenrules' order;
                                    goes on after errors and lists them; --check changes nothing

Other
  -m TEXT                           write a USER record
  --signal TERM|HUP|USR1|USR2|CONT  signal the registered audit daemon
                                    (also stop, reload, rotate, resume, state)
  -v, -h                            version, this text

Examples
  bpfaudit ctl -s
  bpfaudit ctl -w /etc/shadow -p wa -k shadow
  bpfaudit ctl -a always,exit -F arch=b64 -S openat -F exit=-EPERM -k denied
  bpfaudit ctl -D -k denied
  bpfaudit ctl -a never,bpf -F policy=egress -F daddr=10.0.0.0/8
  bpfaudit ctl -a always,bpf -F policy=egress -F limit=20/10s/exe -k egress
  bpfaudit ctl -l --where
  bpfaudit ctl load --check
  bpfaudit ctl -m "maintenance begins"

Exit status: 0 done, 1 no options given or rules in files failed, 4 not allowed, 255 failed.
`;
