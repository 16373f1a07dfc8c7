#!/usr/bin/env bats
# Equal runs are equal, in short: tests/full/determinism.bats has 200 of them.
bats_require_minimum_version 1.5.0
load ../helper
load project
load ../determinism

setup_file() {
	export KTSTR_CACHE_DIR=$BATS_FILE_TMPDIR/cache
	[ -z "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || make_project "$BATS_FILE_TMPDIR"
}

setup() {
	needs_kernel
	cd "$BATS_FILE_TMPDIR/p" || return 1
	rm -rf out
	mkdir out
}

@test "determinism: on a busy host nothing of a run changes" {
	for v in eevdf mini; do
		run_variant "$v" "$v-idle"
	done
	start_load 8
	run_variant eevdf eevdf-loaded
	run_variant mini mini-loaded
	stop_load
	run_variant mini mini-again
	same eevdf-idle eevdf-loaded
	same mini-idle mini-loaded mini-again
}

@test "determinism: a seed decides the interleaving, and nothing else does" {
	for seed in 1 2 3; do
		run_variant mini "s$seed" --seed "$seed"
		jq -c '[.workers[] | [.start_ns, .units, .max_gap_ns]]' "out/s$seed/result.json" >>interleavings
	done
	run_variant mini s2-again --seed 2
	same s2 s2-again
	[ "$(sort -u interleavings | wc -l)" = 3 ]
	# Nobody starts when he did with another seed.
	[ "$(jq .workers[].start_ns out/s?/result.json | sort | uniq -d | wc -l)" = 0 ]
}
