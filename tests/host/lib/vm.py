# SPDX-License-Identifier: LGPL-2.1-or-later
"""The VM host: the image under its own kernel, with SELinux and every cgroup controller. Runs inside a sandbox.

There is no network in it: commands and their streams go through one virtio-serial port."""

import os
import select
import shutil
import socket
import subprocess

import channel
import command
import labels
import selinux_module
from report import HostError, tail
from tree import Tree

BOOT_SECONDS = 600
MEMORY_MIB = 4096
_GUEST_DISK_SIZE = 64 << 20

# An administrator's shell, not the domain of some init script.
_PROPERTIES = ("SELinuxContext=unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",)


class VirtualMachine:
    def __init__(self, options):
        self.options = options
        self.disk = options.image.disk()
        self.tree = self.console = self.qemu = self.channel = None
        self.has_module = False

    def run(self):
        """Boots, runs the command, returns its exit status."""
        self.tree = Tree(self.options.image, self.options.build)
        self.console = self.tree.work / "console.log"
        self._boot(self._pack())
        try:
            if self.has_module and self.channel.run(command.service(selinux_module.RELABEL, _PROPERTIES)) != 0:
                raise HostError("restorecon failed in the virtual machine")
            if self.options.shell:
                status = self.channel.run(command.shell(os.environ.get("TERM", "linux"), _PROPERTIES), stdin=0,
                                          terminal=True)
            else:
                status = self.channel.run(command.service(self.options.command, _PROPERTIES), stdin=0)
            if self.options.keep_log:
                self._keep_log()
        except channel.Closed:
            raise HostError(f"the host went down while the command ran; its console:\n{tail(self.console)}") from None
        return status

    def _pack(self):
        """This run's files as an archive, which vm-init unpacks over the image."""
        self.has_module = selinux_module.load(self.tree.root)
        labels.label(self.tree.root, self.tree.changed, self.tree.base)
        archive = self.tree.work / "files.tar"
        subprocess.run(["tar", "--create", f"--file={archive}", f"--directory={self.tree.changed}", "--numeric-owner",
                        "--xattrs", "--xattrs-include=security.selinux", "."], check=True)
        return archive

    def _boot(self, archive):
        ours, theirs = socket.socketpair()
        spare = self.tree.work / "vdb"
        with open(spare, "wb") as out:
            out.truncate(_GUEST_DISK_SIZE)
        enforcing = int(self.options.selinux == "enforcing")
        arguments = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-M", "q35", "-accel", "tcg,thread=multi",
            "-cpu", "max", "-m", str(MEMORY_MIB), "-smp", "2", "-display", "none", "-no-reboot", "-nic", "none",
            # What a guest may be given: a device of its own behind an IOMMU.
            "-device", "intel-iommu", "-device", "sdhci-pci,addr=0x11",
            "-kernel", self.options.image.directory / "vmlinux",
            "-initrd", self.options.image.directory / "initrd.img",
            "-append", "console=ttyS0 quiet cryptomgr.notests mitigations=off intel_iommu=on "
                       f"security=selinux selinux=1 enforcing={enforcing}",
            "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
            "-device", "virtio-serial", "-chardev", f"socket,id=control,fd={theirs.fileno()}",
            "-device", "virtserialport,chardev=control,name=testhost.control",
            # vda, vdb, vdc, in this order: the image, a disk for guests, this run's files.
            "-drive", f"if=virtio,format=raw,snapshot=on,file={self.options.image.directory}/disk.img",
            "-drive", f"if=virtio,format=raw,file={spare}",
            "-drive", f"if=virtio,format=raw,readonly=on,file={archive}",
        ]
        with open(self.tree.work / "qemu.log", "wb") as log:
            self.qemu = subprocess.Popen([str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, pass_fds=[theirs.fileno()])
        theirs.close()
        self.channel = channel.Channel(ours)
        self._wait_until_ready()

    def _wait_until_ready(self):
        ready, _, _ = select.select([self.channel], [], [], BOOT_SECONDS)
        try:
            if not ready:
                raise HostError(f"the virtual machine was not ready after {BOOT_SECONDS} s; its console:\n"
                                f"{tail(self.console)}")
            self.channel.receive()
        except channel.Closed:
            raise HostError("the virtual machine ended while booting; QEMU and its console said:\n"
                            f"{tail(self.tree.work / 'qemu.log')}{tail(self.console)}") from None

    def _keep_log(self):
        with open(self.console, "rb") as console:
            shutil.copyfileobj(console, self.options.keep_log)
        self.options.keep_log.flush()
        self.channel.run(["journalctl", "--no-pager", "--boot"], stdout=self.options.keep_log.fileno(),
                         stderr=self.options.keep_log.fileno())
