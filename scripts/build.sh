#!/usr/bin/env bash
# npm run build: compiles TypeScript to dist/ and BPF C to .output/bpf.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf dist
node_modules/.bin/tsc -p tsconfig.build.json
scripts/bundle.sh
make -C bpf -s -j "$(nproc)"
