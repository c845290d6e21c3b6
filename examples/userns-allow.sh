#!/bin/sh
# Adds to the allow lists of a running userns-guard:
#   userns-allow.sh comm chromium
#   userns-allow.sh cgroup /sys/fs/cgroup/system.slice
set -eu

# Prints a number as 8 bytes, the lowest first.
bytes_of() {
	n=$1 i=0
	while [ $i -lt 8 ]; do
		printf '%d ' $((n & 255))
		n=$((n >> 8)) i=$((i + 1))
	done
}

# Prints up to 15 bytes of a name, and zeros up to 16.
bytes_of_comm() {
	{ printf '%.15s' "$1"; head -c 16 /dev/zero; } | head -c 16 | od -An -v -tu1
}

case "${1-}:$#" in
# shellcheck disable=SC2046 # one argument per byte
comm:2) bpftool map update name allowed_comms key $(bytes_of_comm "$2") value 1 0 0 0 ;;
# shellcheck disable=SC2046
cgroup:2) bpftool map update name allowed_cgroups key $(bytes_of "$(stat -c %i "$2")") value 1 0 0 0 ;;
*)
	echo "usage: $0 comm NAME | cgroup DIRECTORY" >&2
	exit 2
	;;
esac
