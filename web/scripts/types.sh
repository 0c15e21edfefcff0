#!/bin/sh
# Writes src/api/schema.d.ts from what the program says of its own API: npm run types [PROGRAM]
set -eu
cd "$(dirname "$0")/.."
document=$(mktemp)
trap 'rm -f "$document"' EXIT
"${1:-../build/dev/lectern}" openapi >"$document"
npx openapi-typescript "$document" --output src/api/schema.d.ts
