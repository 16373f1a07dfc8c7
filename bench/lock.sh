#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lock.sh - what ktstr-lock costs: beside flock(1), and on a large machine.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
tests=$(dirname "$0")/../tests
export KTSTR_LOCK_DIR=$bench_dir/locks
unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS MAKEFLAGS

: >"$bench_dir/file"
ratio "ktstr-lock cpus -- true, over flock FILE true" 2 \
	"flock $bench_dir/file true" "ktstr-lock -q cpus -- true"
ratio "ktstr-lock source DIR -- true, over flock" 2 \
	"flock $bench_dir/file true" "ktstr-lock -q source $bench_dir -- true"
for name in 512cpu 512cpu-1llc; do
	"$tests/machine.bash" "$name" "$bench_dir/$name"
	time_of "ktstr-lock plan on $name" 20 \
		"ktstr-lock -q plan --root $bench_dir/$name"
	time_of "ktstr-lock cpus --window 64 on $name" 20 \
		"ktstr-lock -q cpus --window 64 --root $bench_dir/$name -- true"
done
