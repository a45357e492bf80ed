# SPDX-License-Identifier: LGPL-2.1-or-later
"""Block devices for a container host: loop devices over unlinked files, gone with the last process that holds them."""

import errno
import fcntl
import os
import struct
import tempfile

_LOOP_CTL_GET_FREE = 0x4C82
_LOOP_CONFIGURE = 0x4C0A
_LO_FLAGS_AUTOCLEAR = 4

# struct loop_config: the backing file comes first; of its struct loop_info64 only the flags matter here.
_CONFIG_SIZE = 304
_CONFIG_FLAGS = 60


def attach(directory, size):
    """A new disk of SIZE bytes, its file in DIRECTORY; returns an open descriptor that keeps it, and its numbers."""
    with tempfile.TemporaryFile(dir=directory) as backing:
        backing.truncate(size)
        config = bytearray(_CONFIG_SIZE)
        struct.pack_into("=I", config, 0, backing.fileno())
        struct.pack_into("=I", config, _CONFIG_FLAGS, _LO_FLAGS_AUTOCLEAR)
        while True:
            device = _open_free()
            try:
                fcntl.ioctl(device, _LOOP_CONFIGURE, config)
            except OSError as error:
                os.close(device)
                if error.errno != errno.EBUSY:
                    raise
                continue  # another run took this one first
            node = os.fstat(device).st_rdev
            return device, os.major(node), os.minor(node)


def _open_free():
    with open("/dev/loop-control") as control:
        number = fcntl.ioctl(control, _LOOP_CTL_GET_FREE)
    return os.open(f"/dev/loop{number}", os.O_RDWR | os.O_CLOEXEC)
