#!/usr/bin/env bats
# Files of hundreds of MiB in a machine: what e2e/memory.bats leaves out.
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

@test "memory: a machine gets what 300 MiB of random data need, and says so with -v" {
	openssl enc -aes-128-ctr -pass pass:x -nosalt </dev/zero 2>/dev/null | head -c 300M >random
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" -v --topology 1n1l1c1t --memory 512 \
		--include random=/big -- busybox sha256sum /big
	[ "${output%% *}" = "$(sha256sum <random | cut -d' ' -f1)" ]
	[[ $stderr =~ "ktstr-vm: the machine gets "[0-9]+" MiB of memory, which its files need" ]]
}

@test "memory: files of almost 1 GiB, and 30000 small ones, fit the machine that they make" {
	truncate -s 1000M hole
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" --topology 2n2l1c1t --include hole=/big \
		-- busybox stat -c %s /big
	[ "$output" = 1048576000 ]
	mkdir many
	for d in {1..30}; do
		mkdir "many/$d"
		(cd "many/$d" && touch {1..1000})
	done
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" --topology 1n1l1c1t --include many=/many \
		--include busybox -- sh -c 'busybox find /many -type f | busybox wc -l'
	[ "$output" -eq 30000 ]
	truncate -s 1025M hole
	run -2 --separate-stderr ktstr-vm exec "${machine[@]}" --include hole=/big --include busybox -- busybox true
	[ "$stderr" = "ktstr-vm: the files for the machine take more than 1024 MiB" ]
}
