#!/bin/bash
# In the guest: a denial of each kind of task that the kernel's audit treats in its own way, and two policies with an
# opinion about the same call.
start_contexts() {
	local programs=/opt/bpfaudit/.output/bpf/test/kernel/programs
	touch /root/deny-old /root/deny-two /root/deny-uring
	node /opt/bpfaudit/dist/bundle/bpfaudit.js run $programs/join-burst.bpf.o $programs/join-contexts.bpf.o \
		--log /root/contexts.log --join instead 2>/root/contexts.err &
	contexts=$!
	until grep -q '^bpfaudit: ready$' /root/contexts.err; do
		kill -0 $contexts || { cat /root/contexts.err && return 1; }
		sleep 0.1
	done
}

# A task that has no audit context: what it is when audit was off at its fork, or a rule for tasks said so.
mkfifo /root/go
auditctl -a never,task >/dev/null
bash -c 'read -r </root/go; : </root/deny-old' 2>/dev/null &
old=$!
auditctl -D >/dev/null
start_contexts || exit 1
auditctl -a always,exit -F arch=b64 -S openat -F exit=-EPERM -k join >/dev/null
# auditctl 3.0.9 does not know the list. The kernel says exit=0 of every operation that it has completed, see there.
node /opt/bpfaudit/dist/bundle/bpfaudit.js ctl -a always,io_uring -S openat -k uring || exit 1
echo >/root/go
wait $old
/usr/bin/cat /root/deny-two 2>/dev/null
/root/orc uring-open /root/deny-uring >/dev/null
# a new console, for which the kernel thread kdevtmpfs makes a node
echo >/dev/tty21
kill -TERM $contexts
wait $contexts || exit 1
cat /root/contexts.err /root/contexts.log
