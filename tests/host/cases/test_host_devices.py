# SPDX-License-Identifier: LGPL-2.1-or-later
"""A PCI device of the host's: taken from its driver, held by QEMU, given back whatever ends the guest."""

import json
import os
import pathlib
import signal
import unittest

import seen

DEVICE = "0000:00:11.0"
IN_A_GROUP = "0000:00:1f.3"  # with the host's disk controller
SYSFS = pathlib.Path("/sys/bus/pci/devices") / DEVICE
POLICY = pathlib.Path("/etc/vmwarden/policy.d/70-devices.yaml")


def hostdev(address=DEVICE, managed="yes"):
    domain, bus, rest = address.split(":")
    slot, function = rest.split(".")
    return (f"<hostdev mode='subsystem' type='pci' managed='{managed}'><source><address domain='0x{domain}' "
            f"bus='0x{bus}' slot='0x{slot}' function='0x{function}'/></source></hostdev>")


def driver():
    link = SYSFS / "driver"
    return os.path.basename(os.readlink(link)) if link.exists() else ""


def whole_state():
    return driver(), (SYSFS / "driver_override").read_text().strip()


class HostDevices(unittest.TestCase):
    hosts = {"vm"}

    def setUp(self):
        self.name = self._testMethodName.replace("_", "-")[:40]
        seen.run("modprobe", "vfio-pci")
        POLICY.write_text("version: 1\nhost_devices: {pci: allow}\n", encoding="utf-8")
        self.addCleanup(POLICY.unlink)
        self.before = whole_state()
        self.assertEqual(("sdhci-pci", "(null)"), self.before)
        self.node = pathlib.Path("/dev/vfio") / os.path.basename(os.readlink(SYSFS / "iommu_group"))
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)

    def create(self, devices, check=True):
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, [], extra=devices), check=check)
        if done.returncode == 0:
            self.pid = seen.main_pid(self.name)
        return done

    def held(self):
        links = pathlib.Path(f"/proc/{self.pid}/fd").iterdir()
        return [str(self.node)] == [os.readlink(link) for link in links if os.readlink(link) == str(self.node)]

    def assert_given_back(self):
        self.assertEqual(self.before, whole_state())
        self.assertFalse(self.node.exists())
        self.assertFalse((seen.RESTORE / f"{self.name}.journal").exists())

    def test_taken_and_given_back(self):
        self.create(hostdev())
        self.assertEqual("vfio-pci", driver())
        self.assertTrue(self.held())
        uid = int(seen.status(self.pid)["Uid"][0])
        self.assertEqual(uid, os.stat(self.node).st_uid)
        # The guest's memory and what devices need besides.
        limits = pathlib.Path(f"/proc/{self.pid}/limits").read_text()
        locked = [line.split()[3] for line in limits.splitlines() if line.startswith("Max locked memory")]
        self.assertGreater(int(locked[0]), 1 << 30)
        rows = json.loads(seen.vmwarden("--json", "verify", self.name).stdout)["rows"]
        row = [row["holds"] for row in rows if row["protection"] == f"host device {DEVICE}"]
        self.assertEqual([True], row, rows)
        seen.vmwarden("destroy", self.name)
        self.assert_given_back()

    def test_second_guest_is_refused(self):
        self.create(hostdev())
        other = "other-guest"
        self.addCleanup(seen.vmwarden, "destroy", other, check=False)
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(other, [], extra=hostdev()), check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(f"is in use by guest {self.name}", done.stderr)
        self.assertTrue(self.held())
        seen.vmwarden("destroy", self.name)
        self.assert_given_back()

    def test_killed_agent_and_killed_qemu(self):
        self.create(hostdev())
        seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
        agent = int(seen.unit_property("vmwardend.service", "MainPID"))
        os.kill(agent, signal.SIGKILL)
        seen.wait_until_gone(agent)
        self.assertTrue(self.held(), "a guest outlives its agent")
        os.kill(self.pid, signal.SIGKILL)
        seen.wait_for_removal(self.name)
        self.assert_given_back()

    def test_failed_start_gives_back(self):
        rom = pathlib.Path("/var/lib/vmwarden/images/not-a-rom")
        rom.write_bytes(b"")
        self.addCleanup(rom.unlink)
        broken = f"<interface type='user'><model type='e1000'/><rom file='{rom}'/></interface>"
        done = self.create(hostdev() + broken, check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assert_given_back()

    def test_refusals(self):
        done = self.create(hostdev(managed="no"), check=False)
        self.assertIn(f"driverctl set-override {DEVICE} vfio-pci", done.stderr)
        done = self.create(hostdev(IN_A_GROUP), check=False)
        self.assertIn("the host's driver ahci has it", done.stderr)
        POLICY.write_text("version: 1\n", encoding="utf-8")
        seen.vmwarden("policy", "reload")
        done = self.create(hostdev(), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertEqual(self.before, whole_state())


if __name__ == "__main__":
    unittest.main()
