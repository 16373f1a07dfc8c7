#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do saved complaints point to what stands in their files?

carets.py SAVED...: for each "FILE:LINE:COLUMN: text" the line must exist, the
excerpt below must be of that line, and the caret must be below that column.
"""
import re
import sys

PLACE = re.compile(r"(?P<path>[^:]+\.(?:test|sched)):(?P<line>\d+):(?P<column>\d+): .")


def fault(place, said, caret):
    with open(place["path"], encoding="utf-8", errors="replace") as f:
        lines = f.read().split("\0")[0].split("\n")
    line, column = int(place["line"]), int(place["column"])
    if not 1 <= line <= len(lines):
        return "there is no such line"
    text = lines[line - 1]
    if not 1 <= column <= len(text.encode()) + 1:
        return "there is no such column"
    # A place in an empty line, or of the file as a whole, has no excerpt.
    if not said.startswith("  ") or PLACE.match(said):
        return None if column == 1 else "no excerpt"
    said, at = said[2:].rstrip("\n"), len(caret) - len(caret.lstrip(" ")) - 2
    if not caret.lstrip(" ").startswith("^") or at < 0:
        return "no caret"
    if said.strip("\t .") not in text.replace("\t", " "):
        return "the excerpt is of another line"
    # Long lines are cut: then only the text at the caret can be compared.
    whole = text.encode()[column - 1 :].decode(errors="replace")
    if not whole.replace("\t", " ").startswith(said[at:].rstrip(".")):
        return "the caret is not below it"
    return None


def main():
    count, bad = 0, 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n") + ["", ""]
        for i, line in enumerate(lines):
            place = PLACE.match(line)
            if not place:
                continue
            count += 1
            why = fault(place, lines[i + 1], lines[i + 2])
            if why:
                bad += 1
                print(f"{path}:{i + 1}: {why}: {line}")
    print(f"{count} complaints")
    return bad > 0


sys.exit(main())
