#!/bin/bash
# In the guest: nanoseconds of a getpid(), five times, in turns without and with the programs of the join. Prints
# "AUDIT PROGRAMS NANOSECONDS". See bench/syscall.ts.
set -u
calls=$1

measure() {
	auditctl -D >/dev/null
	case $1 in
	no-context) auditctl -a never,task >/dev/null ;;
	rule) auditctl -a always,exit -F arch=b64 -S acct -k other >/dev/null ;;
	esac
	# a task has what the rules say when it is forked
	echo "$1 $2 $(/root/getpid "$calls")"
}

for _ in 1 2 3 4 5; do
	for audit in no-context no-rule rule; do measure $audit without; done
	node /opt/bpfaudit/dist/bundle/bpfaudit.js run --join serial --log /root/log 2>/root/err &
	pid=$!
	until grep -q ready /root/err; do
		kill -0 $pid || { cat /root/err && exit 1; }
		sleep 0.1
	done
	for audit in no-context no-rule rule; do measure $audit with; done
	kill -TERM $pid
	wait $pid
	: >/root/err
done
