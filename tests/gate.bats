#!/usr/bin/env bats
# ktstr-gate.so: two threads run by turns. Without it each of these fails.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	local san=()
	gate=$KTSTR_BUILD/ktstr-gate.so
	# QEMU cannot have this sanitizer, both of these can.
	if [ "${KTSTR_SAN:-}" = thread ]; then
		san=(-fsanitize=thread -g)
		gate=$PWD/gate.so
		"${CC:-cc}" -D_GNU_SOURCE "${san[@]}" -I"$KTSTR_TOP" -fPIC -shared -fvisibility=hidden -o gate.so "$KTSTR_TOP/vmm/gate/gate.c"
	fi
	"${CC:-cc}" -D_GNU_SOURCE -pthread "${san[@]}" -o loop "$KTSTR_TOP/tests/gate-loop.c"
}

gated() { LD_PRELOAD=$gate stdbuf -oL ./loop "$@"; }

@test "gate: the main loop runs when the CPUs rest, however long a timer has been out" {
	run -0 gated rest
	[ "$output" = $'CPUs rest\nmain loop' ]
}

@test "gate: a thread that saves the machine is none of the CPUs" {
	run -0 gated rest saving
	[ "$output" = $'CPUs rest\nmain loop' ]
}

@test "gate: the CPUs go on when no timer of the host's time is armed" {
	run gated timer
	[ "$output" = $'host\'s timer runs out\nCPUs go on' ]
}

@test "gate: CPUs that never rest give the main loop a turn after so many timers, always as many" {
	run -0 gated busy
	[ "${lines[-1]}" = "a turn after 1024 words" ]
}

@test "gate: a program of one thread notices nothing" {
	run -0 env LD_PRELOAD="$KTSTR_BUILD/ktstr-gate.so" sh -c 'echo a | cat; exec true'
	[ "$output" = a ]
}

@test "gate: a signal that comes before QEMU has loaded anything is no word about it" {
	printf '#!/bin/sh\ncase "$*" in *-version*) exit ;; esac\nunset LD_PRELOAD\nexec sleep 600\n' >qemu
	chmod +x qemu
	boot_image kernel
	KTSTR_CACHE_DIR=$PWD/cache spawn ktstr-vm exec --kernel kernel --qemu "$PWD/qemu" --topology 1n1l1c1t \
		--clock virtual --cold -- /bin/true 2>said
	pid=${spawned[-1]}
	until_true pgrep -P "$pid" -x sleep >slept
	kill -INT "$pid"
	wait "$pid" || [ $? = 130 ]
	[ ! -s said ]
}
