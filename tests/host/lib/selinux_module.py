# SPDX-License-Identifier: LGPL-2.1-or-later
"""The SELinux module of a build, loaded into a test host as an administrator would."""

import subprocess

from report import HostError

MODULE = "usr/share/selinux/packages/vmwarden.pp"

# For the running host: what its image holds and the module labels anew.
RELABEL = ("restorecon", "-R", "/var/lib/vmwarden", "/usr/bin/swtpm")


def load(root):
    """Loads it into the policy of the tree ROOT, which is not running yet; false if there is none. Every denial will be
    logged, those as well that the policy keeps quiet about: a test that looks for denials shall see them."""
    if not (root / MODULE).exists():
        return False
    command = ["chroot", root, "semodule", "--noreload", "--disable_dontaudit", f"--install=/{MODULE}"]
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        raise HostError(f"the SELinux module cannot be loaded:\n{done.stdout[-4000:]}")
    return True
