/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tools/lib/words.h"
#include "vmm/machine.h"
#include "vmm/tsc.h"

#include "tests/unit/t.h"

static struct machine_config config(unsigned int n, unsigned int l,
				    unsigned int c, unsigned int t)
{
	struct machine_config m = { .qemu = "qemu",
				    .kernel = "/k/a,b",
				    .initrd_fd = -1,
				    .console_fd = -1,
				    .job_fd = -1,
				    .channel_fd = -1,
				    .state_fd = -1,
				    .qmp_fd = -1,
				    .topology = { n, l, c, t, NULL },
				    .shift = 3 };

	m.memory_mib = machine_memory(&m.topology, 0);
	return m;
}

/* The word behind @option, or NULL. */
static const char *value(char *const *argv, const char *option)
{
	for (; *argv; argv++) {
		if (strcmp(*argv, option) == 0)
			return argv[1];
	}
	return NULL;
}

TEST(caches_are_dies_and_nodes_are_sockets)
{
	struct machine_config m = config(2, 4, 2, 2);
	char **argv;
	struct why why;

	CHECK_INT(machine_argv(&m, &argv, &why), 0);
	CHECK(strcmp(value(argv, "-smp"),
		     /* Two packages more, of seats: seats.h. */
		     "1,maxcpus=32,sockets=4,dies=2,cores=2,threads=2") == 0);
	CHECK(strcmp(value(argv, "-numa"),
		     "node,nodeid=0,cpus=0-7,memdev=ram0") == 0);
	CHECK(strcmp(value(argv, "-kernel"), "/k/a,,b") == 0);
	CHECK(strcmp(value(argv, "-icount"), "shift=3,sleep=off") == 0);
	words_free(argv);
}

TEST(the_real_clock_counts_no_instructions)
{
	struct machine_config m = config(1, 1, 1, 1);
	char **argv;
	struct why why;

	m.clock = CLOCK_REAL;
	CHECK_INT(machine_argv(&m, &argv, &why), 0);
	CHECK(value(argv, "-icount") == NULL);
	CHECK(strcmp(value(argv, "-accel"), "tcg,thread=multi") == 0);
	CHECK(strstr(value(argv, "-append"), "ktstr_clock") == NULL);
	CHECK(strstr(value(argv, "-append"), "lpj=") == NULL);
	words_free(argv);
	m.one_thread = true;
	m.tsc_khz = 2500000;
	CHECK_INT(machine_argv(&m, &argv, &why), 0);
	CHECK(strcmp(value(argv, "-accel"), "tcg,thread=single") == 0);
	CHECK(strstr(value(argv, "-append"),
		     " lpj=10000000 tsc_early_khz=2500000 ktstr_clock=turns"));
	words_free(argv);
}

TEST(the_hosts_counter_is_measured_alike_twice)
{
	unsigned int one = tsc_khz(), other = tsc_khz();

	/* 1 in 1000, where a program may be suspended at any moment. */
	CHECK(one / 1000 + 1 > (one > other ? one - other : other - one));
}

TEST(speed_goes_down_with_the_number_of_cpus_to_a_floor)
{
	static const struct topology t8 = { 1, 1, 8, 1, NULL },
				     t9 = { 1, 1, 9, 1, NULL };
	static const struct topology t64 = { 1, 8, 8, 1, NULL };
	static const struct topology t128 = { 1, 8, 16, 1, NULL };

	CHECK_INT(machine_shift(&t8), 3);
	CHECK_INT(machine_shift(&t9), 2);
	CHECK_INT(machine_shift(&t64), 2);
	CHECK_INT(machine_shift(&t128), 1);
}

TEST(a_terminal_is_the_second_serial_port)
{
	struct machine_config m = config(1, 1, 1, 1);
	char **argv, **at;
	struct why why;

	CHECK_INT(machine_argv(&m, &argv, &why), 0);
	for (at = argv; *at; at++)
		CHECK(strcmp(*at, "chardev:tty") != 0);
	words_free(argv);
	m.tty_fd = 7;
	CHECK_INT(machine_argv(&m, &argv, &why), 0);
	for (at = argv; strcmp(*at, "chardev:console") != 0; at++)
		continue;
	CHECK(strcmp(value(at, "-serial"), "chardev:tty") == 0);
	CHECK(strcmp(value(at, "-chardev"), "socket,id=tty,fd=7") == 0);
	words_free(argv);
}
