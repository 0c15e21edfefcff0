# shellcheck shell=sh
# The libraries that Lectern is made of, as Debian packages: packaging/install_deps.sh installs them, and
# packaging/sysroot.sh unpacks another processor's.

# Debian 12's own Boost is too old for what we use of it; it also has a newer one, under a name with the
# version.
boost() {
    if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then echo libboost1.81-dev; else echo libboost-dev; fi
}

# shellcheck disable=SC2034 # used by those that include this
libraries="libsqlite3-dev libsqlitecpp-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libssl-dev
    libsodium-dev liboath-dev libqrcodegencpp-dev libspdlog-dev zlib1g-dev libminizip-dev libcsv-dev
    libutf8proc-dev $(boost)"
