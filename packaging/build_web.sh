#!/bin/sh
# Builds the page: packaging/build_web.sh WEB_FOLDER OUTPUT_FOLDER
# The packages are installed again only when the lockfile has changed.
set -eu

web=$1
out=$2
. "$(dirname "$0")/node_path.sh"

if ! command -v npm >/dev/null 2>&1; then
    echo "The page needs Node: run './dev deps', or build preset no-ui." >&2
    exit 1
fi
cd "$web"
installed=node_modules/.lectern-lockfile
if ! cmp -s package-lock.json "$installed"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$installed"
fi
npm run --silent build -- --outDir "$out" --emptyOutDir --logLevel warn
