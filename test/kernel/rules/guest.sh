#!/bin/bash
# Rules in the guest: files of rules as auditctl loads and lists them and as bpfaudit does; then rules for BPF
# records at work. Prints "@@ NAME" before each part.
set -u
part() { echo "@@ $1"; }
ctl() { node dist/bundle/bpfaudit.js ctl "$@"; }
policy=/root/policies/deny-secret.bpf.o
say=/root/stderr

auditctl -b 8192 >/dev/null

# What rules name has to be there, else the kernel refuses them.
grep -q '^chrony:' /etc/passwd || echo 'chrony:x:993:993::/:/bin/false' >>/etc/passwd
if [ -d /root/rules ]; then
	cat /root/rules/*.rules | grep -oE -- '-F dir=/[^ ]+' | sed 's/^-F dir=//' | while read -r path; do mkdir -p "$path"; done
	cat /root/rules/*.rules | grep -oE -- '(-F path=|-F exe=|-w )/[^ ]+' | sed -E 's/^(-F path=|-F exe=|-w )//' |
		while read -r path; do
			[ "${path%/}" = "$path" ] || { mkdir -p "$path"; continue; }
			mkdir -p "$(dirname "$path")"
			[ -e "$path" ] || touch "$path"
		done
fi
for file in /root/rules/*.rules; do
	[ -e "$file" ] || break
	name=$(basename "$file")
	# -e 2 would lock the rules until the next boot; these system calls are newer than auditctl 3.0.9.
	grep -v '^-e 2' "$file" |
		sed -E -e '/-S lsm_set_self_attr/d' -e 's/,(fchmodat2|setxattrat|removexattrat|file_setattr)\b//g' >"/root/$name"
	auditctl -D >/dev/null 2>&1
	auditctl -R "/root/$name" >/dev/null 2>/root/err
	part "auditctl $name"
	auditctl -l
	part "refused $name"
	grep 'There was an error' /root/err
done
cat >/root/each.mjs <<'END'
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { command } from '/opt/bpfaudit/dist/cli/ctl.js';
const io = { stdout: { write() {} }, stderr: { write: (line) => process.stderr.write(line) } };
for (const name of readdirSync('/root/rules').filter((each) => each.endsWith('.rules')).toSorted()) {
  execFileSync('auditctl', ['-D'], { stdio: 'ignore' });
  console.error(`@@ errors ${name}`);
  await command.run(['-R', `/root/${name}`], io);
  process.stdout.write(`@@ bpfaudit ${name}\n${execFileSync('auditctl', ['-l'])}`);
}
END
[ -d /root/rules ] && node /root/each.mjs 2>/root/errors
part errors
cat /root/errors 2>/dev/null
auditctl -D >/dev/null

begin() {
	rm -f $say
	node dist/bundle/bpfaudit.js run $policy /root/policies/stress-*.bpf.o >/root/records 2>$say &
	run=$!
	until grep -q '^bpfaudit: ready' $say; do
		kill -0 $run 2>/dev/null || { cat $say; exit 1; }
		sleep 0.1
	done
}
end() {
	sleep 0.5
	kill -INT $run
	wait $run || { cat $say; exit 1; }
}
open_secret() { cat /root/secret.txt 2>/dev/null && exit 1; }
# bpfaudit run compiles new rules within a second of its own time: starting another process takes longer than that
# on a machine that is busy, too.
compiled() { sleep 1; ctl -v >/dev/null; }
records() { grep -c 'cause=' /root/records; }

echo hello >/root/secret.txt
part no-rules
begin
open_secret; open_secret
sleep 0.5
records
# Changing rules takes effect at once, in the policy that runs.
part dropped-at-start
ctl -a never,bpf -F policy=deny-secret -F uid=0
# Only bpfaudit run knows the name of the policy: it compiles the rule again, and until then decides by itself.
open_secret
compiled
for i in 1 2 3 4 5; do open_secret; done
sleep 0.5
records
ctl -l --where
ctl -s | grep bpf_
part dropped-at-end
ctl -D >/dev/null
ctl -a never,bpf -F hook=file_open -F verdict=deny -F dir=/root
for i in 1 2 3; do open_secret; done
sleep 0.5
records
ctl -l --where
part kept-by-first
ctl -A always,bpf -F exe=/usr/bin/busybox
open_secret
sleep 0.5
records
part dropped-behind-the-ring
ctl -D >/dev/null
ctl -a never,bpf -F path=/root/secret.txt
open_secret; open_secret
sleep 0.5
records
part excluded
ctl -D >/dev/null
ctl -a always,exclude -F msgtype=1427
sleep 2
open_secret
sleep 0.5
records
ctl -D >/dev/null
sleep 2
open_secret
sleep 0.5
records
part limited
ctl -a always,bpf -F hook=file_open -F uid=0 -F limit=2/60s/exe -k "at most two"
for i in 1 2 3 4 5 6 7; do open_secret; done
sleep 0.5
records
# Who it is stands behind TIMES; the thread's name says it in the records.
socket() { local times=$1; shift; /root/subject -n "$times" "$@" socket 1427 >/dev/null; }
mkdir /sys/fs/cgroup/somebody /sys/fs/cgroup/other /sys/fs/cgroup/third
cp /root/subject /root/subject2
sed "s/@PPID@/$$/" test/kernel/rules/fields.rules >/root/fields.rules
ctl -R /root/fields.rules >/dev/null
compiled
socket 5 uid=3007 comm=refill
refilled=$(($(date +%s) + 9))
socket 1 uid=1001
socket 2 euid=1002
socket 3 suid=1003
socket 4 fsuid=1004
socket 5 gid=2001
socket 6 egid=2002
socket 7 sgid=2003
socket 8 fsgid=2004
socket 9 auid=4242
socket 10 auid=4243
socket 11 comm=child
(socket 1 comm=child; :) # of a shell between: kept
socket 12 cgroup=/sys/fs/cgroup/somebody
/root/subject -n 13 comm=chroot chroot >/dev/null
/root/subject -n 14 comm=connect connect 127.1.2.3 1427 >/dev/null
/root/subject -n 15 comm=connect connect fd00:1427:1::1 1427 >/dev/null
/root/subject -n 16 comm=connect connect 127.2.0.1 1444 >/dev/null
/root/subject -n 2 comm=connect connect fd00:1428::1 1444 >/dev/null
socket 1 uid=1009 euid=1009 gid=2009 cgroup=/sys/fs/cgroup/other comm=other
socket 4 uid=3001 comm=shared
socket 4 uid=3002 comm=shared
socket 4 uid=3003 comm=alone
socket 5 uid=3004 comm=policy
/root/subject -n 3 uid=3004 comm=policy socket 1434 >/dev/null
socket 3 uid=3005 comm=exe
/root/subject2 -n 2 uid=3005 comm=exe socket 1427 >/dev/null
socket 3 uid=3006 cgroup=/sys/fs/cgroup/third comm=cgroup
socket 4 uid=3006 cgroup=/sys/fs/cgroup/other comm=cgroup
while [ "$(date +%s)" -lt "$refilled" ]; do sleep 0.2; done
socket 5 uid=3007 comm=refill
sleep 0.5
part fields
ctl -l --where
part rule-set
mkdir /root/set
cp etc/rules.d/bpf/50-bpf.rules /root/set
echo -D >/root/set/10-empty.rules
ctl load /root/set
ctl -l
open_secret
end
part kept
grep -o ' comm="[a-z]*"' /root/records | sort | uniq -c
part suppressed
grep 'bpf-records-suppressed' /root/records
cat $say
part foreign
ctl -D >/dev/null
ctl -a never,bpf -F uid=0
mkfifo /root/hold
/root/loader $policy </root/hold >/root/loaded &
exec 5>/root/hold
# it says so when the programs are attached
until [ -s /root/loaded ]; do sleep 0.1; done
node dist/bundle/bpfaudit.js run >/root/records 2>$say &
run=$!
until grep -q '^bpfaudit: ready' $say; do sleep 0.1; done
for i in 1 2 3; do open_secret; done
sleep 1
records
ctl -l --where
ctl -D >/dev/null
open_secret
sleep 0.5
records
end
exec 5>&-
part refused
ctl -a never,bpf -F uuid=0 2>&1
ctl -d never,bpf -F uid=7 2>&1
part at-once
changes=
for uid in 1001 1002 1003 1004; do
	ctl -a never,bpf -F uid=$uid &
	changes="$changes $!"
done
wait $changes
ctl -l | grep bpf | sort
part end-of-script
