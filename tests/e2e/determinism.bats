#!/usr/bin/env bats
# Equal runs are equal, in short: tests/full/determinism.bats has 200 of them.
# shellcheck disable=SC2154,SC2034 # bats sets stderr; run_variant has the array
bats_require_minimum_version 1.5.0
load ../helper
load project
load ../determinism

# One small machine, from the template that other tests use, too.
variant_mini=(--sched ktstr/scx_mini.sched --profile default --topology 1n2l2c1t)

setup_file() {
	[ -z "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || make_project "$BATS_FILE_TMPDIR"
}

setup() {
	needs_kernel
	cd "$BATS_FILE_TMPDIR/p" || return 1
	rm -rf out
	mkdir out
}

@test "determinism: on a busy host nothing of a run changes; a seed decides the interleaving" {
	run_variant mini s1
	run_variant mini s2 --seed 2
	start_load 4
	run_variant mini s1-loaded
	stop_load
	run_variant mini s2-again --seed 2
	same s1 s1-loaded
	same s2 s2-again
	for seed in 1 2; do
		jq -c '[.workers[] | [.start_ns, .units, .max_gap_ns]]' "out/s$seed/result.json" >>interleavings
	done
	[ "$(sort -u interleavings | wc -l)" = 2 ]
	# Nobody starts when he did with another seed.
	[ "$(jq .workers[].start_ns out/s?/result.json | sort | uniq -d | wc -l)" = 0 ]
}

@test "determinism: a QEMU that cannot be made to take turns is said" {
	mkdir bare
	cp -L "$KTSTR_BUILD"/ktstr-{vm,init} bare/
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n1l1c1t --clock virtual --cold)
	run -0 --separate-stderr bare/ktstr-vm exec "${machine[@]}" --dry-run -- /bin/true
	[ "$stderr" = "ktstr-vm: ktstr-gate.so is neither beside this program nor in ../libexec/ktstr: on a busy host equal runs may differ" ]
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec qemu-system-x86_64 "$@"\n' >bare/qemu
	chmod +x bare/qemu
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" --qemu bare/qemu -- /bin/true
	[ "$stderr" = "ktstr-vm: QEMU does not load ktstr-gate.so: on a busy host equal runs may differ" ]
	run -0 --separate-stderr ktstr-vm exec -q "${machine[@]:0:6}" -- /bin/true
	[ "$stderr" = "" ]
}

@test "determinism: random numbers are those of the template, cloned or booted" {
	command -v busybox >/dev/null || skip "needs busybox"
	# The kernel mixes new ones into its generator after some seconds.
	printf 'busybox sleep 8\nbusybox cat /proc/sys/kernel/random/uuid\nbusybox sleep 8\nbusybox cat /proc/sys/kernel/random/uuid\n' >uuids
	for how in --cold -q; do
		run -0 --separate-stderr ktstr-vm exec $how --kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock virtual --topology 1n2l2c1t \
			--include busybox=/bin/busybox --include uuids=/uuids -- busybox sh /uuids </dev/null
		[ "${#lines[@]}" = 2 ]
		echo "$output" >>"$BATS_TEST_TMPDIR/all"
	done
	[ "$(sort "$BATS_TEST_TMPDIR/all" | uniq -c | awk '{ print $1 }' | paste -sd' ')" = "2 2" ]
}
