#!/bin/bash
# failures.sh KILLS FLOOD_SECONDS: what goes wrong in the life of a daemon, in one boot.
set -e
node test/kernel/daemon/kill.mjs "$1"
node test/kernel/daemon/flood.mjs "$2"
node test/kernel/daemon/disk.mjs
echo '@@ end-of-script'
