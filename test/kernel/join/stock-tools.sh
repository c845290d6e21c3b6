#!/bin/bash
# In the guest: a few denials of different kinds, without and with a rule, to /root/audit.log; and what the stock
# tools find in it. test/fixtures/joined/audit.log was made by this.
set -u
bpfaudit=/opt/bpfaudit
log=/root/audit.log

start() {
	: >/root/run.err
	node $bpfaudit/dist/bundle/bpfaudit.js run $bpfaudit/.output/bpf/test/kernel/programs/join-burst.bpf.o \
		--log $log --join instead 2>/root/run.err &
	pid=$!
	until grep -q '^bpfaudit: ready$' /root/run.err; do
		kill -0 $pid || { cat /root/run.err && exit 1; }
		sleep 0.1
	done
}

stop() {
	kill -TERM $pid
	wait $pid || exit 1
	tail -n 1 /root/run.err
}

# Each is denied. Paths keep bash from running a busybox of its own.
deny_all() {
	cd /root || exit 1
	/usr/bin/cat /root/deny-plain
	/usr/bin/cat "/root/deny-two words" deny-relative
	/root/deny-exec one 'two words' ''
	(
		echo 33 >/proc/self/loginuid
		cd /tmp || exit 1
		/usr/bin/cat /root/deny-plain
	)
} 2>/dev/null

touch /root/deny-plain '/root/deny-two words' /root/deny-relative
cp /usr/bin/busybox /root/deny-exec
start
deny_all
stop
auditctl -a always,exit -F arch=b64 -S openat,execve -F exit=-EPERM -k join >/dev/null || exit 1
start
deny_all
stop
# the events with a decision
awk 'NR == FNR { if ($1 == "type=UNKNOWN[1427]") ours[$2] = 1; next } $2 in ours' $log $log >/root/kept.log
count() {
	echo "$1: $("${@:2}" -if $log 2>/dev/null | grep -c '^type=UNKNOWN.1427')"
}
count 'ausearch -m 1427' ausearch -m 1427 --raw
count 'ausearch -k join' ausearch -k join --raw
count 'ausearch -x cat' ausearch -x /usr/bin/busybox --raw
count 'ausearch -ui 0' ausearch -ui 0 -m 1427 --raw
count 'ausearch -ul 33' ausearch -ul 33 --raw
count 'ausearch -sc openat' ausearch -sc openat --raw
count 'ausearch -sc execve' ausearch -sc execve -m 1427 --raw
count 'ausearch -sv no' ausearch -sv no -m 1427 --raw
count 'ausearch -e -1' ausearch -e -1 -m 1427 --raw
