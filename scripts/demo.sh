#!/usr/bin/env bash
# npm run demo: a policy denies a user namespace, and the stock ausearch finds out why. On this machine if it can
# run BPF LSM, else in a guest.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/need.sh
. scripts/need.sh

need_build
need_program ausearch auditd
need_program unshare util-linux
install_needed
need_node_modules
echo 'building ...'
scripts/build.sh >/dev/null

if node dist/bundle/bpfaudit.js doctor >/dev/null; then
	echo "This machine runs BPF LSM: the demo runs right here. Until it ends, no other program makes a user namespace."
	exec scripts/demo-guard.sh
fi
echo 'This machine does not run BPF LSM (bpfaudit doctor says why): the demo runs in a guest with Linux 6.12.'
need_guest
install_needed
vm/fetch-kernels.sh 6.12
exec vm/run.sh --kernel 6.12 --product --program unshare \
	--add .output/bpf:/opt/bpfaudit/.output/bpf --add scripts:/opt/bpfaudit/scripts --add examples:/opt/bpfaudit/examples \
	--cwd /opt/bpfaudit -- bash scripts/demo-guard.sh
