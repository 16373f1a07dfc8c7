/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/spec/topology-detail.h"
#include "tools/lib/words.h"
#include "vmm/argv.h"
#include "vmm/machine.h"

/* All of QEMU's words for a machine, with a blank around each. */
static char *words_at(const char *text, enum vm_accel accel,
		      enum vm_clock clock)
{
	struct machine_config c = { .qemu = "qemu",
				    .accel = accel,
				    .clock = clock };
	struct str all = { 0 };
	struct argv a = { 0 };
	struct why why = { .text = "" };

	CHECK_INT(topology_parse(text, &c.topology, &why), 0);
	c.memory_mib = machine_memory(&c.topology, 0);
	argv_add_machine(&a, &c);
	argv_add_topology(&a, &c);
	CHECK(!a.failed);
	for (char **w = a.words; *w; w++)
		str_addf(&all, " %s", *w);
	str_add(&all, " ");
	argv_add_cpu_words(&all, &c);
	words_free(a.words);
	topology_forget();
	return str_take(&all);
}

static char *words_of(const char *text, enum vm_accel accel)
{
	return words_at(text, accel, CLOCK_REAL);
}

static void check_words(const char *text, enum vm_accel accel,
			const char *const *want, const char *const *without)
{
	char *words = words_of(text, accel);

	for (; *want; want++) {
		if (!strstr(words, *want))
			printf("# %s: no '%s' in%s\n", text, *want, words);
		CHECK(strstr(words, *want));
	}
	for (; *without; without++)
		CHECK(!strstr(words, *without));
	free(words);
}

#define CHECK_WORDS(text, accel, want, without)                                \
	check_words(text, accel, (const char *const[])want,                    \
		    (const char *const[])without)
#define LIST(...)                                                              \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

TEST(a_uniform_machine_is_whole_from_the_start)
{
	CHECK_WORDS("2n4l2c2t", ACCEL_TCG,
		    LIST(" -machine pc,", " -smp 16,sockets=2,dies=2,cores=2,",
			 " node,nodeid=0,cpus=0-7,memdev=ram0 ",
			 " node,nodeid=1,cpus=8-15,memdev=ram1 ",
			 " memory-backend-ram,id=ram1,size=256M ",
			 " dist,src=0,dst=1,val=20 ", " numa=nohmat"),
		    LIST("hmat-", "hmat=on", "-x86_64-cpu", "src=1", "offline",
			 "possible"));
}

/* Of the words for a machine under the virtual clock. */
static void check_seats(const char *text, const char *const *want)
{
	char *words = words_at(text, ACCEL_TCG, CLOCK_VIRTUAL), *at = words;

	for (; *want; want++) {
		char *found = strstr(at, *want);

		if (!found)
			printf("# %s: no '%s' in%s\n", text, *want, at);
		CHECK(found);
		at = found ? found : at;
	}
	free(words);
}

#define CHECK_SEATS(text, ...)                                                 \
	check_seats(text, (const char *const[]){ __VA_ARGS__, NULL })

TEST(seats_stand_between_the_cpus_of_a_virtual_clock)
{
	CHECK_SEATS("1n2l2c1t", " -smp 1,maxcpus=8,sockets=2,dies=2,cores=2,",
		    ",cpus=0-7,",
		    "socket-id=1,die-id=0,core-id=0", /* a seat ... */
		    "socket-id=0,die-id=0,core-id=1", /* ... then a CPU */
		    "socket-id=1,die-id=0,core-id=1",
		    "socket-id=0,die-id=1,core-id=0",
		    "socket-id=1,die-id=1,core-id=0",
		    "socket-id=0,die-id=1,core-id=1", " nr_cpus=4");
	/* Packages of one CPU: there are as many for the seats, but one. */
	CHECK_SEATS("4n4l1c1t", " -smp 1,maxcpus=7,sockets=7,",
		    "nodeid=0,cpus=0,", "nodeid=3,cpus=3-6,", "socket-id=4,",
		    "socket-id=1,", "socket-id=5,", "socket-id=2,",
		    "socket-id=6,", "socket-id=3,", " nr_cpus=4");
}

TEST(no_seats_where_nobody_loses_turns_or_they_cost_too_much)
{
	static const char *const without[] = { "1n1l1c1t", "1n1l33c1t",
					       "1n8l8c1t" };

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		char *words = words_at(without[i], ACCEL_TCG, CLOCK_VIRTUAL);

		CHECK(!strstr(words, "nr_cpus"));
		CHECK(!strstr(words, "maxcpus"));
		free(words);
	}
	char *words = words_at("1n1l32c1t", ACCEL_TCG, CLOCK_VIRTUAL);
	CHECK(strstr(words, " nr_cpus=32"));
	free(words);
}

