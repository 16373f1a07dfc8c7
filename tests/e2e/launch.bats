#!/usr/bin/env bats
# KTSTR_LAUNCH (doc/mk.md): what starts machines elsewhere gets the same results.
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	unshare -n true 2>/dev/null || skip "needs the right to make a network namespace"
	private_places
	# Else a machine whose HOME is / has no template.
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	new_project "$BATS_TEST_TMPDIR/p"
	rm ktstr/*.test
	printf '[test]\nduration = 100ms\n[cgroup a]\nwork = cpu-spin workers=2\n[check]\nmax-spread = none\n' >ktstr/short.test
}

@test "launch: machines in another folder, network and environment come to the same results" {
	# Like a batch system: nothing is left but the files.
	cat >launch <<-'END'
		#!/bin/sh
		echo "$#" >>launched
		cd / && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ unshare -n "$@"
	END
	chmod +x launch
	run -0 kmake ktstr-progs
	run -0 kmake -j2 ktstr-test KTSTR_SEEDS='1 2' KTSTR_LAUNCH="$PWD/launch"
	[ "${lines[-1]}" = "2 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	# Both variants, and their template.
	[ "$(wc -l <launched)" = 3 ]
	variant=k/scx_mini/short/own/default/virtual/s1
	steady $variant >hashes
	run -0 kmake ktstr-test RERUN=all
	steady $variant >>hashes
	[ "$(sort -u hashes | wc -l)" = 1 ]
	nothing_left
}
