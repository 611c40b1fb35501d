#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes a Debian or Ubuntu machine ready for Signet. Run it as often as you like: it installs what is missing, says
# what it installs, and is silent when nothing is. The README, the Dockerfile and CI all call this one script.
set -euo pipefail

readonly minimum_swift=6.2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Debian's own Python goes before any other on the PATH: python3-venv belongs to it.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
readonly here python

usage() {
    cat <<'TEXT'
usage: docker/bootstrap.sh [--test | --run | --help]

  (nothing)  what building Signet needs: system libraries, and a check of the Swift toolchain
  --test     also what the tests need: Ceph's S3 gateway, kcat, protoc, a Python environment with botocore
  --run      only what a built `signet` needs to run: no compiler, no Swift
  --help     this text

environment
  SIGNET_TEST_VENV   where the Python environment stands (default ~/.cache/signet/test-venv)

Needs apt and, when not root, sudo. On other systems it names what to install by hand.
TEXT
}

say() { printf 'bootstrap: %s\n' "$*" >&2; }
fail() {
    printf 'bootstrap: error: %s\n' "$*" >&2
    exit 1
}

# One line a need: how to see that it is there, and the Debian package that brings it.
#   command NAME   a program on the PATH          module NAME   a pkg-config module (headers and library)
#   library NAME   a shared library               file PATH     a file or folder
readonly run_needs='
library librdkafka.so.1          librdkafka1
library libcrypto.so.3           libssl3
library libstdc++.so.6           libstdc++6
library libz.so.1                zlib1g
library libsqlite3.so.0          libsqlite3-0
library libxml2.so.2             libxml2
file    /etc/ssl/certs/ca-certificates.crt  ca-certificates
file    /usr/share/zoneinfo/UTC  tzdata
'
readonly build_needs='
command pkg-config               pkg-config
module  rdkafka                  librdkafka-dev
module  libcrypto                libssl-dev
module  zlib                     zlib1g-dev
module  sqlite3                  libsqlite3-dev
command git                      git
command g++                      g++
command ld                       binutils
library libcurl.so.4             libcurl4
library libxml2.so.2             libxml2
library libncurses.so.6          libncurses6
file    /etc/ssl/certs/ca-certificates.crt  ca-certificates
file    /usr/share/zoneinfo/UTC  tzdata
'
readonly test_needs='
command radosgw                  radosgw
command ceph-mon                 ceph-mon
command ceph-osd                 ceph-osd
command osdmaptool               ceph-base
command radosgw-admin            ceph-common
command kcat                     kcat
command curl                     curl
command protoc                   protobuf-compiler
command setpriv                  util-linux
command python3                  python3
python  ensurepip                python3-venv
'

is_there() { # kind name
    case $1 in
        command) command -v "$2" >/dev/null ;;
        module) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
        library) grep -qF "$2 " <<<"$shared_libraries" ;;
        file) [[ -e $2 ]] ;;
        python) "$python" -c "import $2" 2>/dev/null ;;
    esac
}

missing_packages() { # needs
    shared_libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
    local kind name package
    while read -r kind name package; do
        [[ -n $kind ]] || continue
        is_there "$kind" "$name" || printf '%s\n' "$package"
    done <<<"$1" | sort -u
}

install_packages() { # needs
    local packages
    mapfile -t packages < <(missing_packages "$1")
    ((${#packages[@]} > 0)) || return 0

    local by_hand="install by hand what these Debian packages bring: ${packages[*]}"
    command -v apt-get >/dev/null || fail "this system has no apt. Please $by_hand"
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "neither root nor sudo. Please run this script as root, or $by_hand"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)

    say "installing ${packages[*]}"
    local log
    log=$(mktemp)
    # One unreachable package source must not matter as long as the others know the packages.
    "${apt[@]}" update </dev/null >"$log" 2>&1 || say "apt-get update failed; going on with the package lists at hand"
    if ! "${apt[@]}" install --yes --no-install-recommends "${packages[@]}" </dev/null >>"$log" 2>&1; then
        tail -n 30 "$log" >&2
        fail "apt could not install them (the whole output: $log). Please $by_hand"
    fi
    rm -f "$log"

    mapfile -t packages < <(missing_packages "$1")
    ((${#packages[@]} == 0)) || fail "installed, and yet not found: what ${packages[*]} should bring"
}

# The Python side of the tests: its own environment with exact versions, made anew when the list changes.
install_test_environment() {
    local requirements=$here/requirements-test.txt
    local venv=${SIGNET_TEST_VENV:-~/.cache/signet/test-venv}
    cmp -s "$requirements" "$venv/requirements.txt" && return 0

    mkdir -p "$(dirname "$venv")"
    exec 9>"$venv.lock"
    flock 9
    if ! cmp -s "$requirements" "$venv/requirements.txt"; then
        say "making the tests' Python environment in $venv"
        "$python" -m venv --clear "$venv" </dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$requirements" \
            </dev/null >&2 || fail "pip could not install $requirements into $venv"
        cp "$requirements" "$venv/requirements.txt"
    fi
    exec 9>&-
}

check_swift() {
    local found version
    if ! found=$(swift --version 2>/dev/null </dev/null); then
        cat >&2 <<TEXT
bootstrap: error: there is no Swift toolchain on the PATH. Signet needs Swift $minimum_swift or newer. To install it
(with curl and gnupg at hand):

  curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz
  tar -xzf swiftly-$(uname -m).tar.gz
  ./swiftly init --assume-yes
  . ~/.local/share/swiftly/env.sh

Then run this script again. Other ways: https://www.swift.org/install/linux/
TEXT
        exit 1
    fi
    version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$found")
    [[ $(printf '%s\n' "$minimum_swift" "${version:-0}" | sort -V | head -n 1) == "$minimum_swift" ]] \
        || fail "Swift ${version:-of an unknown version} is too old: Signet needs $minimum_swift or newer, for example: swiftly install latest"
}

main() {
    (($# <= 1)) || { usage >&2; exit 64; }
    case ${1:-} in
        '')
            install_packages "$build_needs"
            check_swift
            ;;
        --test)
            install_packages "$build_needs$test_needs"
            install_test_environment
            check_swift
            ;;
        --run) install_packages "$run_needs" ;;
        -h | --help) usage ;;
        *)
            usage >&2
            fail "unknown option: $1"
            ;;
    esac
}

main "$@"
