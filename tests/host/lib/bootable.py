# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels that an emulated machine starts quickly."""

import lzma

_XZ_MAGIC = b"\xfd7zXZ\0"


def write_uncompressed(source, target):
    """Writes the ELF kernel inside the Debian kernel SOURCE to TARGET.

    QEMU starts it through its PVH entry point; nothing need be decompressed by an emulated processor, which takes
    longer than all the rest of a boot. A kernel packed in another way is copied as it is."""
    data = source.read_bytes()
    start = data.find(_XZ_MAGIC)
    if start >= 0:
        data = lzma.LZMADecompressor().decompress(data[start:])
    target.write_bytes(data)
