#!/bin/sh
# A release needs nothing of the machine it runs on: packaging/check_release.sh LECTERN
# Starts it alone in an empty root folder, and fails when it has grown over the limit.
set -eu
lectern=$1
limit=$((20 * 1024 * 1024)) # a third of its 17 MB is OpenSSL, SQLite and the C library

size=$(wc -c <"$lectern")
echo "$lectern has $size bytes"
if [ "$size" -gt "$limit" ]; then
    echo "more than $limit: look at what has been linked in" >&2
    exit 1
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$lectern" "$root/lectern"
if [ "$(id -u)" -eq 0 ]; then
    chroot "$root" /lectern version
elif unshare --map-root-user true 2>/dev/null; then
    unshare --map-root-user --root="$root" /lectern version
else
    echo "skipped: neither root nor user namespaces here, so no empty root folder can be entered"
    exit 77
fi
