#!/bin/sh
# Fetches Debian's kernels for the guest, if they are not there yet: vm/fetch-kernels.sh [6.1] [6.12] [7.2]
set -eu
command -v xz >/dev/null || apt-get -qq -y --no-install-recommends install xz-utils >/dev/null
exec node "$(dirname "$0")/start.mjs" fetch-kernels "$@"
