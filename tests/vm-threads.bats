#!/usr/bin/env bats
# On how many threads TCG runs the CPUs of a machine, as ktstr-vm(1) says it.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export KTSTR_CACHE_DIR=$PWD/cache
	boot_image kernel
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n' >a.test
}

# qemu_of VERSION: a program that says that it is this QEMU, and no more.
qemu_of() {
	printf '#!/bin/sh\necho "%s"\n' "$1" >"qemu-$2"
	chmod +x "qemu-$2"
}

# accel_of QEMU ARG...: the word behind -accel.
accel_of() {
	run --separate-stderr ktstr-vm run --kernel kernel --test a.test --dry-run --clock real --qemu "$PWD/$1" "${@:2}"
	[ "$status" -eq 0 ] && [[ $output =~ \ -accel\ ([^ ]*)\  ]] && echo "${BASH_REMATCH[1]}"
}

@test "vm: under the real clock TCG has a thread for each CPU where QEMU is 8.1 or newer" {
	qemu_of 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)' old
	qemu_of 'QEMU emulator version 8.0.4' older
	qemu_of 'QEMU emulator version 8.1.0' new
	qemu_of 'QEMU emulator version 10.0.2' newer
	qemu_of 'another program' odd
	for machine in old older odd; do
		[ "$(accel_of qemu-$machine --accel tcg --topology 1n1l2c1t)" = tcg,thread=single ]
	done
	for machine in new newer; do
		[ "$(accel_of qemu-$machine --accel tcg --topology 1n1l2c1t)" = tcg,thread=multi ]
	done
	# A CPU alone changes no code that another one runs.
	[ "$(accel_of qemu-old --accel tcg --topology 1n1l1c1t)" = tcg,thread=multi ]
	[ "$(accel_of qemu-old --accel tcg,thread=multi --topology 1n1l2c1t)" = tcg,thread=multi ]
	[ "$(accel_of qemu-new --accel tcg,thread=single --topology 1n1l2c1t)" = tcg,thread=single ]
}

@test "vm: that all CPUs share a thread is said once" {
	qemu_of 'QEMU emulator version 7.2.22' old
	run --separate-stderr ktstr-vm exec --kernel kernel --qemu "$PWD/qemu-old" --clock real --accel tcg --topology 1n1l2c1t -- true
	[[ $stderr == "ktstr-vm: all CPUs of a machine take turns on one thread under the real clock: "*"; version 8.1 ends that, --accel tcg,thread=multi dares it"* ]]
	run --separate-stderr ktstr-vm exec --kernel kernel --qemu "$PWD/qemu-old" --clock real --accel tcg --topology 1n1l2c1t -- true
	[[ $stderr != *"take turns"* ]]
	run --separate-stderr ktstr-vm doctor --qemu "$PWD/qemu-old"
	grep -E '^note +threads ' <<<"$output"
}

@test "vm: what --accel cannot be is refused" {
	run -2 --separate-stderr ktstr-vm run --kernel kernel --test a.test --dry-run --clock virtual --accel tcg,thread=multi
	[ "$stderr" = "ktstr-vm: under the virtual clock all CPUs take turns on one thread; --accel tcg,thread=multi is for --clock real" ]
	run -2 --separate-stderr ktstr-vm run --kernel kernel --test a.test --accel tcg,thread=two
	[ "$stderr" = "ktstr-vm: --accel does not know 'tcg,thread=two'; see --help" ]
	KTSTR_PINNING=0 run -2 --separate-stderr ktstr-vm exec --kernel kernel --clock real --accel tcg,thread=single \
		--perf --topology 1n1l2c1t -- true
	[ "$stderr" = "ktstr-vm: performance mode gives each CPU of the guest one of the host, and with --accel tcg,thread=single all of them share a thread" ]
}
