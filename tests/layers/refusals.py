# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/domain-xml.md says of everything that the readers refuse or set aside why, in their words.

refusals.py ROOT            fails if the page says anything else than src/domain
refusals.py ROOT --write    writes the page's tables anew
"""
import pathlib
import re
import sys

STRING = r'"((?:[^"\\]|\\.)*)"'
MARK = "<!-- from src/domain by tests/layers/refusals.py: -->\n"


def joined(text):
    return "".join(re.findall(STRING, text))


def named_strings(source):
    pattern = rf"constexpr std::string_view (\w+) =\s*((?:{STRING}\s*)+);"
    return {match[1]: joined(match[2]) for match in re.finditer(pattern, source)}


def entries(body, names):
    for match in re.finditer(rf"\{{\s*{STRING}\s*(?:,\s*([^{{}}]+?))?\s*\}}", body):
        reason = match[2] or ""
        text = joined(reason) if '"' in reason else names.get(reason.strip(), "")
        yield match[1], text or "not in this version"


def rows(root):
    """(whether set aside, file, table, word, reason) of each entry of a table of NotDone."""
    folder = root / "src" / "domain"
    sources = {path: path.read_text() for path in sorted(folder.glob("read_*"))}
    shared = {}
    for source in sources.values():
        shared |= named_strings(source)
    for path, source in sources.items():
        names = shared | named_strings(source)
        for match in re.finditer(r"constexpr NotDone (\w+)\[\] =\s*(\{.*?\});", source, re.S):
            kind = match[1].rsplit("_", 1)
            place = kind[0].replace("_", " ") if len(kind) == 2 else ""
            for word, reason in entries(match[2], names):
                yield kind[-1] == "aside", path.stem.removeprefix("read_"), place, word, reason


def tables(root):
    out = MARK
    found = list(rows(root))
    for aside, title in ((True, "Set aside, with a warning"), (False, "Refused")):
        out += f"\n## {title}\n\n| read with | what | word | reason |\n|---|---|---|---|\n"
        for is_aside, file, place, word, reason in found:
            if is_aside == aside:
                out += f"| {file.replace('_', ' ')} | {place} | `{word}` | {reason} |\n"
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    page = root / "docs" / "domain-xml.md"
    text = page.read_text()
    if MARK not in text:
        sys.exit(f"{page}: the line that begins the tables is missing")
    wanted = text[: text.index(MARK)] + tables(root)
    if "--write" in sys.argv:
        page.write_text(wanted)
    elif text != wanted:
        sys.exit(f"{page} is not what src/domain says: run {sys.argv[0]} {root} --write")


main()
