#!/bin/bash
# In the guest: 10,000 denials from 8 processes, once without and once with a rule. See test/kernel/join.test.ts.
set -u
bpfaudit=/opt/bpfaudit
policy=$bpfaudit/.output/bpf/test/kernel/programs/join-burst.bpf.o

# collect LOG [OPTION...]: burst against the policy, while bpfaudit writes to LOG.
collect() {
	local log=$1 pid
	shift
	node $bpfaudit/dist/bundle/bpfaudit.js run $policy --log "$log" --ring 134217728 "$@" 2>"$log.err" &
	pid=$!
	until grep -q '^bpfaudit: ready$' "$log.err"; do
		kill -0 $pid || { cat "$log.err" && exit 1; }
		sleep 0.1
	done
	(
		# every child runs one of two executables, so that a mix-up of exe shows
		/root/burst-a /root/files 4 1250 0 &
		/root/burst-b /root/files 4 1250 5000
		wait
	) || exit 1
	for _ in $(seq 90); do
		[ "$(grep -cE '^type=UNKNOWN.1427|"decisions"' "$log")" -lt 10000 ] || break
		sleep 1
	done
	kill -TERM $pid
	wait $pid || exit 1
	echo "$log $(tail -n 2 "$log.err" | tr '\n' ' ') $(auditctl -s | grep '^lost')"
}

auditctl -b 65536 >/dev/null
auditctl --backlog_wait_time 60000 >/dev/null
stat -c '%i %n' /root/burst-a /root/burst-b
collect /root/without.log --join instead
auditctl -a always,exit -F arch=b64 -S openat -F exit=-EPERM -k join >/dev/null || exit 1
collect /root/with.json --join instead --json
gzip /root/without.log /root/with.json
