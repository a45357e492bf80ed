# SPDX-License-Identifier: LGPL-2.1-or-later
"""The image of a test host: a Debian tree for containers, and a disk, kernel and initramfs for virtual machines.

An image directory holds:
  rootfs/      the tree, SELinux labels included (containers lay a run's files over it)
  vmlinux      the tree's kernel, uncompressed
  initrd.img   for the VM host (image/vm-init)
  disk.img     the tree as an ext4 file system, made when the first VM wants it
"""

import shutil
import subprocess
import time

import bootable
import cache
import initramfs
import kernel
import packages
import paths
from report import HostError, say, tail

HELLO = "var/lib/vmwarden/images/hello"
DISK_SIZE = "6G"

# What mmdebstrap says that a person waiting wants to know.
_STAGES = tuple(f"I: {stage}" for stage in ("downloading", "extracting", "installing", "success"))

_GUEST_MODULES = ("button", "evdev")
_VM_MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "crc32c_generic", "ext4")


def recipe(suite):
    """The files that decide what the image of SUITE is."""
    skipped = {"build", "build-root", "packages.host"} | {f"packages.{other}" for other in paths.SUITES if other != suite}
    files = [path for path in paths.IMAGE.rglob("*") if path.is_file() and path.name not in skipped]
    return files + [paths.HOST / "lib" / name for name in ("bootable.py", "image.py", "initramfs.py")]


class Image:
    """The image for one Debian release, built if it is not in the cache."""

    def __init__(self, suite, rebuild=False):
        self.suite = suite
        self.slot = cache.Slot(f"image-{suite}", cache.content_key(recipe(suite), suite))
        if rebuild:
            self.slot.discard()
        self.in_use = self.slot.ensure(self._build)
        self.directory = self.slot.directory
        self.rootfs = self.directory / "rootfs"

    def disk(self):
        """The disk image for VM hosts."""
        disk = self.directory / "disk.img"
        if not disk.exists():
            with cache.locked(self.slot.lock_file, f"another run is building the disk of {self.suite}; waiting"):
                if not disk.exists():
                    self._build_disk(disk)
        return disk

    def _build(self, directory):
        started = time.monotonic()
        say(f"building the {self.suite} test host image (once; about two minutes)")
        rootfs = directory / "rootfs"
        names = sorted(set(paths.package_list("common") + paths.package_list(self.suite)))
        debootstrap(self.suite, names, rootfs)
        self._configure(rootfs)

        say("kernels and initramfs files")
        bootable.write_uncompressed(rootfs / "vmlinuz", directory / "vmlinux")
        initramfs.write(directory / "initrd.img", rootfs, paths.IMAGE / "vm-init", _VM_MODULES)
        hello = rootfs / HELLO
        hello.mkdir(parents=True)
        bootable.write_uncompressed(rootfs / "vmlinuz", hello / "vmlinuz")
        initramfs.write(hello / "initramfs.img", rootfs, paths.IMAGE / "guest-init", _GUEST_MODULES)

        say("SELinux labels")
        _run(["setfiles", "-q", "-r", rootfs, rootfs / "etc/selinux/default/contexts/files/file_contexts", rootfs])
        say(f"the {self.suite} image took {time.monotonic() - started:.0f} s")

    def _configure(self, rootfs):
        shutil.copytree(paths.IMAGE / "overlay", rootfs, symlinks=True, dirs_exist_ok=True)
        masked = paths.word_list(paths.IMAGE / "masked")
        _run(["systemctl", "--quiet", f"--root={rootfs}", "mask", *masked])
        _run(["systemctl", "--quiet", f"--root={rootfs}", "set-default", "multi-user.target"])
        for name in ("etc/hostname", "etc/resolv.conf"):
            (rootfs / name).unlink(missing_ok=True)

    def _build_disk(self, disk):
        say("building the VM host's disk (once; about half a minute)")
        unfinished = disk.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        _run(["truncate", f"--size={DISK_SIZE}", unfinished])
        _run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-E", "lazy_itable_init=1,nodiscard", "-m", "0",
              "-L", "testhost", "-d", self.rootfs, unfinished])
        unfinished.rename(disk)


def debootstrap(suite, names, target):
    """Unpacks SUITE with the packages NAMES into the new directory TARGET."""
    log_path = target.with_suffix(".log")
    dpkg = ["force-confold", "force-unsafe-io", "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/doc/*",
            "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/info/*"]
    command = [
        # Own namespaces: however this ends, mmdebstrap's mounts and processes end with it.
        "unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child",
        "mmdebstrap", "--mode=root", "--variant=minbase", "--verbose", f"--include={','.join(names)}",
        *(f"--dpkgopt={option}" for option in dpkg),
        *(f"--aptopt={option}" for option in packages.acquire_options()),
        # The initramfs is ours (vm-init), so Debian's need not be generated.
        "--essential-hook=mkdir -p \"$1/etc/initramfs-tools\" \"$1/etc/kernel/postinst.d\" && "
        "echo update_initramfs=no >\"$1/etc/initramfs-tools/update-initramfs.conf\" && "
        "printf 'exit 0\\n' >\"$1/etc/kernel/postinst.d/initramfs-tools\"",
        suite, str(target), "-"]
    sources = "\n".join(packages.sources_for(suite)) + "\n"
    with open(log_path, "w") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace", preexec_fn=kernel.die_with_parent)
        with process.stdin as stdin:
            stdin.write(sources)
        for line in process.stdout:
            log.write(line)
            if line.startswith(_STAGES):
                say(line[3:].rstrip())
    if process.wait() != 0:
        raise HostError(f"mmdebstrap failed:\n{tail(log_path)}(whole log: {log_path})")


def _run(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise HostError(f"{command[0]} failed with {done.returncode}:\n{done.stdout[-4000:]}")
