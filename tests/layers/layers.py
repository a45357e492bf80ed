#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the arrows between rooms: which folder may include which, and which library ends where.

The table is docs/architecture.md's map. It fails on an include that the map does not allow, on a
room that the map does not know, and on words that no source may hold.
"""

import pathlib
import re
import sys

# room: rooms whose headers it may include (its own always).
MAP = {
    "src/base": set(),
    "src/hostpolicy": {"src/base"},
    "src/qemuconf": {"src/base", "src/hostpolicy"},
    "src/domain": {"src/base"},
    "src/hostfacts": {"src/base"},
    "src/plan": {"src/base"},
    "src/qmp": {"src/base"},
    "src/qemu": {"src/base", "src/domain"},
    "src/native": {"src/base", "src/domain", "src/qemu"},
    "src/resolve": {"src/base", "src/hostpolicy", "src/domain", "src/hostfacts", "src/plan",
                    "src/qemu"},
    "src/capabilities": {"src/base", "src/domain", "src/hostfacts", "src/hostpolicy",
                         "src/resolve"},
    "src/verify": {"src/base", "src/plan"},
    "src/guest": {"src/base"},
    "agent/host": {"src/base", "src/capabilities", "src/hostpolicy", "src/hostfacts", "src/plan",
                   "src/qmp", "src/resolve", "src/verify"},
    "agent/shim": {"src/base", "src/plan"},
    "agent/executor": {"src/base", "src/capabilities", "src/hostfacts", "src/plan", "src/qmp",
                       "src/verify", "agent/host"},
    "agent/supervisor": {"src/base", "src/capabilities", "src/domain", "src/guest", "src/hostfacts", "src/hostpolicy",
                         "src/plan", "src/qmp", "src/resolve", "src/verify", "agent/host",
                         "agent/executor"},
    "agent/bus": {"src/base", "src/domain", "src/guest", "src/hostpolicy", "src/native",
                  "src/plan", "src/resolve", "src/verify", "agent/host", "agent/supervisor"},
    "agent/daemon": {"src/base", "agent/host", "agent/executor", "agent/supervisor", "agent/bus"},
    "agent/cli": {"src/base", "src/domain", "src/guest", "src/hostpolicy", "src/native", "src/plan",
                  "src/qemuconf", "src/resolve", "agent/host", "agent/bus"},
}

# Files that may include one header of a room they do not otherwise know.
SINGLE_HEADERS = {
    "agent/executor": {"agent/shim/protocol.h", "agent/shim/steps.h"},
    "agent/cli": {"agent/supervisor/facts.h"},
}

# A library's header and the rooms behind whose door it ends.
LIBRARIES = {
    "yaml-cpp/": {"src/hostpolicy"},
    "libxml/": {"src/domain"},
    "sdbus-c++/": {"agent/bus", "agent/daemon", "agent/cli", "agent/host"},
    "systemd/": {"agent/host", "agent/supervisor", "agent/bus", "agent/daemon", "agent/cli"},
    "selinux/": {"agent/host", "agent/shim"},
    "cap-ng.h": {"agent/shim"},
}

FORBIDDEN = [
    (re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\("), "sleeps: wait for the event"),
    (re.compile(r"\b(system|popen)\s*\("), "starts a shell"),
    (re.compile(r"\busing namespace std\s*;"), "using namespace std"),
    (re.compile(r"\bGTEST_SKIP\b|\bDISABLED_"), "skips a test"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def room_of(path):
    return "/".join(path.split("/")[:2])


def included_problems(relative, text):
    room = room_of(relative)
    if room not in MAP:
        yield f"{relative}: room {room} is not on the map"
        return
    for header in INCLUDE.findall(text):
        if header.startswith(("src/", "agent/")):
            target = room_of(header)
            allowed = target == room or target in MAP[room]
            if not allowed and header not in SINGLE_HEADERS.get(room, set()):
                yield f"{relative}: includes {header}, which {room} may not see"
        for prefix, rooms in LIBRARIES.items():
            if header.startswith(prefix) and room not in rooms:
                yield f"{relative}: includes {header}, which ends in {', '.join(sorted(rooms))}"


def forbidden_problems(relative, text):
    code = COMMENT.sub("", text)
    for pattern, why in FORBIDDEN:
        if pattern.search(code):
            yield f"{relative}: {why} ({pattern.search(code).group(0)})"


def header_problems(relative, text):
    if not text.startswith("// SPDX-License-Identifier: LGPL-2.1-or-later\n"):
        yield f"{relative}: first line is not the SPDX licence line"
    if relative.endswith(".h") and "#pragma once" not in text:
        yield f"{relative}: no #pragma once"


def main(root):
    root = pathlib.Path(root)
    problems, seen = [], 0
    for top in ("src", "agent"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            seen += 1
            relative, text = path.relative_to(root).as_posix(), path.read_text()
            problems += included_problems(relative, text)
            problems += forbidden_problems(relative, text)
            problems += header_problems(relative, text)
    for path in sorted((root / "tests").rglob("*.cpp")):
        relative = path.relative_to(root).as_posix()
        problems += forbidden_problems(relative, path.read_text())
    if seen < 20:
        problems.append(f"only {seen} sources found below {root}: wrong place?")
    for problem in problems:
        print(problem)
    print(f"{seen} sources, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
