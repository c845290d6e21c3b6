#!/bin/bash
# In the guest: the same denials, audited by auditd alone, and joined by bpfaudit. Prints lines "cpu WHO EVENTS
# TICKS" and "rate WHO BACKLOG EVENTS SECONDS LOST". See bench/join.ts.
set -u
policy=/opt/bpfaudit/.output/bpf/test/kernel/programs/join-burst.bpf.o
main=/opt/bpfaudit/dist/bundle/bpfaudit.js

# ticks PID: CPU time of a process, 1/100 s
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

start_auditd() {
	auditd -f >/root/auditd.err 2>&1 &
	pid=$!
	until auditctl -s | grep -q "^pid $pid$"; do sleep 0.1; done
	# the same denials need the same policy: bpfaudit without the join, which writes no kernel records
	node $main run $policy --log /root/plain.log 2>/root/plain.err &
	policy_pid=$!
	until grep -q ready /root/plain.err; do sleep 0.1; done
}

start_bpfaudit() {
	node $main run $policy --join instead --ring 67108864 --log /root/joined.log 2>/root/joined.err &
	pid=$!
	policy_pid=
	until grep -q ready /root/joined.err; do sleep 0.1; done
}

stop() {
	kill -TERM $pid $policy_pid
	wait
	rm -f /root/plain.err /root/joined.err /root/plain.log /root/joined.log /var/log/audit/audit.log*
}

# records that the kernel threw away, since nobody read fast enough
lost() {
	auditctl -s | awk '/^lost/ { print $2 }'
}

# denials COUNT [PAUSE_US [PROCESSES]]
denials() {
	local processes=${3:-2}
	/root/burst /root/files "$processes" $(($1 / processes)) 0 "${2:-0}" >/dev/null || exit 1
}

# Waits until the log grows no more: CPU time would not do, since a daemon looks around now and then.
quiet() {
	local before=-1 after
	after=$(cat /var/log/audit/audit.log /root/joined.log 2>/dev/null | wc -c)
	while [ "$before" != "$after" ]; do
		before=$after
		sleep 0.5
		after=$(cat /var/log/audit/audit.log /root/joined.log 2>/dev/null | wc -c)
	done
}

auditctl -b 8192 --backlog_wait_time 0 >/dev/null
auditctl -a always,exit -F arch=b64 -S openat -F exit=-EPERM -k bench >/dev/null
mkdir -p /var/log/audit
# as bpfaudit writes it, without names behind the numbers
sed -i 's/^log_format.*/log_format = RAW/' /etc/audit/auditd.conf
for who in auditd bpfaudit; do
	start_$who
	denials 1000 100
	quiet
	for _ in 1 2 3 4 5; do
		before=$(ticks $pid)
		denials 2000 500
		quiet
		echo "cpu $who 2000 $(($(ticks $pid) - before))"
	done
	stop
done
# rates BACKLOG COUNT:PAUSE_US:PROCESSES...: the same for both daemons, each time with a new one
rates() {
	local backlog=$1 who load count pause processes before begin end
	shift
	auditctl -b "$backlog" >/dev/null
	for who in auditd bpfaudit; do
		for load in "$@"; do
			IFS=: read -r count pause processes <<<"$load"
			start_$who
			denials 200 5000
			quiet
			before=$(lost)
			begin=$(awk '{ print $1 }' /proc/uptime)
			denials "$count" "$pause" "$processes"
			end=$(awk '{ print $1 }' /proc/uptime)
			quiet
			echo "rate $who $backlog $count $(awk "BEGIN { print $end - $begin }") $(($(lost) - before))"
			stop
		done
	done
}

# Debian's backlog, and the kernel's own
rates 8192 4000:100:2 12000:0:2 40000:0:8
rates 64 500:8000:1 1000:2000:1 2000:500:2 4000:100:2 8000:0:2
