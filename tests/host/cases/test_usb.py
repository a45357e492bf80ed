# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB device of the host's becomes the guest's, and the host's again."""

import json
import pathlib
import unittest

import seen

# What the kernel's g_zero pretends to be, plugged into its dummy_hcd.
VENDOR, PRODUCT = "0525", "a4a0"


def plugged_in():
    for device in pathlib.Path("/sys/bus/usb/devices").iterdir():
        ids = [device / name for name in ("idVendor", "idProduct", "busnum", "devnum")]
        if all(path.exists() for path in ids):
            vendor, product, bus, number = (path.read_text().strip() for path in ids)
            if (vendor, product) == (VENDOR, PRODUCT):
                return pathlib.Path(f"/dev/bus/usb/{int(bus):03}/{int(number):03}")
    return None


class Usb(unittest.TestCase):
    hosts = {"vm"}

    def setUp(self):
        for module in ("dummy_hcd", "g_zero"):
            seen.run("modprobe", module)
            self.addCleanup(seen.run, "modprobe", "-r", module, check=False)
        seen.run("udevadm", "settle")
        self.node = plugged_in()
        self.assertIsNotNone(self.node, "no device was plugged in")
        self.name = "usb-guest"
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        self.before = seen.whole_state(self.node)

    def create(self, check=True):
        device = (f"<hostdev mode='subsystem' type='usb'><source><vendor id='0x{VENDOR}'/>"
                  f"<product id='0x{PRODUCT}'/></source></hostdev>")
        return seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, extra=device), check=check)

    def test_given_and_given_back(self):
        self.create()
        self.assertNotEqual(self.before, seen.whole_state(self.node))
        pid = seen.main_pid(self.name)
        held = {entry.resolve() for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
        self.assertIn(self.node, held)
        rows = json.loads(seen.vmwarden("--json", "verify", self.name).stdout)["rows"]
        self.assertIn(True, [row["holds"] for row in rows if row["protection"] == "owner of hostdev 0"], rows)
        seen.vmwarden("destroy", self.name)
        self.assertEqual(self.before, seen.whole_state(self.node))

    def test_one_guest_at_a_time(self):
        self.create()
        first, self.name = self.name, "usb-guest-2"
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        done = self.create(check=False)
        self.assertNotEqual(0, done.returncode)
        self.assertIn(f"in use by guest {first}", done.stderr)
