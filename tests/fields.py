# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold doc/results.md against results: fields.py DOC RESULT...

Every field of a result must be documented, with a unit, and every documented one
must be in a result. One that is only there now and then (its last column says
when) may be in none of these, but then a source file must have its name.
"""
import json
import pathlib
import re
import sys

def documented(text):
    fields = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and re.fullmatch("`[^`]+`", cells[0]):
            fields[cells[0].strip("`")] = tuple(cells[1:])
    return fields


def walk(path, value, found):
    if isinstance(value, dict):
        for key, inner in value.items():
            walk(f"{path}.{key}" if path else key, inner, found)
    elif isinstance(value, list):
        for inner in value:
            walk(path + "[]", inner, found)
    else:
        found.setdefault(path, value)


def plain(path):
    """The spelling that the page has."""
    path = re.sub(r"^workers\[\]\.pages\.nodes\.\d+$", "workers[].pages.nodes.N", path)
    path = re.sub(r"^(host\.kvm\.(vm|vcpus\[\]))\.\w+$", r"\1.NAME", path)
    path = re.sub(r"^(host\.system\.sched)\.\w+$", r"\1.NAME", path)
    path = re.sub(r"^(monitor\.domains\[\]\.increase)\.\w+", r"\1.NAME", path)
    path = re.sub(r"^(dumps\[\].*\.values)\.\w+", r"\1.NAME", path)
    if path != "stats.cgroups[].name":
        path = path.replace("stats.cgroups[].", "stats.total.")
    return path


def main():
    page = pathlib.Path(sys.argv[1])
    fields = documented(page.read_text())
    found = {}
    for name in sys.argv[2:]:
        seen = {}
        walk("", json.loads(pathlib.Path(name).read_text()), seen)
        for path, value in seen.items():
            found.setdefault(plain(path), value)
    bad = []
    for path, value in sorted(found.items()):
        parent = value is None and any(f.startswith((path + ".", path + "[")) for f in fields)
        if path not in fields and not parent:
            bad.append(f"{path} is in a result, and not documented")
    top = page.resolve().parent.parent
    sources = "".join(
        file.read_text() for folder in ("vmm", "tools/vm") for file in (top / folder).rglob("*.c"))
    for path, (unit, what, only) in sorted(fields.items()):
        last = re.split(r"[.\[]", path.rstrip("[]").removesuffix(".N").removesuffix(".NAME").rstrip("[]"))[-1]
        if not unit and not what:
            bad.append(f"{path} has neither a unit nor a meaning")
        if path not in found and not only:
            bad.append(f"{path} is documented, and in none of these results")
        elif path not in found and f'"{last}"' not in sources and f'\\"{last}\\"' not in sources:
            bad.append(f"{path} is documented, and no source has it")
    if len(fields) < 150:
        bad.append(f"only {len(fields)} fields are documented")
    print("\n".join(bad))
    sys.exit(bool(bad))


main()
