#!/bin/sh
# Runs a command on a real kernel: vm/run.sh --kernel 6.12 -- uname -r
exec node "$(dirname "$0")/start.mjs" run "$@"
