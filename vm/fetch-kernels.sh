#!/bin/sh
# Fetches Debian's kernels for the guest, if they are not there yet: vm/fetch-kernels.sh [6.1] [6.12] [7.2]
exec node "$(dirname "$0")/start.mjs" fetch-kernels "$@"
