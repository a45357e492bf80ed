# SPDX-License-Identifier: LGPL-2.1-or-later
"""The container host: systemd as PID 1 in systemd-nspawn, over an overlay of the image. Runs inside a sandbox."""

import os
import select
import shutil
import socket
import subprocess
import time

import command
import disks
import kernel
from report import HostError, tail
from tree import Tree

BOOT_SECONDS = 120

# Nodes that tests expect a confined guest to be refused: a foreign disk, a disk for guests, memory.
_FOREIGN_DISK_SIZE = 1 << 20
_GUEST_DISK_SIZE = 64 << 20


class Container:
    def __init__(self, options):
        self.options = options
        self.tree = self.work = self.console = None
        self.disks = []
        self.nspawn = None
        self.leader = None

    def run(self):
        """Boots, runs the command, returns its exit status."""
        self._prepare()
        self._boot()
        if self.options.shell:
            status = self._enter(command.shell(os.environ.get("TERM", "linux")))
        else:
            status = self._enter(command.service(self.options.command))
        if self.nspawn.poll() is not None:
            raise HostError(f"the host went down while the command ran; its console:\n{tail(self.console)}")
        if self.options.keep_log:
            self._keep_log()
        return status

    def _prepare(self):
        self.tree = Tree(self.options.image, self.options.build)
        self.work = self.tree.work
        self.console = self.work / "console.log"
        self._attach_disks()
        # What nspawn writes there, locks and mount points, is nobody else's business and must not outlive us.
        for shared in ("/run", "/tmp"):
            kernel.mount("testhost", shared, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=0755")

    def _attach_disks(self):
        lines = ["c! /dev/mem 0640 root kmem - 1:1", "d! /dev/net 0755", "c! /dev/net/tun 0666 root root - 10:200"]
        for name, size in (("vda", _FOREIGN_DISK_SIZE), ("vdb", _GUEST_DISK_SIZE)):
            descriptor, major, minor = disks.attach(self.work, size)
            self.disks.append(descriptor)
            lines.append(f"b! /dev/{name} 0660 root disk - {major}:{minor}")
        (self.tree.root / "etc/tmpfiles.d/testhost-devices.conf").write_text("\n".join(lines) + "\n")

    def _boot(self):
        notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notifications.bind(str(self.work / "notify"))
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.work / "notify"),
                       "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        arguments = ["systemd-nspawn", f"--directory={self.tree.root}", "--machine=testhost", "--boot", "--quiet",
                     "--settings=no", "--register=no", "--keep-unit", "--notify-ready=yes", "--console=pipe",
                     "--capability=all",
                     # Without bpf() systemd would silently leave out every device filter.
                     "--system-call-filter=bpf",
                     "--private-network", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
                     "systemd.log_target=journal"]
        with open(self.console, "wb") as console:
            self.nspawn = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=console,
                                           stderr=console)
        with notifications:
            self._wait_until_ready(notifications)

    def _wait_until_ready(self, notifications):
        deadline = time.monotonic() + BOOT_SECONDS
        ended = os.pidfd_open(self.nspawn.pid)
        ready = False
        while not (ready and self.leader):
            readable, _, _ = select.select([notifications, ended], [], [], max(0, deadline - time.monotonic()))
            if notifications in readable:
                for line in notifications.recv(8192).decode(errors="replace").splitlines():
                    key, _, value = line.partition("=")
                    if key == "X_NSPAWN_LEADER_PID":
                        self.leader = int(value)
                    ready = ready or line == "READY=1"
            elif ended in readable:
                raise HostError(f"the container ended while booting; its console:\n{tail(self.console)}")
            else:
                raise HostError(f"the container was not ready after {BOOT_SECONDS} s; its console:\n"
                                f"{tail(self.console)}{self._journal('--lines=60')}")
        os.close(ended)

    def _enter(self, arguments, **streams):
        entering = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                    "--root", "--wd=/", "--", *arguments]
        return subprocess.run(entering, env={"PATH": command.PATH}, **streams).returncode

    def _journal(self, *arguments):
        if self.leader is None:
            return ""
        path = self.work / "journal"
        with open(path, "wb") as out:
            self._enter(["journalctl", "--no-pager", "--boot", *arguments], stdin=subprocess.DEVNULL, stdout=out,
                        stderr=subprocess.STDOUT)
        return path.read_text(errors="replace")

    def _keep_log(self):
        with open(self.console, "rb") as console:
            shutil.copyfileobj(console, self.options.keep_log)
        self.options.keep_log.write(self._journal().encode())
        self.options.keep_log.flush()
