# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold a trace against the public description of its format, and against the
result of the same run: trace.py TRACE RESULT.

Prints one line of numbers: slices of CPUs, arrows, counters, lost events.
"""
import json
import sys
from decimal import Decimal

NEEDED = {
    "M": {"name", "args"},
    "X": {"name", "ts", "dur"},
    "i": {"name", "ts", "s"},
    "C": {"name", "ts", "args"},
    "s": {"name", "ts", "id", "cat"},
    "f": {"name", "ts", "id", "cat", "bp"},
}


def check_form(trace):
    assert set(trace) == {"displayTimeUnit", "traceEvents", "otherData"}, set(trace)
    assert trace["displayTimeUnit"] == "ns"
    for event in trace["traceEvents"]:
        missing = ({"pid", "tid"} | NEEDED[event["ph"]]) - set(event)
        assert not missing, (event, missing)
        assert event.get("ts", 0) >= 0 and event.get("dur", 0) >= 0, event
        if event["ph"] == "C":
            assert all(isinstance(v, (int, Decimal)) for v in event["args"].values()), event


def names(events, what):
    return {(e["pid"], e["tid"]): e["args"]["name"] for e in events
            if e["ph"] == "M" and e["name"] == what}


def slices(events):
    """Of each row, in order: from, to, name."""
    rows = {}
    for e in events:
        if e["ph"] == "X":
            rows.setdefault((e["pid"], e["tid"]), []).append((e["ts"], e["ts"] + e["dur"], e["name"]))
    for row in rows.values():
        row.sort()
    return rows


def check_arrows(events):
    ends = {}
    for e in events:
        if e["ph"] in "sf":
            ends.setdefault(e["id"], {})[e["ph"]] = e["ts"]
    for number, end in ends.items():
        assert "s" in end, number
        assert end["s"] <= end.get("f", end["s"]), (number, end)
    return sum(len(end) == 2 for end in ends.values())


def main():
    trace = json.load(open(sys.argv[1]), parse_float=Decimal)
    result = json.load(open(sys.argv[2]))
    check_form(trace)
    events = trace["traceEvents"]
    groups = {pid: name for (pid, _), name in names(events, "process_name").items()}
    rows = slices(events)
    told = names(events, "thread_name")
    # On one CPU, and of one task, one thing happens at a time.
    for row, list_ in rows.items():
        assert row in told, row
        if groups[row[0]] in ("CPUs", "workers", "other tasks"):
            for a, b in zip(list_, list_[1:]):
                assert a[1] <= b[0], (told[row], a, b)
    # A worker ran as long as its report says, and a little before its start.
    lost = result["trace"]["lost"]
    for w in result["workers"]:
        name = f"{w['cgroup']} {w['work']}.{w['index']} {w['type']}"
        row = [r for r, n in told.items() if n == name and groups[r[0]] == "workers"]
        assert len(row) == 1, (name, row)
        runs = [(a, b) for a, b, what in rows[row[0]] if what.startswith("runs on CPU")]
        ran = sum(b - a for a, b in runs)
        said = Decimal(w["cpu_ns"]) / 1000
        # The kernel counts from where a switch begins, the event is in its middle.
        near = 20 * len(runs)
        assert lost or said <= ran + near, (name, said, ran)
        assert lost or ran <= said * Decimal("1.02") + near + 8000, (name, said, ran)
    # Steps are where the result says.
    steps = {(what, str(at)) for at, _, what in rows[[r for r, n in told.items() if n == "steps"][0]]}
    for e in result["timeline"]:
        if e["what"] in ("step", "hold"):
            at = f"{e['at_ns'] // 1000}.{e['at_ns'] % 1000:03d}"
            assert (f"{e['what']} {e['name']}", at) in steps, (e, steps)
    cpus = sum(len(v) for r, v in rows.items() if groups[r[0]] == "CPUs")
    counters = sum(e["ph"] == "C" for e in events)
    print(cpus, check_arrows(events), counters, trace["otherData"]["lost events"])


main()
