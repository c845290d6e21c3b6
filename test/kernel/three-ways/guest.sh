#!/bin/bash
# Three ways to the auditor, and auditd's plugin, with the real auditd. Prints "@@ NAME" before each part.
set -u
part() { echo "@@ $1"; }
policy=/root/policies/deny-secret.bpf.o
own=/root/own.log
say=/root/stderr

# Runs bpfaudit with the arguments in the background, and waits until it is ready.
begin() {
	rm -f $own $say
	node dist/bundle/bpfaudit.js run $policy "$@" 2>$say &
	run=$!
	until grep -q '^bpfaudit: ready' $say; do
		kill -0 $run 2>/dev/null || { cat $say; exit 1; }
		sleep 0.1
	done
}

end() {
	kill -INT $run
	wait $run || { cat $say; exit 1; }
}

# One denial with EPERM and a harmless name, one with EACCES and a name that could end a message too early.
deny() {
	cat /root/secret.txt 2>/dev/null && exit 1
	rm -f "/root/secret' res=success '" 2>/dev/null && exit 1
	auditctl -m marker
	sleep 1
}

echo hello >/root/secret.txt
echo hello >"/root/secret' res=success '"
auditctl -b 8192 >/dev/null
sed -i 's/^log_format.*/log_format = RAW/' /etc/audit/auditd.conf
auditd || exit 1
auditctl -w /etc/shadow -p wa -k mine

begin --join beside --rules --log $own
part rules-loaded
auditctl -l
deny
auditctl -D >/dev/null
sleep 1
part rules-restored
auditctl -l
end
part rules-gone
auditctl -l
part beside-stderr
cat $say
part beside
ausearch -m 1427 -if $own --raw
part beside-interpreted
ausearch -m 1427 -if $own -i
part beside-programs
ausearch -m BPF -if $own --raw
part beside-markers
ausearch -m USER -if $own --raw
part beside-auditd
ausearch --input-logs -k bpfaudit --raw

begin --to-audit --rules
deny
end
part to-audit-stderr
cat $say
part to-audit
ausearch --input-logs -m TRUSTED_APP --raw
part to-audit-interpreted
ausearch --input-logs -m TRUSTED_APP -i
part to-audit-failed
ausearch --input-logs -m TRUSTED_APP -sv no --raw
part to-audit-syscalls
ausearch --input-logs -k bpfaudit --raw

begin --to-audit
deny
end
part to-audit-without-rules
ausearch --input-logs -m TRUSTED_APP --raw

mkdir -p /etc/audit/plugins.d
sed -e 's/^active.*/active = yes/' -e "s|^path.*|path = $PWD/dist/bundle/bpfaudit.js|" \
	-e 's|^args.*|args = plugin /root/policies|' etc/audit/plugins.d/bpfaudit.conf >/etc/audit/plugins.d/bpfaudit.conf
chmod 640 /etc/audit/plugins.d/bpfaudit.conf
auditctl -a always,exit -F arch=b64 -S openat,unlink -F success=0 -k plugin
kill -HUP "$(pidof auditd)"
until [ -e /var/log/bpfaudit/audit.log ] && bpftool prog show name deny_unlink | grep -q lsm; do sleep 0.2; done
sleep 1
deny
kill -TERM "$(pidof auditd)"
while pidof auditd >/dev/null; do sleep 0.1; done
sleep 2
part plugin
ausearch -m 1427 -if /var/log/bpfaudit/audit.log --raw
part plugin-programs
ausearch -m BPF -if /var/log/bpfaudit/audit.log --raw
part plugin-left
bpftool prog show name deny_unlink
pidof node
auditctl -D >/dev/null

begin --join instead --rules --log $own
deny
end
part instead
ausearch -m 1427 -if $own --raw
part instead-key
ausearch -k bpfaudit -if $own --raw
part instead-markers
ausearch -m USER -if $own --raw
part instead-executable
ausearch -x busybox -if $own --raw

auditctl -e 2 >/dev/null
begin --join beside --rules --log $own
deny
end
part locked-stderr
cat $say
part locked
ausearch -m 1427 -if $own --raw
part end-of-script
