#!/usr/bin/env bats
# Deaths that take their time: hangs wait for the watchdog, floods for the host.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/deaths

setup_file() { new_deaths; }
setup() {
	needs_guest
	new_test
}

@test "deaths: all CPUs hang with interrupts off" {
	die deaf-all
	tells guest-hang "the guest hung; its watchdog ended it: NMI: Not continuing"
}

@test "deaths: one CPU of two hangs with interrupts off" {
	die deaf
	tells guest-hang "the guest hung*"
}

@test "deaths: a kernel that is too dead for its watchdog" {
	die brain-dead
	tells guest-hang "the guest hung in phase attach, and its watchdog's interrupt changed nothing"
}

@test "deaths: a guest without memory" {
	die memory
	tells guest-memory "the machine's memory was not enough, --memory or the test's \"memory =\" gives it more: Out of memory: Killed process*"
}

@test "deaths: a console without an end does not fill the disk" {
	printf '[scheduler]\nbinary = %s/death\nargs = flood-console\n' "$BATS_FILE_TMPDIR" >death.sched
	run -1 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched death.sched \
		--test short.test --out o --limit attach=20s
	[[ $stderr == *"it was not in charge after 20.0 s of the guest's time"* ]]
	[ "$(stat -c %s o/console.log)" -le $(((16 << 20) + 4096)) ]
	run ! still_here
}

@test "deaths: a scheduler that prints a GiB fills neither memory nor disk" {
	printf '[scheduler]\nbinary = %s/death\nargs = flood\n' "$BATS_FILE_TMPDIR" >death.sched
	(ulimit -v 4000000 && ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched death.sched --test short.test --out o) || :
	[ "$(jq -r .verdict o/result.json)" != pass ]
	[ "$(du -sm o | cut -f1)" -lt 300 ]
	run ! still_here
}

@test "deaths: a report without an end is ended where it becomes too long" {
	lie endless -125
	tells channel "the guest's report is damaged"
	[[ $stderr == *"it is longer than 32 MiB"* ]]
	[ "$(du -sm o | cut -f1)" -lt 80 ]
}
