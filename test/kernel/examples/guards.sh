#!/bin/bash
# Runs both example guards and what they deny and allow. Prints "WHAT STATUS" for each, then "log" and the log.
set -u
examples=.output/bpf/examples
node dist/bundle/bpfaudit.js run $examples/userns-guard.bpf.o $examples/heap-mprotect-guard.bpf.o --log /root/audit.log \
	2>/root/stderr &
run=$!
until grep -q '^bpfaudit: ready' /root/stderr; do
	kill -0 $run 2>/dev/null || { cat /root/stderr; exit 1; }
	sleep 0.1
done

unshare -Ur true; echo "unlisted $?"
sh examples/userns-allow.sh comm unshare
unshare -Ur true; echo "listed-comm $?"
# "unshare", filled up with zeros
bpftool map delete name allowed_comms key 117 110 115 104 97 114 101 0 0 0 0 0 0 0 0 0
unshare -Ur true; echo "delisted $?"
mkdir -p /sys/fs/cgroup/services/one
sh examples/userns-allow.sh cgroup /sys/fs/cgroup/services
(echo 0 >/sys/fs/cgroup/services/one/cgroup.procs; unshare -Ur true; echo "listed-cgroup $?")
/root/heap

kill -INT $run
wait $run
echo "run $?"
echo log
cat /root/audit.log
