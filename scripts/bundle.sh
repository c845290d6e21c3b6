#!/usr/bin/env bash
# Puts the commands into few files: a third of their start would be spent on looking for modules.
# Call after tsc -p tsconfig.build.json; part of npm run build.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf dist/bundle
node_modules/.bin/esbuild bpfauditd-main=dist/cli/bpfauditd.js --bundle --platform=node --format=esm --external:koffi \
	--splitting --log-level=warning --outdir=dist/bundle --out-extension:.js=.mjs
printf '%s\n' '#!/usr/bin/env node' "import('./bpfauditd-main.mjs');" >dist/bundle/bpfauditd.js
chmod +x dist/cli/main.js dist/bundle/bpfauditd.js
node_modules/.bin/tsx scripts/bundle-commands.ts
