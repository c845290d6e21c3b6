#!/usr/bin/env bash
# The demo proper: see demo.sh. Needs root and BPF LSM.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
run=
# shellcheck disable=SC2317 # called by the trap
clean_up() {
	[ -z "$run" ] || kill "$run" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

show() {
	echo
	echo "# $*"
}

show bpfaudit run userns-guard.bpf.o --log audit.log
node dist/bundle/bpfaudit.js run .output/bpf/examples/userns-guard.bpf.o --log "$work/audit.log" 2>"$work/stderr" &
run=$!
until grep -q '^bpfaudit: ready' "$work/stderr"; do
	kill -0 "$run" 2>/dev/null || { cat "$work/stderr"; exit 1; }
	sleep 0.1
done
cat "$work/stderr"

show unshare -Ur true
if unshare -Ur true; then
	echo 'the guard did not deny it' >&2
	exit 1
fi

kill -INT "$run"
wait "$run" || true
run=
show cat audit.log
cat "$work/audit.log"
show ausearch -m 1427 -i -if audit.log
ausearch -m 1427 -i -if "$work/audit.log"
