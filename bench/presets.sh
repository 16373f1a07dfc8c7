#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# presets.sh - how evenly the CPUs of each preset take their turns under the virtual
# clock, and what that costs: the table of doc/turns.md.
#
#   KTSTR_TEST_KERNEL_ENTRY=DIR  the kernel
#   PRESETS='tiny-1llc ...'      these; else all of up to BENCH_CPUS=64 CPUs
#                                but those of the zoo
#
# Exits with 1 if the times of one with up to 32 CPUs are not judged, or those
# of a wider one are.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"
printf '[test]\nduration = 50ms\nsettle = 1ms\nmax-nodes = 64\nmax-llcs = 64\n[cgroup a]\nwork = cpu-spin workers=1\n' >one.test

# all: CPUs and names of presets, small ones first.
all() {
	ktstr-gauntlet list -q --json --sched none --preset '*' --kernel k="$KTSTR_TEST_KERNEL_ENTRY" one.test |
		jq -r --arg only "${PRESETS:-}" --argjson most "${BENCH_CPUS:-64}" 'select(.preset != "own") |
			select($only != "" or (.preset | startswith("zoo-") | not)) |
			.cpus = (.topology | [scan("[0-9]+") | tonumber] | .[1] * .[2] * .[3]) | .preset as $p |
			select(if $only == "" then .cpus <= $most else $only / " " | index($p) end) | "\(.cpus) \(.preset)"' |
		sort -n -k 1,1 -s
}

bad=0
printf '%-20s %4s %10s %16s %17s %13s  %s\n' preset CPUs 'gap (ms)' 'spread permille' 'M units/s, least' 'template (s)' verdict
while read -r n name; do
	machine="--clock virtual --kernel $KTSTR_TEST_KERNEL_ENTRY --preset $name"
	began=$(date +%s%N)
	# shellcheck disable=SC2086 # options and their values
	ktstr-vm run -q $machine --test one.test --out out </dev/null >/dev/null 2>errors || [ $? = 3 ] || {
		cat errors
		exit 1
	}
	jq -r --arg name "$name" --arg cpus "$n" --arg s "$((($(date +%s%N) - began) / 1000000))" '[$name, $cpus,
		(.calibration.max_gap_ns / 1e5 | round / 10), .calibration.spread_permille,
		(.calibration.units_per_s_per_cpu | min / 1e5 | round / 10), ($s | tonumber / 100 | round / 10), .verdict, .class] | join(" ")' out/result.json >line
	read -r name n gap spread units s verdict class <line
	printf '%-20s %4s %10s %16s %17s %13s  %s\n' "$name" "$n" "$gap" "$spread" "$units" "$s" "$verdict"
	want='pass ok'
	[ "$n" -le 32 ] || want='inconclusive calibration'
	[ "$verdict $class" = "$want" ] || { jq -r '.reasons[]' out/result.json && bad=1; }
	ktstr-vm template -q --remove >/dev/null
done < <(all)
exit $bad
