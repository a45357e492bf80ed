#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other end of a vhost-user card, as far as QEMU asks before the guest's driver does: `PATH` is where it listens."""

import os
import socket
import struct
import sys

HEADER = struct.Struct("<III")
REPLY = 0x4 | 0x1
GET_FEATURES, GET_VRING_BASE = 1, 11
FEATURES = 1 << 32  # VIRTIO_F_VERSION_1 and nothing more


def answer(request, body):
    if request == GET_FEATURES:
        return struct.pack("<Q", FEATURES)
    if request == GET_VRING_BASE:
        return struct.pack("<II", struct.unpack_from("<I", body)[0], 0)
    return None


def receive(link, size):
    data, descriptors, _, _ = socket.recv_fds(link, size, 16)
    for descriptor in descriptors:
        os.close(descriptor)
    return data


def serve(link):
    while header := receive(link, HEADER.size):
        request, _, size = HEADER.unpack(header)
        body = receive(link, size) if size else b""
        print(request, flush=True)
        if (reply := answer(request, body)) is not None:
            link.sendall(HEADER.pack(request, REPLY, len(reply)) + reply)


def main():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("ready", flush=True)
        while True:
            link, _ = listener.accept()
            with link:
                serve(link)


main()
