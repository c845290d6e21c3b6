#!/bin/bash
# package.sh DEB: with systemd as PID 1, the Debian package is installed, its service runs with what it keeps of
# root's power, survives a kill, and is purged.
set -u
part() { echo "@@ $1"; }
log=/var/log/bpfaudit/audit.log
unit=bpfauditd.service
main_pid() { systemctl show -P MainPID $unit; }
# wait_for WHAT COMMAND...: until the command succeeds.
wait_for() {
	local what=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ $tries -ge 600 ]; then
			echo "never $what"
			systemctl status $unit
			journalctl --no-pager -n 20 -u $unit
			dmesg | grep -o "type=1326.*"
			tail -5 $log
			exit 1
		fi
		sleep 0.1
	done
}
denials() { [ "$(grep -c verdict= $log)" -ge "$1" ]; }
running_as_another() { [ "$(main_pid)" != "$1" ] && systemctl is-active $unit; }

mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/dpkg/triggers
touch /var/lib/dpkg/status /var/lib/dpkg/available
# Packages that it needs are there, but dpkg has not installed them.
force=--force-depends,bad-path
chmod 755 /usr /usr/lib /etc
rm -f /root/secret.txt
echo hello >/root/secret.txt
wait_for 'up' systemctl is-active multi-user.target

part installed
dpkg $force -i "$1" >/root/dpkg.out 2>&1 || { cat /root/dpkg.out; exit 1; }
for path in /etc/bpfaudit/bpfaudit.toml /etc/bpfaudit/plugins.d /var/log/bpfaudit; do
	stat -c '%a %U %n' $path
done
ls /lib/systemd/system/$unit /usr/share/man/man8/bpfauditd.8.gz
part service
systemctl is-enabled $unit
systemctl is-active $unit
part configured
cp /root/policies/deny-secret.bpf.o /etc/bpfaudit/policies.d/
sed -i 's/^source = .*/source = "beside"/' /etc/bpfaudit/bpfaudit.toml
bpfauditd --check
systemctl restart $unit
echo "exit $?"
bpfaudit status | head -3
bpfaudit policy list
pid=$(main_pid)
part capabilities
for thread in /proc/$pid/task/*; do
	grep -hE '^(CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp):' "$thread/status"
done | sort | uniq
part read-only
awk '$5 == "/" || $5 == "/sys/fs/bpf" || $5 == "/var/log/bpfaudit" { sub(",.*", "", $6); print $5, $6 }' "/proc/$pid/mountinfo"
part denied
cat /root/secret.txt 2>&1
wait_for 'written' denials 1
ausearch -m 1427 -if $log --raw
bpfaudit search -m 1427 -if $log -i
part killed
kill -9 "$pid"
cat /root/secret.txt 2>&1
wait_for 'started again' running_as_another "$pid"
cat /root/secret.txt 2>&1
wait_for 'written' denials 3
ausearch -m 1427 -if $log --raw | grep -c verdict=
part reloaded
sed -i 's/^max_log_file = .*/max_log_file = 9/' /etc/bpfaudit/bpfaudit.toml
systemctl reload $unit
wait_for 'reloaded' grep -q 'changed=log.max_log_file' $log
systemctl is-active $unit
part watchdog
mkdir -p /etc/systemd/system/$unit.d
printf '[Service]\nWatchdogSec=8s\n' >/etc/systemd/system/$unit.d/watchdog.conf
systemctl daemon-reload
systemctl restart $unit
pid=$(main_pid)
sleep 18
[ "$(main_pid)" = "$pid" ] && echo "fed: $(systemctl is-active $unit)"
kill -STOP "$pid"
wait_for 'started again' running_as_another "$pid"
journalctl --no-pager -u $unit -o cat | grep -o 'Watchdog timeout' | uniq
part journal
journalctl --no-pager -u $unit -o cat | grep -i 'error\|denied\|not permitted\|failed'
part ended
bpfaudit policy unload deny-secret >/dev/null || exit 1
rm /etc/bpfaudit/policies.d/deny-secret.bpf.o
dpkg $force --purge bpfaudit >/root/dpkg.out 2>&1 || { cat /root/dpkg.out; exit 1; }
ls -d /etc/bpfaudit /var/log/bpfaudit /usr/lib/bpfaudit /usr/sbin/bpfauditd 2>&1 | grep -v 'No such file'
part end-of-script
