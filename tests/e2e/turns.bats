#!/usr/bin/env bats
# The turns of virtual CPUs: what ktstr-vm-machine(7) says of the virtual clock.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	kernel=(--kernel "$KTSTR_TEST_KERNEL_ENTRY")
}

# A program that spins without a pause on its first argument's CPU, while it
# counts on the second's: what "nap" prints is the latest of 20 wakes, in us;
# what "both" prints is how much more, in percent, one of two equals has done.
make_spinner() {
	"${CC:-cc}" -O1 -D_GNU_SOURCE -static -o spinner -x c - <<-'C'
		#include <sched.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/mman.h>
		#include <time.h>
		#include <unistd.h>
		static long now(void)
		{
			struct timespec t;
			clock_gettime(CLOCK_MONOTONIC, &t);
			return t.tv_sec * 1000000000L + t.tv_nsec;
		}
		static void on(int cpu)
		{
			cpu_set_t set;
			CPU_ZERO(&set);
			CPU_SET(cpu, &set);
			if (sched_setaffinity(0, sizeof(set), &set) < 0)
				exit(9);
		}
		static void nap(int cpu)
		{
			long latest = 0;
			on(cpu);
			for (int i = 0; i < 20; i++) {
				long due = now() + 10000000;
				struct timespec t = { due / 1000000000, due % 1000000000 };
				clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
				long late = now() - due;
				latest = late > latest ? late : latest;
			}
			printf("%ld\n", latest / 1000);
		}
		int main(int argc, char **argv)
		{
			volatile long *count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
			volatile int *go = (volatile int *)(count + 64);
			int both = strcmp(argv[1], "both") == 0, a = atoi(argv[2]), b = atoi(argv[3]);
			for (int i = 0; i < 1 + both; i++) {
				if (fork() == 0) {
					on(i ? b : a);
					while (!*go)
						usleep(1000);
					for (;;)
						count[i]++;
				}
			}
			usleep(20000);
			*go = 1;
			if (!both) {
				nap(b);
				fflush(stdout);
				_exit(0);
			}
			sleep(1);
			long x = count[0], y = count[1], most = x > y ? x : y;
			printf("%ld\n", (most - (x + y - most)) * 100 / most);
			fflush(stdout);
			_exit(0);
		}
	C
}

@test "turns: a CPU is woken in time beside one that only spins" {
	make_spinner
	run -0 --separate-stderr ktstr-vm exec "${kernel[@]}" --clock virtual --topology 1n1l2c1t -- ./spinner nap 0 1
	[ "$output" -lt 2000 ]
	# Next to each other, with others at rest; the first in the order is the last one's next.
	run -0 --separate-stderr ktstr-vm exec "${kernel[@]}" --clock virtual --topology 1n1l4c1t --include spinner=/spinner -- \
		sh -c './spinner nap 1 2; ./spinner nap 3 0'
	[ "${lines[0]}" -lt 2000 ]
	[ "${lines[1]}" -lt 2000 ]
}

@test "turns: two CPUs that spin without a pause do the same" {
	make_spinner
	run -0 --separate-stderr ktstr-vm exec "${kernel[@]}" --clock virtual --topology 1n1l2c1t -- ./spinner both 0 1
	[ "$output" -lt 5 ]
	run -0 --separate-stderr ktstr-vm exec "${kernel[@]}" --clock virtual --topology 1n1l4c1t -- ./spinner both 1 2
	[ "$output" -lt 5 ]
}
