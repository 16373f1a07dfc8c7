#!/usr/bin/env bats
# What ktstr-vm-machine(7) says of performance mode, without a machine.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	boot_image kernel
	printf '[test]\nperformance = yes\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n' >quiet.test
	unset KTSTR_PINNING KTSTR_SERVICE_CPU KTSTR_BYPASS_LLC_LOCKS
}

@test "vm: --perf is refused under the virtual clock and without a reservation" {
	run -2 --separate-stderr ktstr-vm exec --kernel kernel --perf --clock virtual -- true
	[ "$stderr" = "ktstr-vm: --perf wants CPUs of the host for itself, which the virtual clock, where all CPUs take turns, makes no use of; --clock real does" ]
	run -2 --separate-stderr ktstr-vm exec --kernel kernel --perf --clock real --accel tcg --topology 1n2l1c1t -- true
	[ "$stderr" = "ktstr-vm: --perf needs a reservation: 'ktstr-lock cpus --exclusive --topology 1n2l1c1t -- ktstr-vm ...'" ]
	KTSTR_PINNING=0 run -2 --separate-stderr ktstr-vm exec --kernel kernel --perf --clock real --accel tcg --topology 1n2l1c1t -- true
	[ "$stderr" = "ktstr-vm: KTSTR_PINNING has 1 CPUs, the machine has 2: reserve them with its own --topology" ]
	KTSTR_PINNING=1000,1001 run -2 --separate-stderr ktstr-vm exec --kernel kernel --perf --clock real --accel tcg --topology 1n2l1c1t -- true
	[ "$stderr" = "ktstr-vm: KTSTR_PINNING and KTSTR_SERVICE_CPU name CPU 1000, on which we may not run" ]
}

@test "vm: a test of performance mode is skipped where it cannot have it" {
	run -4 --separate-stderr ktstr-vm run --kernel kernel --test quiet.test --clock virtual
	[[ $stderr == "ktstr-vm: performance = yes wants CPUs of the host for itself, which the virtual clock, "* ]]
	run -4 --separate-stderr ktstr-vm run --kernel kernel --test quiet.test --clock real --accel tcg
	[[ $stderr == "ktstr-vm: performance = yes needs a reservation: "* ]]
}

@test "vm: --dry-run shows what performance mode gives QEMU" {
	first=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)
	KTSTR_PINNING=$first run -0 --separate-stderr ktstr-vm run --kernel kernel --test quiet.test \
		--clock real --accel tcg --topology 1n1l1c1t --dry-run
	[[ $output == *"memory-backend-ram,id=ram0,size=512M,prealloc=on"* ]]
	[[ $output != *cpu-pm* && $output != *dedicated* ]]
}

@test "gauntlet: a test of performance mode gets LLCs of its own, under the real clock" {
	printf '#!/bin/sh\n' >vm
	chmod +x vm
	mkdir entry
	echo '{}' >entry/metadata.json
	touch entry/bzImage
	plan() {
		ktstr-gauntlet plan --kernel k=entry --init vm --vm-command ./vm --lock-command ktstr-lock\ cpus "$@" quiet.test
	}
	plan --clock real --topology 1n2l2c1t >real.mk
	grep -F -- ' ktstr-lock cpus --lacking-exit-code 4 --exclusive --topology 1n2l2c1t -- ./vm run ' real.mk
	plan --clock virtual >virtual.mk
	grep -F -- ' ktstr-lock cpus --cap 1 -- ./vm run ' virtual.mk
}

@test "lock: --lacking-exit-code tells a machine that is too small from a mistake" {
	export KTSTR_LOCK_DIR=$PWD/locks
	mkdir locks
	run -2 --separate-stderr ktstr-lock plan --exclusive --topology 1n1l500c1t
	run -4 --separate-stderr ktstr-lock plan --exclusive --topology 1n1l500c1t --lacking-exit-code 4
	[[ $stderr == "ktstr-lock: 500 vCPUs and a service CPU are wanted, and this process may use "* ]]
	run -9 ktstr-lock cpus --cap 1000 --lacking-exit-code 9 -- true
	run -2 --separate-stderr ktstr-lock plan --cap 1 --lacking-exit-code 256
	[ "$stderr" = "ktstr-lock: --lacking-exit-code '256' is no number from 0 to 255" ]
	run -2 --separate-stderr ktstr-lock source . --lacking-exit-code 4 -- true
	[ "$stderr" = "ktstr-lock: 'source' does not take --lacking-exit-code" ]
}
