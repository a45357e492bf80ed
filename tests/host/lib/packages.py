# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages: what this machine lacks, and where it gets packages from."""

import subprocess
from pathlib import Path

import paths
from report import HostError


def installed(names):
    query = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\n", *names],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return {line.split()[1] for line in query.stdout.splitlines() if line.startswith("installed ")}


def require_host_packages():
    wanted = paths.package_list("host")
    missing = sorted(set(wanted) - installed(wanted))
    if missing:
        raise HostError("this machine lacks packages that test hosts need; run:\n"
                        f"  apt-get install --no-install-recommends {' '.join(missing)}")


def machine_codename():
    for line in Path("/etc/os-release").read_text().splitlines():
        key, _, value = line.partition("=")
        if key == "VERSION_CODENAME":
            return value.strip('"')
    raise HostError("/etc/os-release names no VERSION_CODENAME: this machine is no Debian release")


def sources_for(suite):
    """apt source lines for SUITE, from wherever this machine gets its own release."""
    codename = machine_codename()
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    lines = []
    for uri, release, component in map(str.split, listing.splitlines()):
        base, dash, pocket = release.partition("-")
        if base == codename and pocket in ("", "updates", "security"):
            lines.append(f"deb {uri} {suite}{dash}{pocket} {component}")
    if not lines:
        raise HostError(f"apt has no source for {codename} on this machine, so none for {suite} can be derived")
    return sorted(set(lines))


def acquire_options():
    """This machine's own settings for fetching packages (proxy, certificates, date checks), as apt.conf lines."""
    dump = subprocess.run(["apt-config", "dump", "Acquire"], stdout=subprocess.PIPE, text=True, check=True).stdout
    kept = [line for line in dump.splitlines()
            if not line.startswith(("Acquire::IndexTargets", "Acquire::Gzip")) and not line.endswith(' "";')]
    return kept + ['Acquire::Languages "none";']
