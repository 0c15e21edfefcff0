#!/bin/sh
# Makes a Debian package around a finished program:
#   packaging/package.sh PROGRAM [ARCHITECTURE [NATIVE_PROGRAM]]
# PROGRAM is build/release/lectern, as the tests ran it. NATIVE_PROGRAM runs here and writes the man pages,
# where PROGRAM is another processor's. The package goes into build/package/, beside it what lintian says.
# LECTERN_PACKAGE_VERSION sets another version, for tests of upgrades.
set -eu
cd "$(dirname "$0")/.."

program=$1
architecture=${2:-$(dpkg --print-architecture)}
native=${3:-$program}
out=build/package
tree=$out/tree-$architecture

die() {
    printf 'package: %s\n' "$*" >&2
    exit 1
}
[ -x "$program" ] || die "there is no $program: ./dev build release makes it"

# A tag is a version. Between tags, the date of the commit makes later packages newer, and all of them older
# than the release that they lead to.
version_of_tree() {
    described=$(git describe --tags --match 'v[0-9]*' --exact-match 2>/dev/null || :)
    if [ -n "$described" ]; then
        printf '%s\n' "${described#v}"
        return
    fi
    base=$(sed -nE 's/^project\(lectern VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
    printf '%s~git%s.%s\n' "$base" "$(TZ=UTC git log -1 --date=format-local:%Y%m%d%H%M%S --format=%cd)" \
        "$(git rev-parse --short HEAD)"
}
version=${LECTERN_PACKAGE_VERSION:-$(version_of_tree)}
maintainer=$(git log -1 --format=%ae)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

# --- the tree that debhelper takes apart ---

rm -rf "$tree"
mkdir -p "$tree/etc/apparmor.d" "$tree/etc/ufw" "$tree/etc/avahi" "$tree/etc/fail2ban"
mkdir -p "$tree/monitoring" "$tree/pages"
cp -R packaging/debian "$tree/debian"
install -m 755 "$program" "$tree/lectern"
cp packaging/lectern.toml "$tree/etc/lectern.toml"
cp packaging/apparmor/lectern "$tree/etc/apparmor.d/lectern"
cp packaging/ufw/lectern "$tree/etc/ufw/lectern"
cp packaging/avahi/lectern.service "$tree/etc/avahi/lectern.service"
cp packaging/fail2ban/lectern.conf "$tree/etc/fail2ban/lectern.conf"
cp packaging/monitoring/alerts.yml packaging/monitoring/dashboard.json "$tree/monitoring/"
cp docs/install.md docs/operations.md docs/care.md docs/privacy.md docs/security.md docs/moving-in.md "$tree/pages/"
# Under its own name debhelper would take it for a changelog in the form that Debian uses.
cp CHANGELOG.md "$tree/pages/versions.md"
for name in service socket sysusers tmpfiles; do
    cp "packaging/systemd/lectern.$name" "$tree/debian/lectern.$name"
done

"$native" manual --out "$tree/manual"
mkdir "$tree/manual/bash" "$tree/manual/zsh" "$tree/manual/fish"
bash -n "$tree/manual/lectern.bash"
mv "$tree/manual/lectern.bash" "$tree/manual/bash/lectern"
mv "$tree/manual/lectern.zsh" "$tree/manual/zsh/_lectern"
mv "$tree/manual/lectern.fish" "$tree/manual/fish/lectern.fish"
chmod -R u=rwX,go=rX "$tree"

mkdir "$tree/debian/source"
echo '3.0 (native)' >"$tree/debian/source/format"
sed -i "s/@MAINTAINER@/$maintainer/" "$tree/debian/control"
tail -n +3 LICENSE | sed 's/^$/./; s/^/ /' >"$tree/license"
sed -i -e "/@LICENSE@/{r $tree/license" -e 'd}' "$tree/debian/copyright"
cat >"$tree/debian/changelog" <<END
lectern ($version) unstable; urgency=medium

  * What has changed stands in /usr/share/doc/lectern/versions.md.

 -- Lectern maintainers <$maintainer>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
python3 -B packaging/static_built_using.py "$(dirname "$program")" >"$tree/static.substvars"

# --- the package ---

# Cross-built, its build dependencies are this machine's: nothing of them gets into the package.
(cd "$tree" && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage --build=binary --no-sign --no-check-builddeps \
    --host-arch="$architecture" >../build-"$architecture".log 2>&1) || {
    tail -n 40 "$out/build-$architecture.log" >&2
    die "dpkg-buildpackage failed; all it said: $out/build-$architecture.log"
}
package=$out/lectern_${version}_$architecture.deb
[ -f "$package" ] || die "dpkg-buildpackage made no $package"
# Whoever follows the unit or the configuration to a page finds it.
pages=$(grep -rhoE '/usr/share/doc/lectern/[a-z]+[.]md' packaging | sort -u)
for page in $pages; do
    dpkg-deb --contents "$package" | grep " [.]$page\$" >/dev/null || die "$package has no $page"
done

# debian/lectern.lintian-overrides justifies each override. As root, lintian wants to be told so.
allow_root=
[ "$(id -u)" -ne 0 ] || allow_root=--allow-root
said=$out/lintian-$architecture.log
if ! lintian $allow_root --fail-on error,warning --info "$package" >"$said" 2>&1; then
    cat "$said" >&2
    die "lintian finds faults in $package"
fi
grep . "$said" || echo "lintian: nothing to say"
echo "$package" >"$out/latest-$architecture"
echo "$package: $(($(stat -c %s "$package") / 1024)) KiB"
