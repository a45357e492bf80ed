# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tiny initramfs files: busybox, one init script, and the kernel modules it is to load, in order."""

import lzma
import os
import stat
from pathlib import Path

from report import HostError


class Cpio:
    """Writes the "newc" archive format that the kernel unpacks."""

    def __init__(self, out):
        self.out = out
        self.inode = 0

    def add(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._padded(b"070701" + b"".join(b"%08X" % field for field in fields) + encoded)
        self._padded(data)

    def directory(self, name):
        self.add(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self.add(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.add(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name, major, minor):
        self.add(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def close(self):
        self.inode = -1
        self.add("TRAILER!!!", 0)

    def _padded(self, data):
        self.out.write(data + b"\0" * (-len(data) % 4))


class Modules:
    """The modules of the one kernel in ROOTFS."""

    def __init__(self, rootfs):
        versions = sorted((rootfs / "usr/lib/modules").iterdir())
        if len(versions) != 1:
            raise HostError(f"expected one kernel in {rootfs}, found {[v.name for v in versions]}")
        self.top = versions[0]
        self.release = self.top.name
        self.needs = {}
        for line in (self.top / "modules.dep").read_text().splitlines():
            path, _, rest = line.partition(":")
            self.needs[self._name(path)] = (path, rest.split())
        self.builtin = {self._name(path) for path in (self.top / "modules.builtin").read_text().splitlines()}

    @staticmethod
    def _name(path):
        return os.path.basename(path).split(".ko")[0].replace("-", "_")

    def in_load_order(self, names):
        """Relative paths of NAMES and of all they need, each after what it needs."""
        ordered = []

        def visit(name):
            if name in self.builtin:
                return
            if name not in self.needs:
                raise HostError(f"kernel {self.release} has no module {name}")
            path, needs = self.needs[name]
            for other in needs:
                visit(self._name(other))
            if path not in ordered:
                ordered.append(path)

        for name in names:
            visit(name.replace("-", "_"))
        return ordered

    def read(self, path):
        data = (self.top / path).read_bytes()
        return lzma.decompress(data) if path.endswith(".xz") else data


def write(target, rootfs, init, module_names):
    """Writes the initramfs TARGET: INIT (a script) as /init, run by busybox, which insmods /modules/* in name order."""
    modules = Modules(rootfs)
    with open(target, "wb") as out:
        archive = Cpio(out)
        for name in ("bin", "dev", "proc", "sys", "root", "modules"):
            archive.directory(name)
        archive.character_device("dev/console", 5, 1)
        archive.file("bin/busybox", (rootfs / "usr/bin/busybox").read_bytes(), 0o755)
        archive.link("bin/sh", "busybox")
        archive.file("init", Path(init).read_bytes(), 0o755)
        for number, path in enumerate(modules.in_load_order(module_names)):
            archive.file(f"modules/{number:02}-{Modules._name(path)}.ko", modules.read(path))
        archive.close()
