#!/usr/bin/env bats
# Deaths that take their time: hangs wait for the watchdog, floods for the host.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/deaths

# What is to be seen comes after so much CPU time; a busy host gives less of that than the
# limit of four minutes allows for, and the verdict is inconclusive then.
patient=(--timeout 1200)

setup_file() { new_deaths; }
setup() {
	needs_guest
	new_test
}

@test "deaths: all CPUs hang with interrupts off" {
	die deaf-all "${patient[@]}"
	tells guest-hang "the guest hung in phase attach, and its kernel said nothing when the watchdog interrupted it"
}

@test "deaths: one CPU of two hangs with interrupts off" {
	die deaf "${patient[@]}"
	tells guest-hang "the guest hung*"
}

@test "deaths: a kernel that is too dead for its watchdog" {
	die brain-dead "${patient[@]}"
	tells guest-hang "the guest hung in phase attach, and its kernel said nothing when the watchdog interrupted it"
}

@test "deaths: a guest without memory" {
	die memory "${patient[@]}"
	tells guest-memory "the machine's memory was not enough, --memory or the test's \"memory =\" gives it more: Out of memory: Killed process*"
}

@test "deaths: a console without an end does not fill the disk" {
	printf '[scheduler]\nbinary = %s/death\nargs = flood-console\n' "$BATS_FILE_TMPDIR" >death.sched
	run ! --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched death.sched \
		--test short.test --out o --limit attach=20s "${patient[@]}"
	# A host that has no CPU to spare makes it inconclusive under the real clock.
	[[ $status = [13] ]]
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
	max=$(sed -n 's/^#define FACTS_BYTES_MAX (\([0-9]*\)U << 20)$/\1/p' "$KTSTR_TOP/vmm/facts.h")
	[[ $stderr == *"it is longer than $max MiB"* ]]
	[ "$(du -sm o | cut -f1)" -lt $((2 * max + 30)) ]
}

# An init that is ready, as vmm/guest/ports.c has it, and has no job in mind.
lost_init() {
	"${CC:-cc}" -static -O1 -o "$1" -x c - <<-'C'
		#include <sys/io.h>
		#include <unistd.h>
		int main(void)
		{
			iopl(3);
			outb(15, 0x443); /* the watchdog is to bite at once */
			usleep(3000000);
			outb(0, 0x441);
			for (;;)
				;
		}
	C
}

@test "deaths: a guest that hangs between its template and its job" {
	lost_init lost
	export KTSTR_CACHE_DIR=$PWD/cache
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n1l1c1t --clock virtual --init ./lost --timeout 100000)
	sed -i /topology/d short.test
	run -125 --separate-stderr ktstr-vm run "${machine[@]}" --test short.test --out o
	# The boot hangs as well: it is not the template.
	[[ $stderr == *"the machine from template '"*"' ended before its job began; it boots without it"* ]]
	tells boot-hang "the guest was ready and did not come to its job within * s of the host's time, of which QEMU computed ten times what that takes: it hangs"
	[ "$(ls cache/.templates)" ]
}
