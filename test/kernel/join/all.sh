#!/bin/bash
# In the guest: everything that test/kernel/join.test.ts looks at, in one boot.
bash /root/flood.sh || exit 1
auditctl -D >/dev/null
echo ======== tools
bash /root/stock-tools.sh || exit 1
auditctl -D >/dev/null
# another loader wants the ring in its usual size
rm -f /sys/fs/bpf/bpf_audit_*
echo ======== losses
bash /root/losses.sh || exit 1
auditctl -D >/dev/null
echo ======== goldens
cd /opt/bpfaudit && node test/kernel/join/golden-drive.js .output/bpf/test/kernel/programs /root/orc
