#!/bin/bash
# In the guest: bpfaudit killed, auditd killed, and audit's backlog too small. Prints what the logs hold of the
# denials that were made. See test/kernel/join.test.ts.
set -u
main=/opt/bpfaudit/dist/bundle/bpfaudit.js
policy=/opt/bpfaudit/.output/bpf/test/kernel/programs/join-burst.bpf.o
all=800

# collect LOG [OPTION...]
collect() {
	local log=$1
	shift
	: >"$log.err"
	node $main run --log "$log" "$@" 2>>"$log.err" &
	collector=$!
	until grep -q '^bpfaudit: ready$' "$log.err"; do
		kill -0 $collector || { cat "$log.err" && exit 1; }
		sleep 0.1
	done
}

# Until the log has as many different decisions as were made; what waits then, bpfaudit waits for when it is told
# to stop.
await() {
	for _ in $(seq 60); do
		[ "$(attempts "$1")" -lt $all ] || break
		sleep 0.5
	done
}

# different decisions that the log holds
attempts() {
	grep -a '^type=UNKNOWN.1427' "$1" | grep -ao '/deny-[0-9]*' | sort -u | wc -l
}

# numbers NAME LOG
numbers() {
	echo "$1 decisions=$(grep -ac '^type=UNKNOWN.1427' "$2")" \
		"attempts=$(attempts "$2")" \
		"timeouts=$(grep -ac '^type=UNKNOWN.1427.* join=timeout$' "$2")" \
		"partial=$(grep -ac '^type=UNKNOWN.1427.* join=partial$' "$2")" \
		"syscalls=$(grep -a '^type=SYSCALL.*key="join"' "$2" | sort -u | wc -l)" \
		"from-bpf=$(grep -ac '^type=SYSCALL.* origin=bpf$' "$2")" \
		"lost=$(grep -ao 'op=kernel-audit-lost lost=[0-9]*' "$2" | awk -F= '{ n += $3 } END { print n + 0 }')" \
		"dropped=$(grep -ao 'op=netlink-records-dropped lost=[0-9]*' "$2" | awk -F= '{ n += $3 } END { print n + 0 }')" \
		"own-ids=$(grep -acE '^type=UNKNOWN.1427. msg=audit\([0-9.]+:[0-9]{10}\)' "$2")" \
		"unread=$(grep -ao 'op=kernel-events-unread lost=[0-9]*' "$2" | awk -F= '{ n += $3 } END { print n + 0 }')" \
		"bpf-lost=$(grep -ac 'op=bpf-records-lost' "$2")"
}

lost() {
	auditctl -s | awk '/^lost/ { print $2 }'
}

stop() {
	kill -TERM $collector
	wait $collector
}

# Somebody else's loader: the policy goes on without bpfaudit.
mkdir /sys/fs/bpf/join-burst
/root/loader --pin /sys/fs/bpf/join-burst $policy >/dev/null || exit 1
auditctl -b 8192 >/dev/null
auditctl -a always,exit -F arch=b64 -S openat -F exit=-EPERM -k join >/dev/null

collect /root/killed.log --join instead
/root/burst-a /root/killed 4 200 0 15000 >/dev/null &
burst=$!
sleep 1
kill -9 $collector
wait $collector 2>/dev/null
sleep 0.5
collect /root/killed.log --join instead
wait $burst || exit 1
await /root/killed.log
stop
numbers killed /root/killed.log

mkdir -p /var/log/audit
auditd -f >/dev/null 2>&1 &
auditd=$!
until auditctl -s | grep -q "^pid $auditd$"; do sleep 0.1; done
collect /root/beside.log --join beside
/root/burst-a /root/beside 4 200 0 5000 >/dev/null &
burst=$!
sleep 1
kill -9 $auditd
wait $auditd 2>/dev/null
sleep 0.5
auditd -f >/dev/null 2>&1 &
auditd=$!
wait $burst || exit 1
await /root/beside.log
stop
kill -TERM $auditd
wait $auditd
numbers beside /root/beside.log

auditctl -b 64 --backlog_wait_time 0 >/dev/null
before=$(lost)
collect /root/overflow.log --join instead
/root/burst-a /root/overflow 8 100 >/dev/null || exit 1
await /root/overflow.log
stop
numbers overflow /root/overflow.log
echo "overflow kernel-lost=$(($(lost) - before))"
rm -r /sys/fs/bpf/join-burst
