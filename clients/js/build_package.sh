#!/bin/sh
# Builds the npm package: clients/js/build_package.sh FOLDER. Needs no network; TypeScript is that of web/.
#
# The same sources give the same bytes. Prints the package's path.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build_package.sh FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/README.md" "$here/CHANGELOG.md" "$here/../../LICENSE" "$work"
"$here/../../web/node_modules/.bin/tsc" -p "$here" --outDir "$work/dist"
cd "$work"
echo "$out/$(npm pack --silent --offline --pack-destination "$out")"
