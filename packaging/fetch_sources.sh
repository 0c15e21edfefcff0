#!/bin/sh
# Fetches the few libraries that Debian has no usable static build of, as source tarballs pinned by hash, and lays them
# out for CMake. They come from the archive that this machine's apt already uses, so no host is named here.
#
# usage: packaging/fetch_sources.sh [DIR]
# DIR defaults to $LECTERN_DEPS_DIR, then to ~/.cache/lectern/deps. A tarball that is already there is only checked.
set -eu

deps=${1:-${LECTERN_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lectern/deps}}
mkdir -p "$deps"

say() { printf '%s\n' "fetch: $*" >&2; }

# The archive's base address, as apt knows it. Empty until "apt-get update" has run once.
pool() {
    # shellcheck disable=SC2016 # apt fills that in
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' \
        'Component: main' 2>/dev/null | head -n 1
}

is_good() { [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

give_up() {
    say "cannot get $1 from Debian's archive."
    say "put that file, with SHA-256 $2, into $deps"
    say "(or set LECTERN_DEPS_DIR to a folder that has it) and try again."
    exit 1
}

# fetch POOL_FOLDER FILE SHA256: puts FILE into $deps and checks its hash, or ends the script and says what to do.
fetch() {
    if is_good "$deps/$2" "$3"; then return; fi
    base=$(pool)
    if [ -z "$base" ]; then
        say "apt knows no Debian archive yet: run 'apt-get update' once (./dev deps does)."
        give_up "$2" "$3"
    fi
    say "downloading $2"
    part=$deps/.$2.$$
    if ! /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file \
        "${base}pool/main/$1/$2" "$part" "SHA256:$3" >&2; then
        rm -f "$part" "$part.FAILED"
        give_up "$2" "$3"
    fi
    mv -f "$part" "$deps/$2"
}

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
