#!/usr/bin/env bash
# Puts the commands into few files: a third of their start would be spent on looking for modules.
# Call after tsc -p tsconfig.build.json; part of npm run build.
set -euo pipefail
cd "$(dirname "$0")/.."

bundle() {
	node_modules/.bin/esbuild "$@" --bundle --platform=node --format=esm --external:koffi \
		--splitting --log-level=warning --outdir=dist/bundle
}
bundle dist/cli/bpfauditd.js
# The threads of a search find their code beside that of the command.
bundle bpfaudit=dist/cli/main.js dist/query/run/segment-worker.js dist/query/run/stage-worker.js
chmod +x dist/cli/main.js dist/bundle/bpfaudit.js dist/bundle/bpfauditd.js
