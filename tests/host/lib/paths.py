# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where things are: in this repository and in the cache."""

import os
from pathlib import Path

HOST = Path(__file__).resolve().parent.parent
REPO = HOST.parent.parent
IMAGE = HOST / "image"
CASES = HOST / "cases"

# Inside a test host.
IN_HOST = "/opt/vmwarden-tests"

SUITES = ("bookworm", "trixie")


def cache():
    if explicit := os.environ.get("VMWARDEN_CACHE"):
        return Path(explicit).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base).absolute() / "vmwarden"


def default_build():
    return Path(os.environ.get("VMWARDEN_BUILD") or REPO / "build").absolute()


def word_list(path):
    """The lines of a list file, without comments."""
    lines = path.read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def package_list(name):
    """The package names in image/packages.NAME."""
    return word_list(IMAGE / f"packages.{name}")
