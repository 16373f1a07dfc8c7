# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034 # code for other shells; variables of the tests
# lock.bash - loaded by the .bats files of ktstr-lock.
load helper

setup() {
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS KTSTR_CPUS KTSTR_MEMS KTSTR_JOBS
	machines=$KTSTR_TOP/tests/data
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
}

# The reservation of a recorded machine, by name.
on() {
	local machine=$1
	shift
	ktstr-lock cpus --root "$machines/$machine" "$@"
}

# composed NAME: a machine of tests/data/machines.
composed() {
	"$KTSTR_TOP/tests/machine.bash" "$1" "$BATS_TEST_TMPDIR/$1"
	machines=$BATS_TEST_TMPDIR
}

# taker ARG...: reserve in the background, say CPUs in file cpus.N, and stay.
takers=0
taker() {
	local out=$BATS_TEST_TMPDIR/cpus.$takers
	takers=$((takers + 1))
	spawn ktstr-lock cpus "$@" -- sh -c \
		'echo "$KTSTR_CPUS" >"$1.new" && mv "$1.new" "$1" && exec sleep 60' sh "$out"
}
# given N: what taker N was given.
given() {
	until_true test -e "$BATS_TEST_TMPDIR/cpus.$1"
	cat "$BATS_TEST_TMPDIR/cpus.$1"
}

free() { flock -n "$1" true; }
dead() { ! kill -0 "$1" 2>/dev/null; }
source_lock() { echo "$KTSTR_CACHE_DIR"/.locks/source-*.lock; }

# hold FILE: somebody has FILE for himself.
hold() {
	: >>"$1"
	spawn flock -o "$1" sleep 60
	until_true busy "$1"
}

# nothing_held: no lock is left on any file.
nothing_held() {
	local file
	for file in "$KTSTR_LOCK_DIR"/*.lock; do flock -n "$file" true || return 1; done
	[ "$(ktstr-lock list --json | jq -c .cpus)" = "[]" ]
}
