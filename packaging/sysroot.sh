#!/bin/sh
# Unpacks the libraries of another processor, for cross-building: packaging/sysroot.sh ARCHITECTURE
# Prints the folder. Nothing is installed and nothing of it runs; it is made once for this Debian.
set -eu
cd "$(dirname "$0")/.."
. packaging/libraries.sh

architecture=$1
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=${LECTERN_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lectern/deps}/sysroot-$architecture-$suite

if [ ! -d "$root" ]; then
    # shellcheck disable=SC2016 # apt fills that in
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
        'Label: Debian' 'Component: main' | head -n 1)
    [ -n "$archive" ] || {
        echo "sysroot: apt knows no Debian archive yet: run 'apt-get update'" >&2
        exit 1
    }
    rm -rf "$root.part"
    mkdir -p "$(dirname "$root")"
    # shellcheck disable=SC2046,SC2086 # lists of words
    mmdebstrap --quiet --mode=root --architectures="$architecture" --variant=extract \
        --include="$(echo $libraries libc6-dev | tr ' ' ',')" \
        --aptopt='APT::Sandbox::User "root"' "$suite" "$root.part" "$archive" >&2
    # Debian 12's packages still unpack into /lib, and links from /usr/lib to there are absolute.
    find "$root.part/usr/lib" -type l -lname '/*' | while IFS= read -r link; do
        ln -sfr "$root.part$(readlink "$link")" "$link"
    done
    mv -T "$root.part" "$root"
fi
printf '%s\n' "$root"
