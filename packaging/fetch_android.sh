#!/bin/sh
# Fetches what builds Lectern Home and Debian 12 has no package of: the stubs of Android's API level 23, and dx, which
# makes Android's bytecode. Both lie in the pool of Debian's archive, pinned by hash; nothing is installed.
#
# usage: packaging/fetch_android.sh [DIR]    (DIR as in packaging/fetch_sources.sh)
# Prints "android_jar=FILE" and "dx_jar=FILE".
set -eu

. "$(dirname "$0")/pinned.sh"
open_deps "${1:-}"

stubs=8af1b6df556971dda0a6da3536ea526a838e0c363afcdd454213d8bce94793e3
dx=8fc128db7c27253d963eb9b33de79b197162a4749d2ba69019b2fd0664cbd7fe

fetch a/android-framework-23 libandroid-23-java_6.0.1+r72-6_all.deb $stubs
fetch a/android-platform-dalvik dalvik-exchange_10.0.0+r36-1_all.deb $dx

# Renamed into place when complete, so two builds at once never see half of it.
target=$deps/android-$(printf '%.4s%.4s' $stubs $dx)
if [ ! -d "$target" ]; then
    scratch=$(mktemp -d "$deps/.unpack.XXXXXX")
    for package in libandroid-23-java_6.0.1+r72-6_all.deb dalvik-exchange_10.0.0+r36-1_all.deb; do
        dpkg-deb -x "$deps/$package" "$scratch"
    done
    chmod 755 "$scratch"
    mv -T "$scratch" "$target" 2>/dev/null || rm -rf "$scratch"
fi
echo "android_jar=$target/usr/share/java/com.android.android-23.jar"
echo "dx_jar=$target/usr/share/java/com.android.dx-10.0.0.jar"
