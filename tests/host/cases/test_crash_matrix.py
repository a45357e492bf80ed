# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent is killed at every step of a start and of a stop; its successor takes back all that was done.

libcrash-at.so, preloaded, counts the calls by which the agent changes anything outside itself and kills it before the
Nth. N goes up until nobody is killed any more, so that a step that is new is walked as well."""

import itertools
import os
import pathlib
import shutil
import unittest

import seen
import tool

NAME = "crashing"
ROOM = seen.IMAGES / "crash"
CRASH = pathlib.Path("/run/vmwarden/crash")
DROP_IN = pathlib.Path("/run/systemd/system/vmwardend.service.d/crash.conf")
SITE = pathlib.Path("/etc/vmwarden/policy.d/60-crash.yaml")
NVRAM = pathlib.Path("/var/lib/vmwarden/nvram")
# Where the dynamic linker looks for a set-user-ID library, even for an agent that enters its SELinux domain.
LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/libcrash-at.so")
# All calls, of which other threads of the agent make some now and then; and once more those alone that change files, of
# which none can be passed over so. A virtual machine shows that labels come back: a guest takes seconds there.
FILES = ["fchownat", "chmod", "setxattr", "fsetxattr", "renameat"]
WALKS = {"container": [[], FILES], "vm": [FILES]}
QCOW2 = "<driver name='qemu' type='qcow2'/>"
RAW = "<driver name='qemu' type='raw'/>"


def make(name, owner, mode, *options):
    path = ROOM / name
    if options:
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", *options, str(path), "1M")
    else:
        path.write_bytes(bytes(1 << 20))
    os.chown(path, *owner)
    os.chmod(path, mode)
    return path


def attributes(path):
    return {name: os.getxattr(path, name, follow_symlinks=False)
            for name in os.listxattr(path, follow_symlinks=False)}


def files():
    """Every file that a guest could have been given, with all that could have been changed of it."""
    roots = [ROOM, seen.IMAGES / "hello", NVRAM]
    paths = [pathlib.Path("/dev/vdb"), pathlib.Path("/dev/kvm"), *roots]
    paths += [path for root in roots for path in root.rglob("*")]
    seen_now = {}
    for path in paths:
        if path.exists():
            status = path.lstat()
            seen_now[path] = (status.st_uid, status.st_gid, status.st_mode, attributes(path))
    return seen_now


def mounts():
    lines = pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return {line.split(" ", 3)[3] for line in lines}


def host():
    """What else a guest that was not taken back would have left."""
    units = seen.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "vmwarden-*.scope").stdout
    return {"units": units, "left": tool.leftovers(NAME), "mounts": mounts(),
            "network": sorted(os.listdir("/sys/class/net")), "state": sorted(os.listdir(seen.STATE)),
            "journals": sorted(name for name in os.listdir(seen.RESTORE) if name.endswith(".journal")),
            "sockets": [line for line in pathlib.Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()
                        if NAME in line],
            "shims": [process.name for process in pathlib.Path("/proc").iterdir()
                      if process.name.isdigit() and "vmwarden-shim" in tool.command_line(process)]}


class CrashMatrix(unittest.TestCase):
    nightly = {"vm"}

    @classmethod
    def setUpClass(cls):
        kind = seen.run("systemd-detect-virt", "--container", check=False).returncode
        cls.walks = WALKS["vm" if kind != 0 else "container"]
        shutil.copy(tool.PAYLOAD / "libcrash-at.so", LIBRARY)
        LIBRARY.chmod(0o4755)
        DROP_IN.parent.mkdir(parents=True)
        DROP_IN.write_text(f"[Service]\nEnvironment=LD_PRELOAD={LIBRARY.name}\n", encoding="ascii")
        seen.run("systemctl", "daemon-reload")
        seen.run("systemctl", "restart", "vmwardend.service")

    @classmethod
    def tearDownClass(cls):
        DROP_IN.unlink()
        seen.run("systemctl", "daemon-reload")
        seen.run("systemctl", "restart", "vmwardend.service")
        LIBRARY.unlink()

    def setUp(self):
        # Two would be one too many: a guest of an earlier step that is still counted, or whose pair is still
        # reserved, fails the next start.
        SITE.write_text("version: 1\nlimits: {guests: 1}\n", encoding="ascii")
        self.addCleanup(SITE.unlink)
        CRASH.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, CRASH)
        ROOM.mkdir()
        ROOM.chmod(0o755)
        self.addCleanup(shutil.rmtree, ROOM)
        self.addCleanup(seen.vmwarden, "destroy", NAME, check=False)
        self.log = pathlib.Path(f"/var/log/vmwarden/{NAME}.log")
        self.addCleanup(self.log.unlink, missing_ok=True)
        self.xml = self.definition()
        # A whole life without a crash: what it makes and keeps (its firmware's variables) is there then.
        before = files()
        self.create()
        self.changed = files()
        self.destroy()
        self.files, self.host = files(), host()
        self.assertEqual(before, {path: state for path, state in self.files.items() if path in before})
        self.assertGreaterEqual(
            len([path for path, state in self.files.items() if self.changed.get(path) != state]), 5,
            "too little is changed for a start: nothing can be shown")

    def definition(self):
        base = make("base.raw", (1234, 1234), 0o600)
        middle = make("middle.qcow2", (1235, 1235), 0o640, "-b", str(base), "-F", "raw")
        top = make("top.qcow2", (1236, 1236), 0o600, "-b", str(middle), "-F", "qcow2")
        data = make("data.qcow2", (1237, 1237), 0o600, "-o", f"data_file={ROOM}/data.raw,data_file_raw=on")
        for path, mode in ((ROOM / "data.raw", 0o600), (data, 0o600)):
            os.chown(path, 1238, 1238)
            path.chmod(mode)
        shared = make("shared.raw", (1239, 1239), 0o660)
        media = make("media.iso", (1240, 1240), 0o440)
        odd = make("odd.raw", (1241, 1241), 0o700)
        os.setxattr(odd, "user.note", b"stays")
        odd.chmod(0o4700)  # this bit goes with a change of owner, and comes back
        disks = [(top, "vda", QCOW2), (data, "vdb", QCOW2), (shared, "vdc", RAW + "<shareable/>"),
                 (media, "vdd", RAW + "<readonly/>"), (odd, "vde", RAW + "<readonly/>"), ("/dev/vdb", "vdf", RAW)]
        extra = (f"<serial type='file'><source path='{self.log}'/><target port='0'/></serial>"
                 "<channel type='unix'><target type='virtio' name='org.example.agent'/></channel>"
                 "<interface type='network'><source network='default'/></interface>")
        return seen.guest_xml(NAME, disks, extra=extra)

    def create(self, check=True):
        return seen.vmwarden("create", "-", stdin=self.xml, check=check)

    def destroy(self, check=True):
        return seen.vmwarden("destroy", NAME, check=check)

    def attempt(self, step, act, counted):
        """Whether the agent lived, and the call before which it did not."""
        (CRASH / "at").write_text(" ".join([str(step), *counted, ""]) if counted else str(step), encoding="ascii")
        done = act(check=False)
        (CRASH / "at").unlink()
        killed = CRASH / "killed"
        if not killed.exists():
            self.assertEqual(done.returncode, 0, f"step {step}: {done.stderr}")
            return None
        pid, _, call = killed.read_text(encoding="utf-8").partition(" ")
        killed.unlink()
        seen.wait_until_gone(int(pid))
        seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
        return call

    def take_back(self):
        """The next agent has cleaned up when it answers; a guest that runs on is the administrator's to end."""
        if NAME in seen.vmwarden("list", "--all").stdout:
            self.destroy()

    def walk(self, prepare, act):
        return [call for counted in self.walks for call in self.walk_over(counted, prepare, act)]

    def walk_over(self, counted, prepare, act):
        calls = []
        for step in itertools.count(1):
            prepare()
            call = self.attempt(step, act, counted)
            with self.subTest(step=step, before=call):
                self.take_back()
                self.assertEqual(self.files, files())
                self.assertEqual(self.host, host())
            if call is None:
                break
            calls.append(call)
        print(f"{len(calls)} steps ", end="", flush=True)
        return calls

    def assert_walked(self, calls, at_least, kinds):
        """That it was no short walk: so many steps, calls of these kinds among them."""
        walked = {call.split(" ", 1)[0] for call in calls}
        if [] not in self.walks:
            self.assertGreaterEqual(len(calls), 12, calls)
            self.assertLessEqual({"fchownat"}, walked, calls)
            self.assertTrue(walked & {"setxattr", "fsetxattr"}, calls)
        else:
            self.assertGreaterEqual(len(calls), at_least, calls)
            self.assertLessEqual(kinds, walked, calls)

    def test_start(self):
        seen.vmwarden("list")
        calls = self.walk(lambda: seen.vmwarden("list"), self.create)
        self.assert_walked(
            calls, 40, {"mkdirat", "posix_spawn", "fdatasync", "renameat", "fchownat", "sendmsg", "write"})
        self.assertGreaterEqual(len([call for call in calls if call.startswith("fchownat")]), 7, calls)

    def test_stop(self):
        calls = self.walk(self.create, self.destroy)
        self.assert_walked(calls, 30, {"fchownat", "chmod", "unlinkat", "sendmsg"})

    def test_taking_back(self):
        """The agent that takes back what a killed one has left is killed at every step, too."""
        def agent_dies():
            self.create()
            pid = int(seen.unit_property("vmwardend.service", "MainPID"))
            qemu = seen.main_pid(NAME)
            seen.run("systemctl", "kill", "--signal=SIGKILL", "vmwardend.service")
            seen.wait_until_gone(pid)
            os.kill(qemu, 9)
            seen.wait_until_gone(qemu)
            seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)

        def next_agent(check):
            # A caller of one that dies before it has its name would wait for the bus to give up.
            done = seen.run("systemctl", "start", "vmwardend.service", check=check)
            return done if done.returncode != 0 else seen.vmwarden("list", check=check)

        calls = self.walk(agent_dies, next_agent)
        self.assert_walked(calls, 25, {"fchownat", "chmod", "unlinkat"})


if __name__ == "__main__":
    unittest.main()
