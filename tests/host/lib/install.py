# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a package's installation would do, done to the tree of a test host that is not running yet."""

import os
import shutil
import subprocess
import uuid

import paths
from report import HostError


def identity(root):
    """What makes one host differ from the next."""
    (root / "etc/hostname").write_text("testhost\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost testhost\n::1 localhost testhost\n")
    (root / "etc/machine-id").write_text(uuid.uuid4().hex + "\n")


def cases(root, build):
    """The test cases and, if BUILD has any, the programs that they run."""
    target = root / paths.IN_HOST.lstrip("/")
    for source, name in ((paths.CASES, "cases"), (build and build / "tests/host-payload", "payload")):
        if source and source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=shutil.ignore_patterns("*.p", "__pycache__"))
        else:
            (target / name).mkdir(parents=True)


def build_tree(root, build):
    """Installs the meson build directory BUILD, then does what its package's postinst would."""
    if not (build / "meson-info/intro-installed.json").exists():
        raise HostError(f"{build} is not a meson build directory; build it, name another with --build, "
                        "or boot a host without this project with --bare")
    before = _unit_names(root)
    presets_before = _preset_files(root)
    _run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root],
         f"is {build} built? (ninja -C {build})")
    _run(["chroot", root, "systemd-sysusers"], "look at the installed sysusers.d files")
    wanted = _preset_units(_preset_files(root) - presets_before) & (_unit_names(root) - before)
    if wanted:
        _run(["systemctl", "--quiet", f"--root={root}", "preset", *sorted(wanted)], "look at the installed units")


def _unit_names(root):
    return set(os.listdir(root / "usr/lib/systemd/system"))


def _preset_files(root):
    return set((root / "usr/lib/systemd/system-preset").glob("*.preset"))


def _preset_units(files):
    """The units that preset FILES name; those that no file of ours names stay as they are installed."""
    lines = [line.split() for path in files for line in path.read_text().splitlines()]
    return {words[1] for words in lines if len(words) >= 2 and words[0] in ("enable", "disable")}


def _run(command, hint):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        raise HostError(f"{' '.join(map(str, command[:2]))} failed with {done.returncode}; {hint}:\n{done.stdout[-4000:]}")
