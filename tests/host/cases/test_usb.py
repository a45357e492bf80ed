# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB device of the host's becomes the guest's, and the host's again."""

import json
import pathlib
import socket
import unittest

import seen

# What the kernel's g_serial pretends to be, plugged into its dummy_hcd.
VENDOR, PRODUCT = "0525", "a4a7"


class Plugging:
    """The kernel's word of what is plugged in, a while after the module is there (netlink(7), KOBJECT_UEVENT)."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)  # NETLINK_KOBJECT_UEVENT
        self.socket.bind((0, 1))
        self.socket.settimeout(seen.PATIENCE)

    def wait(self):
        product = f"PRODUCT={int(VENDOR, 16):x}/{int(PRODUCT, 16):x}/".encode()
        while True:
            words = self.socket.recv(65536).split(b"\0")
            if b"ACTION=bind" in words and b"DEVTYPE=usb_device" in words and any(w.startswith(product) for w in words):
                return


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
        plugging = Plugging()
        self.addCleanup(plugging.socket.close)
        for module in ("dummy_hcd", "g_serial"):
            seen.run("modprobe", module)
            self.addCleanup(seen.run, "modprobe", "-r", module, check=False)
        plugging.wait()
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
