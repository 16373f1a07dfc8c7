#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which refusals of the language does no fixture show?

refusals.py SOURCE... < SAVED: every sentence that the C files hand to
diag_add() or why_set() is looked for in the saved messages, %d and the like
standing for anything. Of "a ? b : c" both sentences count. Prints the place of
each that is missing, and the count of all; a comment "no fixture: CAUSE" right
above the call excuses one that no file of a user can bring about.
"""
import re
import sys

CALL = re.compile(r"\b(?:diag_add|why_set)\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r"(%[-0-9.*]*[lhz]*[a-zA-Z]|%%)")


def arguments(text, i):
    """Split at commas from behind the parenthesis on; literals stay whole."""
    depth, args, begin = 1, [], i
    while depth:
        c = text[i]
        if c == '"':
            i = LITERAL.match(text, i).end()
            continue
        depth += (c == "(") - (c == ")")
        if (c == "," and depth == 1) or depth == 0:
            args.append(text[begin:i])
            begin = i + 1
        i += 1
    return args


def sentences(argument):
    argument = re.sub(r"\bPRI[a-z]\d+", '"lu"', argument)
    if "?" not in LITERAL.sub("", argument):
        return ["".join(LITERAL.findall(argument))]
    return ["".join(LITERAL.findall(p)) for p in re.split(r'[?:]\s*(?=")', argument)]


def pattern(sentence):
    out = ""
    for part in CONVERSION.split(sentence.replace('\\"', '"').replace("\\\\", "\\")):
        if part == "%%":
            out += "%"
        elif CONVERSION.fullmatch(part):
            out += ".*?"
        else:
            out += re.escape(part)
    return out


def main():
    saved = sys.stdin.read()
    count, missing = 0, []
    for path in sys.argv[1:]:
        with open(path, encoding="ascii") as f:
            text = f.read()
        for call in CALL.finditer(text):
            line = text.count("\n", 0, call.start()) + 1
            args = arguments(text, call.end())
            if "no fixture:" in text[: call.start()].rsplit(";", 1)[-1]:
                continue
            for s in sentences(args[2]) if len(args) > 2 else []:
                # A "%s" alone is the sentence of another place.
                if not CONVERSION.sub("", s).strip(" '()") or s == "out of memory":
                    continue
                count += 1
                if not re.search(pattern(s), saved):
                    missing.append(f"{path}:{line}: no fixture says: {s}")
    print("\n".join(missing + [f"{count} refusals, {len(missing)} without a fixture"]))
    return bool(missing) or count == 0


sys.exit(main())
