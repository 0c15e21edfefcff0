#!/bin/sh
# The unit file is well-formed and stays hardened: packaging/check_unit.sh UNIT
set -eu
unit=$1
if ! command -v systemd-analyze >/dev/null 2>&1; then
    echo "skipped: no systemd-analyze on this machine"
    exit 77
fi

# Tests run where the program isn't installed, so /bin/true stands in for it.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed 's,/usr/bin/lectern,/bin/true,' "$unit" >"$folder/lectern.service"
complaints=$(systemd-analyze verify "$folder/lectern.service" 2>&1 | grep -F lectern.service || :)
if [ -n "$complaints" ]; then
    printf '%s\n' "$complaints" >&2
    exit 1
fi
# The threshold is in tenths: an exposure of at most 1.5 out of 10, which systemd calls OK.
systemd-analyze security --offline=true --threshold=15 --no-pager "$folder/lectern.service" | tail -n 1
