#!/bin/sh
# Builds Lectern Home with what Debian has: javac, dx, aapt, zipalign and apksigner.
#
# usage: clients/home/build_apk.sh OUT.apk
#
# It is signed with the key store that LECTERN_HOME_KEYS names (alias "home", password in LECTERN_HOME_KEYS_PASSWORD);
# without one, with a key made for this build alone: Android takes no update of an app from another key. The version is
# LECTERN_HOME_VERSION, a number (1). Exits with 77 where something is missing that it needs, and says what.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

say() { printf 'apk: %s\n' "$*" >&2; }

out=${1:?usage: build_apk.sh OUT.apk}
version=${LECTERN_HOME_VERSION:-1}

for command in javac java keytool aapt zipalign apksigner dpkg-deb; do
    if ! command -v "$command" >/dev/null 2>&1; then
        say "skipped: there is no $command here (packaging/install_deps.sh clients installs it)"
        exit 77
    fi
done
if ! found=$(sh "$here/../../packaging/fetch_android.sh"); then
    say "skipped: without that file Lectern Home cannot be built"
    exit 77
fi
android_jar=$(printf '%s\n' "$found" | sed -n 's/^android_jar=//p')
dx_jar=$(printf '%s\n' "$found" | sed -n 's/^dx_jar=//p')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/classes"

find "$here/core" "$here/app" "$here/android" -name '*.java' >"$work/sources"
javac -Xlint:all,-options,-classfile -Werror --release 8 -encoding UTF-8 -cp "$android_jar" -d "$work/classes" "@$work/sources"
java -cp "$dx_jar" com.android.dx.command.Main --dex --min-sdk-version=26 --output="$work/classes.dex" "$work/classes"
aapt package -f -M "$here/android/AndroidManifest.xml" -S "$here/android/res" -I "$android_jar" \
    --version-code "$version" --version-name "$version" --replace-version -F "$work/plain.apk"
(cd "$work" && aapt add plain.apk classes.dex >/dev/null)
zipalign -f -p 4 "$work/plain.apk" "$work/aligned.apk"

keys=${LECTERN_HOME_KEYS:-}
password=${LECTERN_HOME_KEYS_PASSWORD:-}
if [ -z "$keys" ]; then
    keys=$work/keys
    password=for-this-build-alone
    keytool -genkeypair -keystore "$keys" -storepass "$password" -alias home -keyalg EC -groupname secp256r1 \
        -validity 10000 -dname 'CN=Lectern Home' 2>/dev/null
fi
LECTERN_APK_PASSWORD=$password
export LECTERN_APK_PASSWORD
apksigner sign --ks "$keys" --ks-key-alias home --ks-pass env:LECTERN_APK_PASSWORD --v2-signing-enabled true \
    --v3-signing-enabled true --out "$work/signed.apk" "$work/aligned.apk"
apksigner verify --verbose --min-sdk-version 26 "$work/signed.apk" >"$work/verified"
for scheme in 2 3; do
    if ! grep -q "using v$scheme scheme .*: true" "$work/verified"; then
        cat "$work/verified" >&2
        say "it is not signed by scheme $scheme"
        exit 1
    fi
done
mv "$work/signed.apk" "$out"
say "built $out, $(wc -c <"$out") bytes"
