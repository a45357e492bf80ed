# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cards on the host's network: made at start, held by QEMU alone, gone at the end, whatever ends it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import socket
import struct
import unittest

import seen

NET = pathlib.Path("/sys/class/net")
POLICY = pathlib.Path("/etc/vmwarden/policy.d/70-networks.yaml")
TEXT = """version: 1
networks:
  lan: {type: bridge, bridge: vwbr0}
  own: {type: tap, device: vwtap0}
  wire: {type: direct, device: vwdummy0}
  fast: {type: vhostuser, socket: /run/vwswitch/fast.sock}
"""


class Announcements:
    """What the kernel says of network devices, as udev hears it (rtnetlink(7))."""

    NEW, ADDRESS, NAME, ALIAS = 16, 1, 3, 20

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.bind((0, 1))  # RTMGRP_LINK
        self.socket.setblocking(False)

    def first_of(self, name):
        """The first address and alias that a device was announced with."""
        while True:
            message = self.socket.recv(65536)
            kind = struct.unpack_from("=IH", message)[1]
            attributes = dict(self.attributes(message[32:]))
            if kind == self.NEW and attributes[self.NAME] == name.encode() + b"\0":
                return attributes[self.ADDRESS].hex(":"), attributes.get(self.ALIAS, b"\0").decode()[:-1]

    @staticmethod
    def attributes(data):
        while len(data) >= 4:
            length, kind = struct.unpack_from("=HH", data)
            yield kind, data[4:length]
            data = data[(length + 3) & ~3:]


def devices():
    return {entry.name for entry in NET.iterdir()}


def flags_of(name):
    return int((NET / name / "flags").read_text(), 16)


def master_of(name):
    link = NET / name / "master"
    return os.path.basename(os.readlink(link)) if link.exists() else ""


def queues_of(pid):
    """The tap devices whose queues a process holds."""
    found = []
    for info in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        found += [line.split()[1] for line in info.read_text().splitlines() if line.startswith("iff:")]
    return sorted(found)


class Network(unittest.TestCase):
    def setUp(self):
        self.name = self._testMethodName.replace("_", "-")[:40]
        seen.run("ip", "link", "add", "vwbr0", "mtu", "1400", "type", "bridge")
        self.addCleanup(seen.run, "ip", "link", "del", "vwbr0")
        seen.run("ip", "link", "set", "vwbr0", "up")
        POLICY.write_text(TEXT, encoding="utf-8")
        self.addCleanup(POLICY.unlink)
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        self.before = devices()

    def create(self, interfaces, check=True):
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, [], extra=interfaces), check=check)
        if done.returncode == 0:
            self.pid = seen.main_pid(self.name)
        return done

    def made(self):
        return sorted(devices() - self.before)

    def assert_verified(self, device):
        rows = json.loads(seen.vmwarden("--json", "verify", self.name).stdout)["rows"]
        row = [row for row in rows if row["protection"] == f"network device {device}"]
        self.assertEqual([True], [one["holds"] for one in row], rows)


