#!/bin/sh
# Builds what developers of headset apps install: clients/package.sh FOLDER. Needs no network.
#
# The jar with its metadata (a Maven repository), the wheel and the source distribution, the npm package, the UPM package.
# Says which it skips, and why.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: package.sh FOLDER}
mkdir -p "$out"

skip() { echo "skipped: $1, because there is no $2"; }
has() { command -v "$1" >/dev/null 2>&1; }

if has javac; then sh "$here/home/build_jar.sh" "$out/maven"; else skip "the Java library" javac; fi
if python3 -c 'import tomllib' 2>/dev/null; then
    python3 -B "$here/python/build_package.py" "$out"
else
    skip "the Python package" "Python 3.11"
fi
python3 -B "$here/csharp/build_package.py" "$out"
if has npm && [ -x "$here/../web/node_modules/.bin/tsc" ]; then
    sh "$here/js/build_package.sh" "$out"
else
    skip "the npm package" web/node_modules
fi
