# shellcheck shell=bash
# To be sourced: finds what a script needs on this machine, and installs with apt-get what is missing.
#
#   need_program clang clang            a program, and the Debian package it comes from
#   need_file /usr/include/x.h libx-dev a file
#   install_needed                      installs, if anything is missing
#   need_node_modules                   npm ci, if node_modules is missing or older than the lock file

missing_packages=()

need_program() {
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null || missing_packages+=("$2")
}

need_file() {
	compgen -G "$1" >/dev/null || missing_packages+=("$2")
}

# To compile the policies and to run them.
need_build() {
	need_program clang clang
	need_program make make
	need_file /usr/include/bpf/bpf_helpers.h libbpf-dev
	need_file /usr/include/linux/bpf.h linux-libc-dev
	need_file '/usr/lib/*/libbpf.so.1' libbpf1
}

# To boot the guest, with the stock audit tools in it.
need_guest() {
	need_program qemu-system-x86_64 qemu-system-x86
	need_program busybox busybox-static
	need_program xz xz-utils
	need_program bpftool bpftool
	need_program ip iproute2
	need_program auditctl auditd
	need_program mkfs.ext4 e2fsprogs
	need_file '/lib/systemd/systemd' systemd
}

install_needed() {
	[ ${#missing_packages[@]} -gt 0 ] || return 0
	local packages
	mapfile -t packages < <(printf '%s\n' "${missing_packages[@]}" | sort -u)
	local command=(apt-get install -qq -y --no-install-recommends "${packages[@]}")
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "missing: ${packages[*]}; as root: ${command[*]}" >&2
		return 1
	fi
	echo "installing ${packages[*]}"
	local log
	log=$(mktemp)
	if without_starting_daemons "$log" "${command[@]}"; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

# auditd comes for its tools: the daemon must not take over the audit of this machine, neither now nor at the
# next boot.
without_starting_daemons() {
	local log=$1 guard=/usr/sbin/policy-rc.d status=0
	shift
	local made=
	if [ ! -e $guard ]; then
		printf '#!/bin/sh\nexit 101\n' >$guard && chmod 755 $guard && made=yes
	fi
	{
		DEBIAN_FRONTEND=noninteractive apt-get update -qq
		DEBIAN_FRONTEND=noninteractive "$@"
	} >"$log" 2>&1 </dev/null || status=$?
	[ -z "$made" ] || rm -f $guard
	if [[ " $* " == *' auditd '* ]] && command -v systemctl >/dev/null; then
		systemctl disable --quiet auditd >/dev/null 2>&1 || true
	fi
	return $status
}

need_node_modules() {
	local stamp=node_modules/.package-lock.json
	if [ -e "$stamp" ] && [ ! package-lock.json -nt "$stamp" ]; then return 0; fi
	npm ci --no-audit --no-fund --loglevel=error
}