class Taps(Network):
    def test_tap_on_a_bridge(self):
        self.create("<interface type='bridge'><mac address='52:54:00:aa:bb:cc'/><source bridge='vwbr0'/></interface>")
        self.assertEqual(["vnet0"], self.made())
        self.assertEqual("vwbr0", master_of("vnet0"))
        self.assertEqual("1400", (NET / "vnet0/mtu").read_text().strip())
        self.assertEqual("fe:54:00:aa:bb:cc", (NET / "vnet0/address").read_text().strip())
        self.assertEqual(f"vmwarden guest {self.name}", (NET / "vnet0/ifalias").read_text().strip())
        self.assertTrue(flags_of("vnet0") & 1, "it is not up")
        self.assertEqual(["vnet0"], queues_of(self.pid))
        self.assert_verified("vnet0")
        plan = seen.vmwarden("plan", self.name, check=False).stdout
        self.assertIn("70-networks.yaml:3", plan)
        seen.vmwarden("destroy", self.name)
        self.assertEqual([], self.made())

    def test_nobody_sees_one_that_is_not_finished(self):
        heard = Announcements()
        self.addCleanup(heard.socket.close)
        self.create("<interface type='bridge'><mac address='52:54:00:aa:bb:cc'/><source bridge='vwbr0'/></interface>")
        self.assertEqual(("fe:54:00:aa:bb:cc", f"vmwarden guest {self.name}"), heard.first_of("vnet0"))

    def test_several_queues_names_and_a_second_guest(self):
        self.create("<interface type='network'><source network='lan'/><target dev='vwguest'/>"
                    "<driver queues='3'/></interface>"
                    "<interface type='network'><source network='lan'/><model type='e1000'/></interface>")
        self.assertEqual(["vnet0", "vwguest"], self.made())
        self.assertEqual(["vnet0"] + ["vwguest"] * 3, queues_of(self.pid))
        self.assert_verified("vwguest")
        other = "other-guest"
        self.addCleanup(seen.vmwarden, "destroy", other, check=False)
        card = "<interface type='bridge'><source bridge='vwbr0'/></interface>"
        seen.vmwarden("create", "-", stdin=seen.guest_xml(other, [], extra=card))
        self.assertEqual(["vnet0", "vnet1", "vwguest"], self.made())
        seen.vmwarden("destroy", self.name)
        self.assertEqual(["vnet1"], self.made())
        self.assertEqual("vwbr0", master_of("vnet1"))

    def test_verify_sees_a_device_that_was_moved(self):
        self.create("<interface type='bridge'><source bridge='vwbr0'/></interface>")
        seen.run("ip", "link", "set", "vnet0", "nomaster")
        done = seen.vmwarden("--json", "verify", self.name, check=False)
        self.assertNotEqual(0, done.returncode)
        broken = [row["protection"] for row in json.loads(done.stdout)["rows"] if not row["holds"]]
        self.assertEqual(["network device vnet0"], broken)

    def test_a_cable_that_is_out(self):
        self.create("<interface type='bridge'><source bridge='vwbr0'/><link state='down'/></interface>")
        self.assertEqual(["vnet0"], queues_of(self.pid))

    def test_given_tap_stays(self):
        seen.run("ip", "tuntap", "add", "mode", "tap", "name", "vwtap0")
        self.addCleanup(seen.run, "ip", "link", "del", "vwtap0")
        before = devices()
        self.create("<interface type='ethernet'><target dev='vwtap0' managed='no'/></interface>")
        self.assertEqual(["vwtap0"], queues_of(self.pid))
        self.assert_verified("vwtap0")
        seen.vmwarden("destroy", self.name)
        self.assertEqual(before, devices())

    def test_bridge_of_no_network_is_refused(self):
        seen.run("ip", "link", "add", "vwbr1", "type", "bridge")
        self.addCleanup(seen.run, "ip", "link", "del", "vwbr1")
        before = devices()
        done = self.create("<interface type='bridge'><source bridge='vwbr1'/></interface>", check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("no network of the policy names the bridge 'vwbr1'", done.stderr)
        self.assertEqual(before, devices())

    def test_failed_start_leaves_nothing(self):
        card = "<interface type='bridge'><source bridge='vwbr0'/></interface>"
        rom = pathlib.Path("/var/lib/vmwarden/images/not-a-rom")
        rom.write_bytes(b"")
        self.addCleanup(rom.unlink)
        broken = f"<interface type='user'><model type='e1000'/><rom file='{rom}'/></interface>"
        done = self.create(card + broken, check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertEqual([], self.made())

    def test_killed_agent_and_killed_qemu(self):
        self.create("<interface type='bridge'><source bridge='vwbr0'/></interface>")
        # Other cases kill it as well, and systemd counts how often it starts within some seconds.
        seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
        agent = int(seen.unit_property("vmwardend.service", "MainPID"))
        os.kill(agent, signal.SIGKILL)
        seen.wait_until_gone(agent)
        self.assertEqual(["vnet0"], self.made(), "a guest outlives its agent")
        os.kill(self.pid, signal.SIGKILL)
        seen.wait_for_removal(self.name)
        self.assertEqual([], self.made())


class Switches(Network):
    """A program that carries packets, played by vhost_user_peer.py."""

    SHARED = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
    SOCKET = pathlib.Path("/run/vwswitch/fast.sock")
    CARD = (f"<interface type='vhostuser'><source type='unix' path='{SOCKET}' mode='client'/>"
            "<model type='virtio'/></interface>")

    def setUp(self):
        super().setUp()
        self.SOCKET.parent.mkdir()
        self.addCleanup(shutil.rmtree, self.SOCKET.parent)
        seen.label_for_guests(self.SOCKET.parent)
        program = pathlib.Path(__file__).with_name("vhost_user_peer.py")
        self.peer = subprocess.Popen([*seen.AT_GUESTS_LEVEL, sys.executable, str(program), str(self.SOCKET)],
                                     stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.peer.stdout.close)
        self.addCleanup(self.peer.wait)
        self.addCleanup(self.peer.kill)
        self.assertEqual("ready", self.peer.stdout.readline().strip())

    def create_shared(self, interfaces, check=True, memory=SHARED):
        xml = seen.guest_xml(self.name, [], extra=interfaces).replace("<os>", memory + "<os>", 1)
        return seen.vmwarden("create", "-", stdin=xml, check=check)

    def test_card_of_a_switch(self):
        os.chmod(self.SOCKET, 0o666)
        self.create_shared(self.CARD)
        # GET_FEATURES, SET_OWNER: QEMU has spoken with the program.
        self.assertEqual(["1", "3"], [self.peer.stdout.readline().strip() for _ in range(2)])
        self.assertEqual("running", seen.state(self.name))
        seen.vmwarden("verify", self.name)

    def test_socket_that_the_guest_may_not_use(self):
        os.chmod(self.SOCKET, 0o600)
        done = self.create_shared(self.CARD, check=False)
        self.assertIn("may not connect to", done.stderr)

    def test_memory_must_be_shared(self):
        os.chmod(self.SOCKET, 0o666)
        done = self.create_shared(self.CARD, check=False, memory="")
        self.assertIn("must see the guest's memory", done.stderr)

    def test_socket_of_no_network(self):
        done = self.create_shared(self.CARD.replace("fast.sock", "slow.sock"), check=False)
        self.assertEqual(3, done.returncode, done.stderr)


class Macvtaps(Network):
    hosts = {"vm"}

    def test_macvtap_over_a_device(self):
        seen.run("ip", "link", "add", "vwdummy0", "type", "dummy")
        self.addCleanup(seen.run, "ip", "link", "del", "vwdummy0")
        seen.run("ip", "link", "set", "vwdummy0", "up")
        before = devices()
        self.create("<interface type='direct'><source dev='vwdummy0' mode='bridge'/></interface>")
        self.assertEqual({"macvtap0"}, devices() - before)
        self.assert_verified("macvtap0")
        seen.vmwarden("destroy", self.name)
        self.assertEqual(before, devices())
