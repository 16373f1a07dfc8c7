#!/usr/bin/env bats
# What ktstr-vm(1) says of a machine's memory and the files in it.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	command -v busybox >/dev/null || skip "needs busybox"
	cd "$BATS_TEST_TMPDIR" || return 1
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock virtual)
	exec </dev/null
}

# least FILE: the MiB that a machine needs for it, by the sentence of one with too little.
least() {
	run -2 --separate-stderr ktstr-vm exec "${machine[@]}" --topology "1n1l1c1t memory=300M" \
		--include "$1=/big" -- busybox true
	[[ $stderr =~ ^"ktstr-vm: the topology gives the machine 300 MiB of memory, it needs "([0-9]+)": the files of the job, 30"[0-9]" MiB, " ]]
	least=${BASH_REMATCH[1]}
}

@test "memory: the least that a refusal names is enough, for a file with a hole of 300 MiB" {
	truncate -s 300M hole
	least hole
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" --topology "1n1l1c1t memory=${least}M" \
		--include hole=/big -- busybox stat -c %s /big
	[ "$output" = 314572800 ]
	# One MiB less is refused, with the same number.
	run -2 --separate-stderr ktstr-vm exec "${machine[@]}" --topology "1n1l1c1t memory=$((least - 1))M" \
		--include hole=/big -- busybox true
	[[ $stderr == *"gives the machine $((least - 1)) MiB of memory, it needs $least:"* ]]
}
