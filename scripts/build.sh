#!/usr/bin/env bash
# npm run build: compiles TypeScript to dist/ and BPF C to .output/bpf.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf dist
node_modules/.bin/tsc -p tsconfig.build.json
# The daemon in few files: a third of its start would be spent on looking for modules.
node_modules/.bin/esbuild dist/cli/bpfauditd.js --bundle --platform=node --format=esm --external:koffi \
	--splitting --log-level=warning --outdir=dist/bundle
chmod +x dist/cli/main.js dist/bundle/bpfauditd.js
make -C bpf -s
