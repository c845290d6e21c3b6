#!/bin/bash
# bpfauditd as a site would run it. Prints "@@ NAME" before each part.
set -u
part() { echo "@@ $1"; }
policy=/root/policies/deny-secret.bpf.o
log=/var/log/bpfaudit/audit.log
daemon() { node dist/bundle/bpfauditd.js "$@"; }
set_key() { sed -i "s|^$1 = .*|$1 = $2|" /etc/bpfaudit/bpfaudit.toml; }
# Waits until the log has a line like this.
await() {
	local tries=0
	until grep -qse "$1" "${2:-$log}"; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { echo "no line like $1"; tail -20 "${2:-$log}"; exit 1; }
		sleep 0.1
	done
}
signal() { kill "-$1" "$(cat /run/bpfaudit/bpfauditd.pid)"; }
deny() { cat /root/secret.txt 2>/dev/null && exit 1; }

mkdir -p /etc/bpfaudit /sys/fs/bpf/deny
cp etc/bpfaudit/bpfaudit.toml /etc/bpfaudit/
chmod 640 /etc/bpfaudit/bpfaudit.toml
echo hello >/root/secret.txt

part check-broken
echo 'max_log_fil = 8' >/root/broken.toml
daemon --check -c /root/broken.toml 2>&1
echo "exit $?"
part check
set_key source '"none"'
set_key listen '"127.0.0.1:9427"'
daemon --check

part start
daemon 2>&1
echo "exit $?"
pid=$(cat /run/bpfaudit/bpfauditd.pid)
awk '/^PPid/ { print $2 }' "/proc/$pid/status"
part second
daemon -n 2>&1
echo "exit $?"
part pinned
.output/test/loader --pin /sys/fs/bpf/deny $policy
deny
await 'cause='
cat $log
part rotated
signal USR1
await DAEMON_ROTATE
ls $log*
part status
node dist/bundle/bpfaudit.js status
echo "exit $?"
part status-json
node dist/bundle/bpfaudit.js status --json
part metrics
wget -q -O - http://127.0.0.1:9427/metrics
part nobody
ls -l /run/bpfaudit/control.sock | cut -c1-10
chmod 755 /opt /opt/bpfaudit
chmod 666 /run/bpfaudit/control.sock
node -e 'process.setuid(1); process.argv = ["", "", "status", "--socket", "/run/bpfaudit/control.sock"]; import("/opt/bpfaudit/dist/bundle/bpfaudit.js")' 2>&1
part state
signal CONT
await pid /run/bpfaudit/bpfauditd.state
cat /run/bpfaudit/bpfauditd.state
part broken-on-hup
set_key max_log_file '"eight"'
signal HUP
await 'op=reconfigure state=no-change'
ausearch -if $log -m DAEMON_CONFIG --raw
deny
await 'cause='
part changed-on-hup
set_key max_log_file 9
set_key flush '"sync"'
signal HUP
await 'op=reconfigure state=changed'
ausearch -if $log -m DAEMON_CONFIG --raw | tail -1
part receivers
mkdir -p /etc/bpfaudit/plugins.d
plugin() { printf 'active = yes\ndirection = out\npath = %s\nargs = %s\ntype = always\nformat = string\n' "$2" "$3" >/etc/bpfaudit/plugins.d/$1.conf; }
plugin copy /usr/bin/tee /root/plugin.out
plugin stuck /usr/bin/sleep 1000
plugin broken /usr/bin/false ''
plugin replaceable /root/anybody ''
sed -i 's/^args = $//' /etc/bpfaudit/plugins.d/*.conf
printf '#!/bin/sh\n' >/root/anybody && chmod 777 /root/anybody
set_key max_restarts 1
set_key syslog '"unix:///dev/log"'
syslogd -O /root/syslog.out
signal HUP
await 'changed=.*plugins.max_restarts'
mkdir /sys/fs/bpf/load
.output/test/loader --pin /sys/fs/bpf/load /root/policies/daemon-load.bpf.o
.output/test/stress storm 1 6000 1427 500
await 'number=5999 ' /root/plugin.out
await 'number=5999 ' /root/syslog.out
# drops are told every five seconds
sleep 6
await 'op=receiver-lines-dropped'
await 'op=plugin-given-up'
grep -c 'number=' /root/plugin.out
grep -c 'number=.*type=UNKNOWN\|type=UNKNOWN.*number=' /root/syslog.out
part receivers-told
ausearch -if $log -m DAEMON_ERR --raw
part receivers-status
node dist/bundle/bpfaudit.js status --json
part end
signal TERM
while [ -e "/proc/$pid" ]; do sleep 0.1; done
deny
ausearch -if $log -m DAEMON_END --raw
part again
daemon
pid=$(cat /run/bpfaudit/bpfauditd.pid)
signal TERM
while [ -e "/proc/$pid" ]; do sleep 0.1; done
grep -c cause= $log
part rules
# As after a boot: no rule is in force, the folder has one that matters, one of the kernel's, and a bad one.
ctl() { node dist/bundle/bpfaudit.js ctl "$@"; }
mkdir -p /etc/bpfaudit/rules.d
printf '%s\n' '-a never,bpf -F hook=file_open -F uid=0 -k quiet' '-w /etc/passwd -p wa' '-a never,bpf -F uuid=0' \
	>/etc/bpfaudit/rules.d/10-site.rules
ctl -l
daemon
pid=$(cat /run/bpfaudit/bpfauditd.pid)
await 'op=rules-load'
await 'op=rule-failed'
deny
deny
ctl -l --where
printf '%s\n' -D '-a never,bpf -F uid=77' >/etc/bpfaudit/rules.d/10-site.rules
signal HUP
await 'op=rules-load.*removed=1'
ctl -l
deny
signal TERM
while [ -e "/proc/$pid" ]; do sleep 0.1; done
grep -c cause= $log
part rules-told
grep -h 'op=rules-load\|op=rule-failed' $log
part end-of-script
