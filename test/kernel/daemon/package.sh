#!/bin/bash
# package.sh DEB: the Debian package is installed, runs with what it keeps of root's power, and is purged.
set -u
part() { echo "@@ $1"; }
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/dpkg/triggers
touch /var/lib/dpkg/status /var/lib/dpkg/available
# Packages that it needs are there, but dpkg has not installed them.
force=--force-depends,bad-path
chmod 755 /usr /usr/lib /etc

part installed
dpkg $force -i "$1" >/root/dpkg.out 2>&1 || { cat /root/dpkg.out; exit 1; }
for path in /etc/bpfaudit/bpfaudit.toml /etc/bpfaudit/plugins.d /var/log/bpfaudit; do
	stat -c '%a %U %n' $path
done
ls /lib/systemd/system/bpfauditd.service /usr/share/man/man8/bpfauditd.8.gz
part runs
sed -i 's/^source = .*/source = "beside"/' /etc/bpfaudit/bpfaudit.toml
bpfauditd --check
bpfauditd
echo "exit $?"
bpfaudit status | head -3
pid=$(cat /run/bpfaudit/bpfauditd.pid)
part capabilities
for thread in /proc/$pid/task/*; do
	grep -hE '^(CapPrm|CapEff|CapBnd|NoNewPrivs)' "$thread/status"
done | sort | uniq
part denied
/opt/bpfaudit/.output/test/loader --pin /sys/fs/bpf /root/policies/deny-secret.bpf.o >/dev/null
echo hello >/root/secret.txt
cat /root/secret.txt 2>&1
until grep -q verdict= /var/log/bpfaudit/audit.log; do sleep 0.1; done
ausearch -m 1427 -if /var/log/bpfaudit/audit.log --raw
bpfaudit search -m 1427 -if /var/log/bpfaudit/audit.log -i
part ended
kill "$pid"
while [ -e "/proc/$pid" ]; do sleep 0.1; done
dpkg $force --purge bpfaudit >/root/dpkg.out 2>&1 || { cat /root/dpkg.out; exit 1; }
ls -d /etc/bpfaudit /var/log/bpfaudit /usr/lib/bpfaudit /usr/sbin/bpfauditd 2>&1 | grep -v 'No such file'
part end-of-script
