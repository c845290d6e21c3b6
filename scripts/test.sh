#!/usr/bin/env bash
# npm test: installs what is missing, builds, lints, runs the unit tests and the tests on real kernels. What is
# given to it goes to vitest: npm test -- test/rules. The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/need.sh
. scripts/need.sh

results=.output/test
times=()
broken=()

# Runs a part, and notes how long it took.
part() {
	local name=$1 start=$SECONDS status=0
	shift
	echo "== $name"
	"$@" || status=$?
	times+=("$(printf '%-28s %4d s' "$name" $((SECONDS - start)))")
	[ $status -eq 0 ] || broken+=("$name")
	return $status
}

# What cannot be done without ends the run.
part_or_stop() {
	part "$@" && return
	report
	exit 1
}

install() {
	need_build
	need_guest
	need_program gcc gcc
	need_file '/usr/include/stdio.h' libc6-dev
	install_needed && need_node_modules
}

# Here, since test files that run side by side would build into each other's guests.
build() {
	scripts/build.sh && make -s -C test/kernel && node_modules/.bin/tsc -p test/kernel/guest/tsconfig.json || return
	export BPFAUDIT_BUILT=yes
}

lint() {
	local status=0
	node_modules/.bin/tsc --noEmit || status=1
	node_modules/.bin/oxlint --quiet || status=1
	node_modules/.bin/oxfmt --check || status=1
	return $status
}

project() {
	local name=$1
	shift
	node_modules/.bin/vitest run --project "$name" --maxWorkers=2 --passWithNoTests \
		--reporter=default --reporter=json --outputFile.json="$results/$name.json" "$@"
}

report() {
	echo
	printf '%s\n' "${times[@]}"
	[ ${#broken[@]} -eq 0 ] || printf 'broken: %s\n' "${broken[@]}"
	node scripts/test-summary.mjs "$results"
}

rm -rf "$results"
mkdir -p "$results"
part_or_stop 'install what is missing' install
part_or_stop 'build' build
part 'types, lint, format' lint
part 'unit tests' project unit "$@"
part_or_stop 'fetch kernels' vm/fetch-kernels.sh
part 'tests on real kernels' project kernel "$@"
report
status=$?
[ ${#broken[@]} -eq 0 ] && exit $status
exit 1
