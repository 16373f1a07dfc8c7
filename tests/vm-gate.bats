#!/usr/bin/env bats
# What "ktstr-vm doctor" says of the gate, by which equal runs are equal.
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export KTSTR_CACHE_DIR=$PWD/cache
	command -v qemu-system-x86_64 >/dev/null || skip "needs qemu-system-x86_64"
}

@test "doctor: the gate is there and QEMU loads it, does not, or there is none" {
	run ktstr-vm doctor
	grep -E '^ok +gate +QEMU loads ktstr-gate.so' <<<"$output"
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec qemu-system-x86_64 "$@"\n' >qemu
	chmod +x qemu
	run ktstr-vm doctor --qemu ./qemu
	grep -E '^note +gate +this QEMU does not load ktstr-gate.so' <<<"$output"
	run ktstr-vm doctor --qemu ./none
	grep -E '^note +gate +cannot be tried: ' <<<"$output"
	mkdir bare
	cp -L "$KTSTR_BUILD/ktstr-vm" bare/
	run bare/ktstr-vm doctor
	grep -E '^note +gate +ktstr-gate.so is neither beside ktstr-vm nor in' <<<"$output"
}
