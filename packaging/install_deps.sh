#!/bin/sh
# Installs what working on Lectern needs and this machine lacks: packaging/install_deps.sh GROUP...
#   build     compiler, libraries, source tarballs
#   page      Node and the page's packages
#   browser   Chromium and the browser tests' packages
#   clients   a Java compiler, and a C# compiler where this Debian has one, for the clients in those languages
#   measure   what counts instructions
#   lint      formatters and linters
#   fuzz      the compiler that libFuzzer comes with
#   package   what makes a Debian package, and boots a Debian to try it in
# It says in one line what it installs and why; what apt and npm have to say goes to build/install.log. When
# nothing is missing it is done in a moment. Made for Debian 12 and 13.
set -eu
cd "$(dirname "$0")/.."
. packaging/node_path.sh
. packaging/libraries.sh

say() { printf 'deps: %s\n' "$*"; }
die() {
    printf 'deps: %s\n' "$*" >&2
    exit 1
}

compiler="g++ cmake ninja-build ccache mold git python3 xz-utils"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

log=build/install.log
mkdir -p build
: >"$log"

# quietly COMMAND...: into the log, and shown when it fails.
quietly() {
    printf '\n$ %s\n' "$*" >>"$log"
    if "$@" >>"$log" 2>&1; then return; fi
    tail -n 40 "$log" >&2
    die "that failed: $* (all of it: $log)"
}

updated=no
refresh_lists() {
    if [ "$updated" = yes ]; then return; fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        die "not root and no sudo here. As root, run: apt-get update && apt-get install$wanted"
    fi
    quietly as_root apt-get -q update
    updated=yes
}

# Whether apt knows of any archive's lists at all: not in a fresh container.
has_lists() {
    [ -n "$(apt-get indextargets --format x 'Created-By: Packages' 2>/dev/null | head -n 1)" ]
}

# want WHY PACKAGE...: to be installed with all that else is missing, by install_wanted.
wanted=
reasons=
want() {
    why=$1
    shift
    missing=
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    wanted="$wanted$missing"
    reasons="$reasons${reasons:+; }$why:$missing"
}

install_wanted() {
    [ -n "$wanted" ] || return 0
    say "installing $reasons"
    refresh_lists
    # shellcheck disable=SC2086 # a list of words
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $wanted
    wanted=
    reasons=
}

has_node() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

want_node() { has_node || want "Node builds the page" nodejs npm ca-certificates; }

need_node() {
    if has_node; then return; fi
    # Kept out of the system: nothing else on this machine sees it.
    say "this Debian's Node is $(node --version), the page needs 20.19: taking newer ones as npm packages, into $node_dir"
    mkdir -p "$node_dir"
    quietly npm install --prefix "$node_dir" --no-audit --no-fund --loglevel=error node@22 npm@11
    hash -r
    has_node || die "that did not give a Node of 20.19 or later"
}

npm_ci() { (cd "$1" && npm ci --no-audit --no-fund --loglevel=error); }

# install_packages FOLDER: what its lockfile says, unless that is there already.
install_packages() {
    [ -f "$1/package-lock.json" ] || return 0
    cmp -s "$1/package-lock.json" "$1/node_modules/.lectern-lockfile" && return 0
    say "installing the npm packages of $1/package-lock.json"
    quietly npm_ci "$1"
    cp "$1/package-lock.json" "$1/node_modules/.lectern-lockfile"
}

# What a group wants of Debian.
want_group() {
    case $1 in
    build)
        # shellcheck disable=SC2086 # lists of words
        want "the compiler and its tools" $compiler
        # shellcheck disable=SC2086
        want "the libraries that Lectern is made of" $libraries
        ;;
    page) want_node ;;
    browser)
        want_node
        command -v chromium >/dev/null 2>&1 || want "the browser tests drive it" chromium
        ;;
    clients)
        # The tests of these clients are skipped without them; nothing else needs them.
        command -v javac >/dev/null 2>&1 || want "a client is written in Java" default-jdk-headless
        want "they make the app for Android headsets" aapt zipalign apksigner
        is_installed mono-mcs || has_lists || refresh_lists
        if is_installed mono-mcs || apt-cache show mono-mcs >/dev/null 2>&1; then
            want "a client is written in C#" mono-mcs mono-runtime libmono-system-net-http4.0-cil
        fi
        ;;
    measure) want "it counts instructions" valgrind binutils ;;
    lint) want "formatter and linters" clang-format clang-tidy cppcheck shellcheck git python3 ;;
    fuzz)
        want "libFuzzer comes with it" clang libclang-rt-dev
        ;;
    package)
        want "it makes the package" debhelper dh-apparmor dpkg-dev
        want "it looks for faults in the package" lintian
        want "it makes a Debian to try the package in" mmdebstrap
        want "it boots that Debian" systemd-container
        ;;
    *) die "no such group: $1 (build, page, browser, clients, measure, lint, fuzz or package)" ;;
    esac
}

# What a group needs beyond that.
finish_group() {
    case $1 in
    build)
        has_lists || refresh_lists # the tarballs come from the archive that these name
        quietly sh packaging/fetch_sources.sh
        ;;
    page)
        need_node
        install_packages web
        ;;
    clients)
        has_lists || refresh_lists
        # What it cannot get, it says; the test of the app is skipped then.
        sh packaging/fetch_android.sh >>"$log" || say "the app for Android headsets can't be built here"
        ;;
    browser)
        need_node
        install_packages tests/browser
        ;;
    esac
}

command -v dpkg-query >/dev/null 2>&1 || die "this is no Debian; see packaging/install_deps.sh for what to install"
for group in "$@"; do want_group "$group"; done
install_wanted
for group in "$@"; do finish_group "$group"; done
