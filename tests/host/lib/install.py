# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a package's installation would do, done to the tree of a test host that is not running yet."""

import contextlib
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


def cases(root, payload):
    """The test cases and, if the directory PAYLOAD exists, the programs that they run."""
    target = root / paths.IN_HOST.lstrip("/")
    for source, name in ((paths.CASES, "cases"), (payload, "payload")):
        if source and source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=shutil.ignore_patterns("*.p", "__pycache__"))
        else:
            (target / name).mkdir(parents=True)


class Programs:
    """Programs of this machine's, and the example definitions, but nothing installed."""

    def __init__(self, directory):
        self.payload = directory

    def install(self, root):
        shutil.copytree(paths.REPO / "tests/golden", root / paths.IN_HOST.lstrip("/") / "golden")


class MesonBuild:
    """A meson build directory of this machine."""

    def __init__(self, directory):
        self.directory = directory
        self.payload = directory / "tests/host-payload"
        if not (directory / "meson-info/intro-installed.json").exists():
            raise HostError(f"{directory} is not a meson build directory; build it, name another with --build, "
                            "or boot a host without this project with --bare")

    def install(self, root):
        with configuring(root):
            _run(["meson", "install", "-C", self.directory, "--no-rebuild", "--quiet", "--destdir", root],
                 f"is {self.directory} built? (ninja -C {self.directory})")


@contextlib.contextmanager
def configuring(root):
    """Does what a package's postinst would, for the files that came meanwhile."""
    units, presets = _unit_names(root), _preset_files(root)
    yield
    _run(["chroot", root, "systemd-sysusers"], "look at the installed sysusers.d files")
    wanted = _preset_units(_preset_files(root) - presets) & (_unit_names(root) - units)
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
