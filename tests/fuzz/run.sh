#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh FOLDER SECONDS NAME... - search for inputs that fail, one target after
# the other; "make fuzz" calls it in the top folder.
#
# FOLDER has the programs fuzz-NAME of libFuzzer. NAME.inputs there gets what
# reaches new code, NAME.found what fails, NAME.log what libFuzzer says. A line
# for each target, with the time of a CPU that it got, which is less where others
# want it; the exit status is 1 if anything failed.
set -u
TIMEFORMAT=%0U
dir=$1 seconds=$2
shift 2
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || {
	echo "fuzz: TIME is a number of seconds, not '$seconds'" >&2
	exit 2
}

# stat_of NAME LOG: a number of libFuzzer's last lines.
stat_of() { sed -n "s/^stat::$1: *//p" "$2" | tail -n 1; }

failed=0
for name; do
	log=$dir/$name.log start=$SECONDS
	mkdir -p "$dir/$name.inputs" "$dir/$name.found"
	[ ! -f "tests/fuzz/corpus/$name.tar.xz" ] ||
		tar -xf "tests/fuzz/corpus/$name.tar.xz" -C "$dir/$name.inputs" || exit 125
	cpu=$({ time nice -n 19 "$dir/fuzz-$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 -artifact_prefix="$dir/$name.found/" \
		"$dir/$name.inputs" "tests/fuzz/$name" >"$log" 2>&1 </dev/null; } 2>&1)
	status=$?
	found=$(find "$dir/$name.found" -type f | wc -l)
	printf '%-14s %5d s, %4d of CPU, %10s runs, %4s new inputs, %d found\n' "$name" "$((SECONDS - start))" "$cpu" \
		"$(stat_of number_of_executed_units "$log")" "$(stat_of new_units_added "$log")" "$found"
	if [ "$status" -ne 0 ] || [ "$found" -ne 0 ]; then
		failed=1
		echo "  exit status $status, see $log and $dir/$name.found"
	fi
done
exit "$failed"
