# SPDX-License-Identifier: LGPL-2.1-or-later
"""A definition's share of the host: the kernel's view of the scope and of QEMU's threads."""

import json
import os
import pathlib
import unittest

import seen

CGROUPS = pathlib.Path("/sys/fs/cgroup")
MIB = 1024 * 1024
LAST = max(os.sched_getaffinity(0))
TUNE = f"""
  <vcpu cpuset='0-{LAST}'>2</vcpu>
  <iothreads>1</iothreads>
  <cputune>
    <shares>50</shares>
    <global_period>50000</global_period>
    <global_quota>90001</global_quota>
    <vcpupin vcpu='0' cpuset='0'/>
    <vcpupin vcpu='1' cpuset='{LAST}'/>
    <emulatorpin cpuset='0'/>
    <iothreadpin iothread='1' cpuset='{LAST}'/>
  </cputune>
  <memtune>
    <hard_limit unit='MiB'>1024</hard_limit>
    <soft_limit unit='MiB'>768</soft_limit>
    <swap_hard_limit unit='MiB'>1280</swap_hard_limit>
  </memtune>
  <blkiotune>
    <weight>200</weight>
    <device>
      <path>/dev/vda</path>
      <read_bytes_sec>1000000</read_bytes_sec>
      <write_iops_sec>500</write_iops_sec>
    </device>
  </blkiotune>
  <numatune>
    <memory mode='restrictive' nodeset='0'/>
  </numatune>
  <resource>
    <partition>/machine/of-tests</partition>
  </resource>
"""


def tuned(name, tune=TUNE):
    return seen.guest_xml(name).replace("<vcpu>1</vcpu>", tune)


def threads(pid):
    """Name -> processors."""
    out = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        words = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
        out["main" if task.name == str(pid) else words["Name"]] = words["Cpus_allowed_list"]
    return out


def verified(guest):
    rows = json.loads(seen.vmwarden("--json", "verify", guest).stdout)["rows"]
    return {row["protection"]: row for row in rows}


class Tuning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        seen.vmwarden("create", "-", stdin=tuned("tuned"))
        cls.addClassCleanup(seen.vmwarden, "destroy", "tuned", check=False)

    def property(self, name):
        return seen.unit_property("vmwarden-tuned.scope", name)

    def test_is_what_systemd_has(self):
        self.assertEqual(self.property("Slice"), "machine-of\\x2dtests.slice")
        expected = {"CPUWeight": "50", "CPUQuotaPeriodUSec": "50ms", "MemoryMax": str(1024 * MIB),
                    "MemoryHigh": str(768 * MIB), "MemorySwapMax": str(256 * MIB), "IOWeight": "200",
                    "IOReadBandwidthMax": "/dev/vda 1000000", "IOWriteIOPSMax": "/dev/vda 500",
                    "AllowedCPUs": f"0-{LAST}" if LAST else "0", "AllowedMemoryNodes": "0"}
        self.assertEqual({name: self.property(name) for name in expected}, expected)

    def test_is_what_the_kernel_has(self):
        node = (CGROUPS / seen.cgroup_of(seen.main_pid("tuned")).lstrip("/")).parent
        number = os.stat("/dev/vda").st_rdev
        device = f"{os.major(number)}:{os.minor(number)}"
        expected = {"cpu.weight": "50", "cpu.max": "90001 50000", "memory.max": str(1024 * MIB),
                    "memory.high": str(768 * MIB), "memory.swap.max": str(256 * MIB),
                    "io.weight": "default 200", "io.max": f"{device} rbps=1000000 wbps=max riops=max wiops=500",
                    "cpuset.cpus": f"0-{LAST}" if LAST else "0", "cpuset.mems": "0"}
        offered = (CGROUPS / "cgroup.controllers").read_text().split()
        found = {name: (node / name).read_text().strip() for name in expected if name.split(".")[0] in offered}
        self.assertEqual(found, {name: expected[name] for name in found})
        if not os.path.exists("/run/systemd/container"):
            self.assertEqual(len(found), len(expected))

    def test_holds_each_thread(self):
        found = threads(seen.main_pid("tuned"))
        self.assertEqual(found["main"], "0")
        self.assertEqual(found["CPU 0/TCG"], "0")
        self.assertEqual(found["CPU 1/TCG"], str(LAST))
        self.assertEqual(found["IO iothread1"], str(LAST))

    def test_is_verified_and_a_thread_that_was_moved_is_found(self):
        rows = verified("tuned")
        self.assertTrue(all(row["holds"] for row in rows.values()), rows)
        for name in ("processor weight", "processor time", "swap", "limits of /dev/vda", "processors of vcpu 1"):
            self.assertIn(name, rows)
        if LAST == 0:
            return
        pid = seen.main_pid("tuned")
        task = next(task.name for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                    if (task / "comm").read_text() == "CPU 1/TCG\n")
        os.sched_setaffinity(int(task), {0})
        self.addCleanup(os.sched_setaffinity, int(task), {LAST})
        self.assertNotEqual(seen.vmwarden("verify", "tuned", check=False).returncode, 0)
        answer = json.loads(seen.vmwarden("--json", "verify", "tuned", check=False).stdout)
        self.assertEqual([row["protection"] for row in answer["rows"] if not row["holds"]], ["processors of vcpu 1"])


class Refused(unittest.TestCase):
    def refused(self, tune):
        done = seen.vmwarden("create", "-", stdin=tuned("refused", tune), check=False)
        self.assertIn(done.returncode, (1, 3), done.stderr)
        return done.stderr

    def test_processors_that_are_not_there(self):
        self.assertIn("this host has 0", self.refused("<vcpu cpuset='4000'>1</vcpu>"))

    def test_a_slice_outside_of_the_policys(self):
        self.assertIn("outside of the policy's machine.slice",
                      self.refused("<vcpu>1</vcpu><resource><partition>/system</partition></resource>"))


if __name__ == "__main__":
    unittest.main()
