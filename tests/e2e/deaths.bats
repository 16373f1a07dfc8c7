#!/usr/bin/env bats
# A guest or its machine dies: the verdict is an error that says of what, with
# the last words, and nothing goes on. tests/full/deaths.bats has slow ones.
# shellcheck disable=SC2154,SC2317 # bats sets stderr; functions for until_true
bats_require_minimum_version 1.5.0
load ../helper
load deaths

setup_file() { new_deaths; }
setup() {
	needs_guest
	new_test
}

@test "deaths: a panic, with its stack" {
	die panic
	tells guest-panic "the guest's kernel panicked: sysrq triggered crash"
	[[ $stderr == *"sysrq_handle_crash"* ]]
}

@test "deaths: a triple fault, told apart from a program that switches off" {
	die triple
	tells guest-reset "the guest was reset in phase attach: a triple fault, or a program did it"
	die off
	tells guest-reset "the guest was switched off in phase attach: a program did it"
}

@test "deaths: a report that is cut, damaged or counted wrongly is none" {
	die cut
	tells guest-reset "the guest was reset*"
	[[ $stderr == *"the channel ends after "*" frames, without the end frame"* ]]
	die garbage
	tells channel "the guest's report is damaged"
	[[ $stderr == *"frame "*" does not begin as it should"* ]]
	die too-much-written
	tells channel "the guest's report is damaged"
	[[ $stderr == *"the channel's count of bytes went from "*" to 9223372036854775807"* ]]
}

@test "deaths: nothing that a guest writes commands a terminal" {
	die escapes
	tells guest-panic "the guest's kernel panicked: sysrq triggered crash"
	# They are kept in the file, and shown without their power.
	grep -q $'\033\[31mred' o/console.log
	[[ $stderr == *"?[31mred?31m"*"3C1 üml"* ]]
	run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$stderr"
	run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' o/result.json
}

@test "deaths: a phase that takes longer than its limit" {
	printf '[test]\ntopology = 1n1l2c1t\nduration = 5s\n[cgroup a]\nwork = cpu-spin\n' >short.test
	run -125 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test short.test --out o --limit run=1s
	[[ $stderr == *"(time-limit, "*"run did not finish within 1.0 s of the guest's time; --limit sets it"* ]]
	[ "$(jq -r '.verdict + " " + .class' o/result.json)" = "error time-limit" ]
	[ "$(jq .limits.run_ns o/result.json)" = 1000000000 ]
	[[ $(jq -r .rerun o/result.json) == *" --limit run=1000000000ns"* ]]
	run -125 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test short.test --out o --limit boot=1ms
	[[ $stderr == *"boot did not finish within 0.0 s of the guest's time, it took "*" s; --limit sets it"* ]]
	run -124 --separate-stderr ktstr-vm exec -q --kernel "$KTSTR_TEST_KERNEL_ENTRY" --limit run=2s \
		--include sleep -- sh -c 'echo begun; sleep 1000'
	[ "$output" = begun ]
	[ "$stderr" = "ktstr-vm: run did not finish within 2.0 s of the guest's time; --limit sets it" ]
	run -2 --separate-stderr ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" --limit rest=2s -- true
	[ "$stderr" = "ktstr-vm: --limit: 'rest=2s' names no phase; they are boot, attach, run, shutdown" ]
}

# with_qemu CODE: a QEMU that a script starts, which does CODE first.
with_qemu() {
	mkdir -p bin
	printf '#!/bin/sh\n%s\nexec qemu-system-x86_64 "$@"\n' "$1" >bin/qemu
	chmod 755 bin/qemu
}

@test "deaths: a QEMU that cannot start says why" {
	with_qemu 'set -- "$@" -no-such-option'
	run -125 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test short.test --out o --qemu bin/qemu --cold
	[ "$(jq -r '.verdict + " " + .class' o/result.json)" = "error qemu" ]
	[[ $stderr == *"QEMU ended with status 1 before the result"*"QEMU said: "*"-no-such-option: invalid option"* ]]
	run ! still_here
}

@test "deaths: a QEMU that crashes is an error of its own" {
	sed -i 's/100ms/1000s/' short.test
	spawn sh -c "ktstr-vm run --kernel '$KTSTR_TEST_KERNEL_ENTRY' --test short.test --out o 2>err; echo \$? >status"
	runs() { pgrep -s "${spawned[0]}" -f '^qemu-system.*-kernel' >/dev/null; }
	until_true runs
	pkill -SEGV -s "${spawned[0]}" -f '^qemu-system.*-kernel'
	until_true test -s status
	[ "$(cat status)" = 125 ]
	[ "$(jq -r '.verdict + " " + .class + " " + .reasons[0]' o/result.json)" = "error qemu QEMU died of signal 11 (Segmentation fault)" ]
	run ! still_here
}
