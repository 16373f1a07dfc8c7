#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""coverage.py TOP UNCOVERED: gcov's JSON on standard input as a table.

One line for each folder of TOP: files, lines and functions, and how many have
run; and error paths: groups of lines which have not run, one of which returns or
tells an error. UNCOVERED gets all groups, "!" before the error paths.
"""
import collections
import json
import os
import re
import sys

ERROR = re.compile(
    r"\bwhy_set\(|\bdie\(|\bwarn\(|return\s+-E[A-Z]|return\s+-errno|return\s+NULL;"
    r"|diag_|->failed|EX_BROKEN|give_up")


class Source:
    """A file: how often each line and each function has run."""

    def __init__(self, path):
        self.path = path
        self.lines = collections.Counter()
        self.functions = collections.Counter()

    def add(self, part):
        for line in part["lines"]:
            self.lines[line["line_number"]] += line["count"]
        for function in part["functions"]:
            key = (function["name"], function["start_line"])
            self.functions[key] += function["execution_count"]


def read(top):
    """Files of ours, headers with functions too."""
    sources = {}
    for text in sys.stdin:
        for part in json.loads(text)["files"]:
            path = os.path.relpath(os.path.join(top, part["file"]), top)
            if path.startswith(("tools/", "vmm/")):
                sources.setdefault(path, Source(path)).add(part)
    return [sources[path] for path in sorted(sources)]


def groups(source):
    """Lines beside each other that have not run: lists of numbers."""
    group = []
    for number in sorted(source.lines):
        if source.lines[number] == 0:
            group.append(number)
        elif group:
            yield group
            group = []
    if group:
        yield group


def write_uncovered(out, top, source):
    """Return: how many error paths have not run."""
    with open(os.path.join(top, source.path), encoding="utf-8") as file:
        text = file.read().split("\n")
    if max(source.lines, default=0) > len(text):
        sys.exit(f"coverage: {source.path} is another file than the one that was built: make coverage again")
    errors = 0
    for group in groups(source):
        is_error = any(ERROR.search(text[n - 1]) for n in group)
        errors += is_error
        for number in group:
            mark = "!" if is_error else " "
            print(f"{mark} {source.path}:{number}: {text[number - 1].strip()}", file=out)
        print(file=out)
    return errors


def ran(counter):
    return sum(1 for count in counter.values() if count)


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def row(name, sources, errors):
    lines = sum(len(s.lines) for s in sources)
    lines_ran = sum(ran(s.lines) for s in sources)
    functions = sum(len(s.functions) for s in sources)
    functions_ran = sum(ran(s.functions) for s in sources)
    print(f"| {name} | {len(sources)} | {lines} | {percent(lines_ran, lines)} "
          f"| {functions} | {percent(functions_ran, functions)} | {errors} |")


def main():
    top, uncovered = sys.argv[1:]
    sources = read(top)
    folders = collections.defaultdict(list)
    errors = collections.Counter()
    with open(uncovered + ".new", "w", encoding="utf-8") as out:
        for source in sources:
            folder = os.path.dirname(source.path)
            folders[folder].append(source)
            errors[folder] += write_uncovered(out, top, source)
    os.replace(uncovered + ".new", uncovered)
    print("| folder | files | lines | % ran | functions | % ran | error paths not run |")
    print("|---|---|---|---|---|---|---|")
    for folder in sorted(folders):
        row(folder, folders[folder], errors[folder])
    row("all", sources, sum(errors.values()))
    if not sources:
        sys.exit("coverage: no counters of ours were read")


main()
