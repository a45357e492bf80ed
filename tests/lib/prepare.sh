# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# For ./demo and ./check: what a bare Debian machine needs before it can build and boot hosts.
# Sourced, with $top set to the source tree.

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The lines of package lists, comments taken out.
packages_of() { sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d'; }

missing_packages() {
    local name
    packages_of "$@" | sort -u | while read -r name; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || echo "$name"
    done
}

# install_packages LIST...: Debian's packages by name, through apt as this machine has it set up.
install_packages() {
    local missing
    command -v apt-get >/dev/null || fail "this needs Debian's apt-get; README.md names the packages"
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -eq 0 ] && return
    [ "$(id -u)" -eq 0 ] || fail "missing packages: ${missing[*]}; run as root, or install them first"
    step "installing ${#missing[@]} Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build DIR [MESON-ARGUMENTS...]: configures once, then compiles.
build() {
    local dir=$1
    shift
    [ -f "$dir/build.ninja" ] || meson setup "$dir" "$top" "$@" >"$dir.setup.log" 2>&1 ||
        { cat "$dir.setup.log" >&2; fail "meson could not configure $dir"; }
    rm -f "$dir.setup.log"
    meson compile -C "$dir" --quiet 2>/dev/null || meson compile -C "$dir"
}
