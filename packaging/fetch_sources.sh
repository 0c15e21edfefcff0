#!/bin/sh
# Fetches the few libraries that Debian has no usable static build of, as source tarballs pinned by hash, and lays them
# out for CMake. They come from the archive that this machine's apt already uses, so no host is named here.
#
# usage: packaging/fetch_sources.sh [DIR]
# DIR defaults to $LECTERN_DEPS_DIR, then to ~/.cache/lectern/deps. A tarball that is already there is only checked.
set -eu

. "$(dirname "$0")/pinned.sh"
open_deps "${1:-}"

# unpack FILE SHA256 NAME STEP: unpacks FILE once, as $deps/NAME-<start of the hash>, and runs STEP in the new folder.
# The folder is renamed into place when complete, so two configures at once never see half a tree.
unpack() {
    target=$deps/$3-$(printf '%.8s' "$2")
    if [ -d "$target" ]; then return; fi
    scratch=$(mktemp -d "$deps/.unpack.XXXXXX")
    tar -xf "$deps/$1" -C "$scratch" --strip-components=1 --no-same-owner
    (cd "$scratch" && "$4")
    chmod 755 "$scratch"
    mv -T "$scratch" "$target" 2>/dev/null || rm -rf "$scratch"
}

# Splits the library into declarations and one implementation file: a file that uses it then compiles in 2 s, not 15.
split_httplib() { python3 split.py -o split >/dev/null; }

nothing_more() { :; }

httplib=7acb492bffdd95165677d22145c2c4890e6432c5ef53d0f781defe8dec48f567
catch2=c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c
simdjson=156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed

fetch c/cpp-httplib cpp-httplib_0.41.0+ds.orig.tar.xz $httplib
fetch c/catch2 catch2_3.7.1.orig.tar.gz $catch2
fetch s/simdjson simdjson_3.0.1.orig.tar.gz $simdjson

unpack cpp-httplib_0.41.0+ds.orig.tar.xz $httplib httplib split_httplib
unpack catch2_3.7.1.orig.tar.gz $catch2 catch2 nothing_more
unpack simdjson_3.0.1.orig.tar.gz $simdjson simdjson nothing_more

# CMake reads this output: one "NAME=folder" a line.
for pair in "httplib $httplib" "catch2 $catch2" "simdjson $simdjson"; do
    # shellcheck disable=SC2086 # two words are meant
    set -- $pair
    printf '%s=%s/%s-%.8s\n' "$1" "$deps" "$1" "$2"
done
