#!/bin/sh
# Builds the part of the guest's file system that all runs share, if it is out of date, and prints its path.
exec node "$(dirname "$0")/start.mjs" make-initramfs