TEST(where_the_shape_has_holes_cpus_are_plugged_in)
{
	CHECK_WORDS(
		"1n2l2c2t cores=2,1 threads=1,2,2", ACCEL_TCG,
		LIST(" -smp 1,maxcpus=8,sockets=1,dies=2,cores=2,threads=2 ",
		     " max-x86_64-cpu,socket-id=0,die-id=0,core-id=1,"
		     "thread-id=0 ",
		     "die-id=0,core-id=1,thread-id=1 ",
		     "die-id=1,core-id=0,thread-id=0 ",
		     "die-id=1,core-id=0,thread-id=1 ", " possible_cpus=5"),
		LIST("die-id=0,core-id=0", "die-id=1,core-id=1"));
	CHECK_WORDS("2n2l1c2t threads=1,2", ACCEL_KVM,
		    LIST(" host-x86_64-cpu,socket-id=1,die-id=0,core-id=0,"
			 "thread-id=0 ",
			 " node,nodeid=0,cpus=0-1,",
			 " node,nodeid=1,cpus=2-3,"),
		    LIST("max-x86"));
}

TEST(nodes_may_lack_cpus_or_memory)
{
	CHECK_WORDS("3n2l2c1t cpus=0,2/1,3/- memory=0,512M,128M", ACCEL_TCG,
		    LIST(" -smp 4,sockets=1,dies=2,cores=2,threads=1 ",
			 " node,nodeid=0,cpus=0,cpus=2 ",
			 " memory-backend-ram,id=ram0,size=512M ",
			 " node,nodeid=1,cpus=1,cpus=3,memdev=ram0 ",
			 " memory-backend-ram,id=ram1,size=128M ",
			 " node,nodeid=2,memdev=ram1 "),
		    LIST("ram2", "initiator"));
}

TEST(distances_go_both_ways)
{
	CHECK_WORDS(
		"2n2l1c1t distances=10,30,40,10", ACCEL_TCG,
		LIST(" dist,src=0,dst=1,val=30 ", " dist,src=1,dst=0,val=40 "),
		LIST("src=0,dst=0"));
}

TEST(hmat_is_told_of_what_there_is)
{
	CHECK_WORDS("3n2l1c1t cpus=0/1/- latency=1,2,9,2,1,8,-,-,- "
		    "bandwidth=6G,5G,4G,5G,6G,3G,-,-,- "
		    "memory-cache=-,-,64M/complex/write-through/128",
		    ACCEL_TCG,
		    LIST(",hmat=on", " node,nodeid=2,memdev=ram2,initiator=1 ",
			 " hmat-lb,initiator=0,target=2,hierarchy=memory,"
			 "data-type=access-latency,latency=9 ",
			 " hmat-lb,initiator=1,target=2,hierarchy=memory,"
			 "data-type=access-bandwidth,bandwidth=3072M ",
			 " hmat-cache,node-id=2,size=64M,level=1,"
			 "associativity=complex,policy=write-through,"
			 "line=128 "),
		    LIST("initiator=2", "node-id=0", "nohmat"));
}

TEST(init_is_told_which_cpus_to_take_offline)
{
	CHECK_WORDS("1n1l8c1t offline=3,5-6", ACCEL_TCG,
		    LIST(" ktstr_offline=3,5-6"), LIST("possible_cpus"));
}

TEST(a_machine_may_have_no_nodes)
{
	CHECK_WORDS("1n1l4c1t numa=off", ACCEL_TCG,
		    LIST(" -machine memory-backend=ram0 "), LIST("-numa"));
}

TEST(many_cpus_need_another_board)
{
	CHECK_WORDS("1n16l16c1t", ACCEL_KVM, LIST(" -machine q35,"),
		    LIST(" pc,"));
	CHECK_WORDS("1n15l17c1t", ACCEL_KVM, LIST(" -machine pc,"),
		    LIST("q35"));
}

TEST(apic_ids_have_gaps)
{
	static const struct {
		struct topology t;
		unsigned int id;
	} all[] = {
		{ { 1, 1, 1, 1, NULL }, 0 },	{ { 1, 15, 8, 2, NULL }, 239 },
		{ { 1, 14, 9, 2, NULL }, 433 }, { { 1, 33, 8, 1, NULL }, 263 },
		{ { 3, 3, 3, 1, NULL }, 10 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		CHECK_INT(argv_highest_apic_id(&all[i].t), all[i].id);
}
