#!/usr/bin/env bats
# gdb in a machine: what ktstr-vm-debug(1) says.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	printf '%s\n' '[test]' 'description = two spin' 'duration = 100ms' 'topology = 1n1l2c1t' 'scheduler = none' \
		'[cgroup a]' 'work = cpu-spin workers=3' >spin.test
	# The clock of the kernel, as bytes; after NEXT, where gdb itself stops.
	printf '%s\n' '#!/bin/sh' 'set -- -batch "$@"' '[ -z "$NEXT" ] || set -- "$@" -ex "break *$NEXT" -ex continue' \
		'exec gdb "$@" -ex "x/i \$pc" -ex "x/6gx &tk_core" -ex kill' >gdb-batch
	chmod +x gdb-batch
	exec </dev/null
}

debug() { ktstr-vm debug --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test spin.test "$@"; }

@test "debug: gdb begins with the CPU that stopped, at the function; a stop before it takes none of the guest's time" {
	command -v gdb >/dev/null || skip "needs gdb"
	unset SHELL # gdb takes /bin/sh then, and dash has "<&9", but no "<&10"
	run -0 --separate-stderr debug --gdb ./gdb-batch --break cgroup_rmdir
	[[ $stderr == *"ktstr-vm: CPU "[01]" stands at cgroup_rmdir; the end of gdb is that of the machine"* ]]
	grep -E '^=> 0x[0-9a-f]+ <cgroup_rmdir>:|^0x.* <tk_core' <<<"$output" >once
	[ "$(wc -l <once)" -eq 4 ]
	NEXT=cgroup_rmdir run -0 --separate-stderr debug --gdb ./gdb-batch --break kernel_clone
	[[ $output == *" in kernel_clone ()"* ]]
	grep -E '^=> 0x[0-9a-f]+ <cgroup_rmdir>:|^0x.* <tk_core' <<<"$output" | diff once -
}

@test "debug: who does not come to the function is told, and what cannot be is refused" {
	printf '#!/bin/sh\ntouch began\n' >gdb-none
	chmod +x gdb-none
	run -1 --separate-stderr debug --gdb ./gdb-none
	[ "$stderr" = "ktstr-vm: the machine ended without coming to scx_ops_exit_kind" ]
	[ ! -e began ]
	run -2 --separate-stderr debug --gdb ./gdb-none --break nowhere
	[ "$stderr" = "ktstr-vm: this kernel has no function 'nowhere'" ]
	run -2 --separate-stderr debug --gdb ./gdb-none --clock real
	[[ $stderr == "ktstr-vm: debug needs --clock virtual: "* ]]
	run -4 --separate-stderr debug --gdb ./nothing
	[ "$stderr" = "ktstr-vm: cannot run './nothing': No such file or directory (install gdb)" ]
}

@test "debug: the end of gdb ends the machine; a killed ktstr-vm leaves neither" {
	printf '#!/bin/sh\necho $$ >gdb.pid\nexec sleep 600\n' >gdb-waits
	chmod +x gdb-waits
	spawn ktstr-vm debug --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test spin.test --gdb ./gdb-waits --break kernel_clone
	vm=${spawned[-1]}
	until_true test -s gdb.pid
	gdb=$(cat gdb.pid)
	qemu=$(pgrep -P "$vm" | grep -vx "$gdb")
	kill -KILL "$vm"
	until_true sh -c '! kill -0 '"$gdb"' 2>/dev/null && ! kill -0 '"$qemu"' 2>/dev/null'
	printf '#!/bin/sh\nexit 3\n' >gdb-waits
	run -0 --separate-stderr debug --gdb ./gdb-waits --break kernel_clone
}

# state FUNCTIONS COUNT: what a machine is like where its test's cgroups go, after so many stops.
state() {
	STOPS=$1 COUNT=$2 END=cgroup_rmdir run -0 --separate-stderr ktstr-vm debug --kernel "$KTSTR_TEST_KERNEL_ENTRY" \
		--test sl.test --gdb "$KTSTR_TOP/tests/e2e/stops.py" --break wake_up_new_task
	[[ $stderr == *$'\n'"$2 stops on ${3-}"* ]]
	[ ${#lines[@]} -eq 5 ]
}

@test "debug: stops and steps on any CPU leave registers, run queues and the clock as they are without" {
	printf '%s\n' '[test]' 'description = sleepers' 'duration = 200ms' 'topology = 1n2l2c1t' 'scheduler = none' \
		'[cgroup a]' 'work = bursty workers=6' '[cgroup b]' 'work = pipe-io workers=4' >sl.test
	state '' 0
	want=$output
	state hrtimer_interrupt 250 'p01.01 p01.02 p01.03 p01.04'
	[ "$output" = "$want" ]
	# A timer that ended the turn is cancelled in that turn, and then there is a stop: it ends there all the same.
	cat >timer.c <<-'C'
		#include <sys/syscall.h>
		#include <sys/timerfd.h>
		#include <unistd.h>
		static unsigned int r = 1;
		static unsigned int draw(unsigned int n)
		{
			r = r * 1103515245 + 12345;
			return (r >> 8) % n;
		}
		int main(void)
		{
			int fd = timerfd_create(CLOCK_MONOTONIC, 0);
			for (int i = 0; i < 4000; i++) {
				struct itimerspec soon = { .it_value = { 0, 50000 + draw(600000) } }, none = { 0 };
				timerfd_settime(fd, 0, &soon, 0);
				for (volatile unsigned int k = draw(3000); k > 0; k--)
					continue;
				timerfd_settime(fd, 0, &none, 0);
				syscall(SYS_getppid);
			}
			return 0;
		}
	C
	"${CC:-cc}" -O1 -static -o timer timer.c
	printf '%s\n' '[test]' 'duration = 200ms' 'settle = 10ms' 'topology = 1n2l2c1t' 'scheduler = none' \
		'[cgroup a]' 'work = cpu-spin workers=3' '[payload timer]' 'command = ./timer' >sl.test
	state '' 0
	want=$output
	state __x64_sys_getppid 300 p01.0
	[ "$output" = "$want" ]
}

@test "debug: a machine that ends under gdb closes gdb's connection" {
	command -v gdb >/dev/null || skip "needs gdb"
	printf '%s\n' '#!/bin/sh' 'exec gdb -batch "$@" -ex continue -ex "echo gdb goes on\n"' >gdb-ends
	chmod +x gdb-ends
	run -0 --separate-stderr timeout -k 1 60 ktstr-vm debug --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test spin.test --gdb ./gdb-ends \
		--break cgroup_rmdir
	[[ $output$stderr == *"Remote connection closed"* ]]
}
