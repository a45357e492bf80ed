# SPDX-License-Identifier: LGPL-2.1-or-later
"""SELinux labels for the files that one run lays over the image."""

import os
import subprocess
from pathlib import Path

from report import HostError

CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"


def label(root, changed, base):
    """Labels in the tree ROOT whatever is in CHANGED (the same tree, only what differs from BASE)."""
    given = "".join(f"{root / path}\n" for path in _new_paths(changed, base))
    done = subprocess.run(["setfiles", "-q", "-r", root, "-f", "-", root / CONTEXTS], input=given, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise HostError(f"setfiles failed:\n{done.stdout[-4000:]}")


def _new_paths(changed, base):
    # Each by its own name: in an overlay, files seem to be on another file system, where setfiles does not descend.
    for directory, names, files in os.walk(changed):
        here = Path(directory).relative_to(changed)
        yield from (here / name for name in files)
        yield from (here / name for name in names if not os.path.lexists(base / here / name))
