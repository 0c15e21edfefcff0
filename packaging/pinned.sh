# shellcheck shell=sh
# Files of Debian's archive, pinned by hash. packaging/fetch_sources.sh and packaging/fetch_android.sh use it.

# open_deps DIR: where downloads are kept; an empty DIR stands for $LECTERN_DEPS_DIR, then ~/.cache/lectern/deps.
open_deps() {
    deps=${1:-${LECTERN_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lectern/deps}}
    mkdir -p "$deps"
}

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
