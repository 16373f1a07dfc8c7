# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# ratio.bash - sourced by bench/*.sh: two commands timed in turns, and their ratio.
#
# What one machine measures today says little about another one or about
# tomorrow: so nothing is compared but what ran side by side.
set -eu
export LC_ALL=C

command -v hyperfine >/dev/null || { echo "skip: needs hyperfine" && exit 4; }
command -v jq >/dev/null || { echo "skip: needs jq" && exit 4; }
bench_dir=$(mktemp -d)
trap 'rm -rf "$bench_dir"' EXIT

# median COMMAND: of all runs so far of the command with that number, in s.
median() {
	jq -s "[.[].results[$1].times[]] | sort | .[length / 2 | floor]" "$bench_dir"/*.json
}

# ratio NAME LIMIT BASE OURS [RUNS]: the median of OURS over that of BASE. They
# take turns, in five rounds of RUNS each. LIMIT is what we promise.
ratio() {
	local round base ours
	rm -f "$bench_dir"/*.json
	for round in 1 2 3 4 5; do
		hyperfine -N --warmup 2 --runs "${5:-50}" --style none \
			--export-json "$bench_dir/$round.json" "$3" "$4" >/dev/null 2>&1
	done
	base=$(median 0) ours=$(median 1)
	awk -v name="$1" -v limit="$2" -v base="$base" -v ours="$ours" 'BEGIN {
		printf "%-44s %9.2f ms / %9.2f ms = %5.2f (at most %s)%s\n", name,
			1000 * ours, 1000 * base, ours / base, limit,
			(ours / base > limit) ? "  OVER" : "" }'
}

# time_of NAME LIMIT_MS COMMAND [RUNS]: the median of COMMAND alone.
time_of() {
	rm -f "$bench_dir"/*.json
	hyperfine -N --warmup 2 --runs "${4:-50}" --style none \
		--export-json "$bench_dir/1.json" "$3" >/dev/null 2>&1
	awk -v name="$1" -v limit="$2" -v ours="$(median 0)" 'BEGIN {
		printf "%-44s %9.2f ms (at most %s ms)%s\n", name, 1000 * ours, limit,
			(1000 * ours > limit) ? "  OVER" : "" }'
}
