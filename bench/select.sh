#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# select.sh - what it costs to choose among 100,000 variants: CPU time and memory.
#
#   RUNS=5
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
command -v python3 >/dev/null || { echo "skip: needs python3" && exit 4; }
cd "$bench_dir"

# 20 tests, 25 machines, 40 sets of 6 flags, 5 seeds
awk 'BEGIN {
	split("own tiny-1llc tiny-2llc odd-3llc odd-5llc odd-7llc smt-2llc smt-3llc medium-4llc medium-8llc " \
		"large-4llc large-8llc near-max-llc max-cpu medium-4llc-nosmt medium-8llc-nosmt large-4llc-nosmt " \
		"large-8llc-nosmt near-max-llc-nosmt max-cpu-nosmt numa2-4llc numa2-8llc numa2-8llc-nosmt numa4-8llc " \
		"numa4-12llc", preset, " ")
	for (t = 1; t <= 20; t++) for (p = 1; p <= 25; p++) for (f = 0; f < 40; f++) for (s = 1; s <= 5; s++) {
		profile = ""
		for (b = 0; b < 6; b++)
			if (int(f / 2 ^ b) % 2) profile = profile (profile == "" ? "" : "+") "flag-" b
		printf "6.12/qmap/test-%d/%s/%s/virtual/s%d\n", t, preset[p], profile == "" ? "default" : profile, s
	}
}' >usual
# 4096 sets of 12 flags, 25 tests
awk 'BEGIN {
	for (t = 1; t <= 25; t++) for (f = 0; f < 4096; f++) {
		profile = ""
		for (b = 0; b < 12; b++)
			if (int(f / 2 ^ b) % 2) profile = profile (profile == "" ? "" : "+") "flag-" b
		printf "6.12/qmap/test-%d/own/%s/virtual/s1\n", t, profile == "" ? "default" : profile
	}
}' >flags
awk 'BEGIN { for (t = 0; t < 100000; t++) printf "6.12/qmap/test-%d/own/%s/virtual/s1\n", t, t % 3 ? "llc" : "default" }' >tests
awk 'BEGIN { for (s = 0; s < 100000; s++) printf "6.12/qmap/test/own/default/virtual/s%d\n", s }' >seeds

# costs NAME FILE COMMAND...: the CPU time of a run, a median, and the most memory
# that it had. The wall's time says more of the host than of us; we wait for nothing.
costs() {
	python3 - "$@" <<-'END'
		import os, resource, statistics, subprocess, sys
		name, file, command, times = sys.argv[1], sys.argv[2], ["ktstr-gauntlet"] + sys.argv[3:], []
		for run in range(int(os.environ.get("RUNS", "5"))):
		    before = resource.getrusage(resource.RUSAGE_CHILDREN)
		    with open(file) as names:
		        done = subprocess.run(command, stdin=names, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
		    after = resource.getrusage(resource.RUSAGE_CHILDREN)
		    times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
		if done.returncode:
		    sys.exit(done.stderr)
		mib, cpu = after.ru_maxrss / 1024, statistics.median(times)
		print("%-42s %5.2f s (at most 1 s) %5.1f MiB (at most 100)%s\n    %s" % (
		    name, cpu, mib, "  OVER" if cpu > 1 or mib > 100 else "", done.stderr.splitlines()[-1][16:140]))
	END
}

costs "usual: --budget 3600" usual select --budget 3600
costs "usual: --budget 100000" usual select --budget 100000
costs "usual: --level pairwise" usual select --level pairwise
costs "usual: --level three-way" usual select --level three-way
costs "usual: shard 3/8" usual shard 3/8
costs "4096 sets of flags: --budget 3600" flags select --budget 3600
costs "4096 sets of flags: --level pairwise" flags select --level pairwise
costs "100,000 tests: --budget 100000" tests select --budget 100000
costs "100,000 seeds: --budget 3600" seeds select --budget 3600

# What earlier runs tell: 5,000 results of 15 kB each.
python3 - <<'END'
import json, os
names = open("usual").read().split()[:5000]
for i, name in enumerate(names):
    os.makedirs("results/" + name)
    with open("results/" + name + "/result.json", "w") as f:
        json.dump({"schema_version": 1, "name": name, "verdict": "fail" if i % 100 == 0 else "pass",
                   "workers": [{"cgroup": "a", "index": n, "iterations": 1000 * n, "max_gap_ns": 12345678,
                                "wake_latency_ns": [1, 2, 3, 4, 5, 6, 7, 8]} for n in range(110)],
                   "host": {"wall_s": 1.5 + i % 7}}, f, indent=2)
END
costs "usual, 5,000 results: --failed" usual select --failed --results results
costs "usual, 5,000 results: --budget 3600" usual select --budget 3600 --results results
