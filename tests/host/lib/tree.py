# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file tree of one host: the image, and over it what this run installs, kept in memory."""

import install
import kernel


class Tree:
    """Mounted below WORK, which becomes a file system of its own: gone with the sandbox."""

    def __init__(self, image, build):
        self.base = image.rootfs
        self.work = image.directory / "mnt"
        self.changed = self.work / "upper"
        self.root = self.work / "root"
        self.work.mkdir(exist_ok=True)
        kernel.mount("testhost", self.work, "tmpfs", kernel.MS_NOSUID, "mode=0755")
        for name in ("upper", "overlay-work", "root"):
            (self.work / name).mkdir()
        kernel.mount("testhost", self.root, "overlay", 0,
                     f"lowerdir={self.base},upperdir={self.changed},workdir={self.work}/overlay-work")
        install.identity(self.root)
        install.cases(self.root, build and build.payload)
        if build:
            build.install(self.root)
