# SPDX-License-Identifier: LGPL-2.1-or-later
"""A victim in the emulator's place tries what a taken-over one would: escape/README.md."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import unittest

import escape
import seen
import tool

EMULATOR = pathlib.Path("/usr/bin/qemu-system-escape")
LOG = pathlib.Path("/var/log/vmwarden/escape.log")
LEAST = 60


def other_guest(name, disk):
    """A real one, and where it can be got at."""
    seen.vmwarden("create", "-", stdin=seen.guest_xml(name, [(disk, "vda")]))
    pid = seen.main_pid(name)
    descriptors = {os.readlink(entry): entry.name for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
    # The first page of any program is mapped somewhere.
    address = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").split("-", 1)[0]
    return {"guest-pid": pid, "guest-comm": escape.command(pid), "guest-disk": disk, "guest-fd": descriptors[str(disk)],
            "guest-address": f"0x{address}", "guest-state": seen.STATE / name,
            "guest-monitor": seen.STATE / name / "qmp.sock"}


class Confined(unittest.TestCase):
    """Through the agent, as any guest, beside another."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        shutil.copy(tool.VICTIM, EMULATOR)
        stack.callback(EMULATOR.unlink)
        with contextlib.suppress(OSError):  # without SELinux there is no label
            os.setxattr(EMULATOR, "security.selinux", os.getxattr(tool.QEMU, "security.selinux"))
        targets = stack.enter_context(escape.files())
        targets |= stack.enter_context(escape.bystander("root"))
        as_guest = stack.enter_context(escape.bystander("guest", pwd.getpwnam("qemu").pw_uid))
        disk = seen.make_disk("escape-other.img")
        stack.callback(disk.unlink)
        stack.callback(seen.vmwarden, "destroy", "escape-other", check=False)
        targets |= as_guest | other_guest("escape-other", disk)
        targets |= {"tcp-port": targets["root-port"], "abstract-socket": targets["root-socket"]}
        targets |= stack.enter_context(escape.agent())
        cls.targets = targets
        cls.report = cls.run_victim(stack, targets)

    @classmethod
    def run_victim(cls, stack, targets):
        disk = seen.make_disk("escape-targets.img")
        stack.callback(disk.unlink)
        stack.callback(LOG.unlink, missing_ok=True)
        stack.callback(seen.vmwarden, "destroy", "escape", check=False)
        serial = f"<serial type='file'><source path='{LOG}'/><target port='0'/></serial>"
        xml = seen.guest_xml("escape", [(disk, "vda")], extra=serial, emulator=EMULATOR, kernel=False)
        targets["cgroup"] = "/sys/fs/cgroup/machine.slice/vmwarden-escape.scope"
        scope = json.loads(seen.vmwarden("--json", "plan", "-", stdin=xml).stdout)["scope"]
        if escape.controller("pids"):
            targets["processes"] = scope["tasks_max"] + 1
        if escape.controller("memory"):
            targets["memory"] = scope["memory_max"] + (64 << 20)
        escape.write_targets(disk, targets)
        seen.vmwarden("create", "-", stdin=xml)
        cls.pid = seen.main_pid("escape")
        return escape.report_in(LOG)

    def test_everything_is_denied(self):
        self.assertEqual({}, self.report.allowed)

    def test_all_is_tried_that_this_host_can_be_tried_at(self):
        untried = {"stray-descriptor"}
        untried |= {f"read-key-{who}" for who in ("guest", "root") if f"{who}-key" not in self.targets}
        untried |= {"cgroup-raise-pids", "fork-bomb"} if not escape.controller("pids") else set()
        untried |= {"cgroup-raise-memory", "memory"} if not escape.controller("memory") else set()
        self.assertEqual(set(), self.report.untried - untried)
        self.assertGreaterEqual(len(self.report.denied), LEAST)

    def test_no_descriptor_is_left_to_it_but_the_plan_s(self):
        plan = json.loads(seen.vmwarden("--json", "plan", "escape").stdout)
        numbers = {entry["number"] for entry in plan["process"]["fds"]}
        self.assertEqual({0, 1, 2} | numbers, set(self.report.descriptors))

    def test_the_other_guest_is_as_it_was(self):
        self.assertEqual("running", seen.state("escape-other"))
        self.assertIn("0 do not", seen.vmwarden("verify", "escape-other").stdout)


if __name__ == "__main__":
    unittest.main()
