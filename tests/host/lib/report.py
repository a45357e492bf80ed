# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the test-host tools say to a person: progress on stderr, and one way to give up."""

import sys


class HostError(Exception):
    """Something about the test host itself went wrong; the message is for a person."""


def say(message):
    print(f"tests/host: {message}", file=sys.stderr, flush=True)


def tail(path, lines=40):
    """The last lines of a log file, for a failure message."""
    try:
        with open(path, errors="replace") as log:
            return "".join(log.readlines()[-lines:])
    except OSError as error:
        return f"({error})\n"
