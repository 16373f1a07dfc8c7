/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a kernel whose memory we have written. */
#include <errno.h>

#include "tests/unit/mon-kernel.h"

static void check_sample(bool mapped)
{
	struct kernel k;
	struct mon_cpu cpu[2];

	kernel_make(&k, 2);
	k.reach.at = mapped ? kernel_at : NULL;
	set(&k, rq_of(1), MON_RQ_NR_RUNNING, 3);
	set(&k, rq_of(1), MON_RQ_CLOCK, UINT64_C(0x123456789a));
	set(&k, rq_of(1), MON_SCX_NR_RUNNING, 2);
	set(&k, rq_of(1), MON_SCX_FLAGS, 0x10001);
	set(&k, rq_of(1), MON_SCX_DSQ_NR, 100000);
	set(&k, rq_of(0), MON_RQ_ONLINE, 0);
	reader_begin(&k, 2);
	k.reads = 0;
	CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
	CHECK_INT(k.reads, mapped ? 0 : 1);
	CHECK_INT(cpu[0].state, MON_CPU_IS);
	CHECK_INT(cpu[0].nr_running, 0);
	CHECK_INT(cpu[1].state, MON_CPU_IS | MON_CPU_ONLINE);
	CHECK_INT(cpu[1].nr_running, 3);
	CHECK_INT(cpu[1].clock, UINT64_C(0x123456789a));
	CHECK_INT(cpu[1].scx_nr_running, 2);
	CHECK_INT(cpu[1].flags, 0x10001);
	CHECK_INT(cpu[1].dsq_nr, UINT16_MAX);
	/* It changes under us. */
	set(&k, rq_of(1), MON_RQ_NR_RUNNING, 4);
	CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
	CHECK_INT(cpu[1].nr_running, 4);
	kernel_done(&k);
}

TEST(a_sample_has_each_cpu)
{
	check_sample(false);
	check_sample(true);
}

/* What is not where it was mapped, or has an odd length, is fetched. */
TEST(what_cannot_be_looked_at_is_fetched)
{
	for (int kind = 0; kind < 4; kind++) {
		struct kernel k;
		struct mon_cpu cpu[2];

		kernel_make(&k, 2);
		k.reach.at = kernel_at;
		set(&k, rq_of(1), MON_RQ_NR_RUNNING, 3);
		if (kind == 1)
			k.layout.field[MON_SCX_FLAGS].len = 2;
		else if (kind == 2)
			k.layout.field[MON_RUN_DELAY].len = 12;
		else if (kind == 3)
			k.layout.field[MON_PCOUNT].at++;
		reader_begin(&k, 2);
		CHECK(k.reader.direct == (kind == 0));
		CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
		CHECK_INT(cpu[1].nr_running, 3);
		kernel_done(&k);
	}
}

static void check_left_out(bool mapped)
{
	struct kernel k;
	struct mon_cpu cpu[3];

	kernel_make(&k, 3);
	k.reach.at = mapped ? kernel_at : NULL;
	/* What the kernel has there is the copy of nobody. */
	put(&k, AT_OFFSETS + 8, DIRECT + MEMORY * 2, 8);
	reader_begin(&k, 3);
	CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
	CHECK_INT(cpu[0].state & MON_CPU_IS, MON_CPU_IS);
	CHECK_INT(cpu[1].state & MON_CPU_IS, 0);
	CHECK_INT(cpu[2].state & MON_CPU_IS, MON_CPU_IS);
	CHECK(k.reader.direct == mapped);
	kernel_done(&k);
}

TEST(a_cpu_that_there_is_not_is_left_out)
{
	check_left_out(false);
	check_left_out(true);
}

TEST(a_run_queue_that_is_anothers_is_seen)
{
	struct kernel k;
	struct mon_cpu cpu[1];
	struct why why = { .text = "" };

	kernel_make(&k, 1);
	for (int mapped = 0; mapped < 2; mapped++) {
		k.reach.at = mapped ? kernel_at : NULL;
		set(&k, rq_of(0), MON_RQ_CPU, 0);
		reader_begin(&k, 1);
		set(&k, rq_of(0), MON_RQ_CPU, 5);
		CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
		CHECK(cpu[0].state & MON_CPU_FOREIGN);
		mon_reader_done(&k.reader);
	}
	CHECK_INT(mon_reader_begin(&k.reader, &k.layout, &k.reach, 1, &why),
		  -ENXIO);
	kernel_done(&k);
}

TEST(a_kernel_without_sched_ext_says_so)
{
	struct kernel k;
	struct mon_cpu cpu[1];

	for (int mapped = 0; mapped < 2; mapped++) {
		kernel_make(&k, 1);
		k.reach.at = mapped ? kernel_at : NULL;
		k.layout.field[MON_SCX_DSQ_NR].len = 0;
		reader_begin(&k, 1);
		CHECK_INT(mon_reader_sample(&k.reader, cpu), 0);
		CHECK(cpu[0].state & MON_CPU_NO_SCX);
		kernel_done(&k);
	}
}

static void add_domains(struct kernel *k)
{
	static const enum mon_field longs[] = { MON_SD_PARENT, MON_SD_NAME };
	static const enum mon_field ints[] = { MON_SD_LEVEL, MON_SD_FLAGS,
					       MON_SD_SPAN_WEIGHT,
					       MON_SD_INTERVAL };

	for (size_t i = 0; i < 2; i++)
		k->layout.field[longs[i]] = (struct mon_place){ i * 8, 8 };
	for (size_t i = 0; i < 4; i++)
		k->layout.field[ints[i]] = (struct mon_place){ 16 + i * 4, 4 };
	k->layout.field[MON_SD_LB_COUNT] = (struct mon_place){ 32, 12 };
	memcpy(k->memory + AT_DOMAIN + 0x800, "M\"C", 4);
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t at = AT_DOMAIN + i * 0x100;

		set(k, at, MON_SD_LEVEL, i);
		set(k, at, MON_SD_NAME, DIRECT + AT_DOMAIN + 0x800);
		set(k, at, MON_SD_SPAN_WEIGHT, 2 + 2 * i);
		put(k, at + 32, 5, 4);
		put(k, at + 40, 6 + i, 4);
	}
	set(k, AT_DOMAIN, MON_SD_PARENT, DIRECT + AT_DOMAIN + 0x100);
	set(k, rq_of(0), MON_RQ_SD, DIRECT + AT_DOMAIN);
}

TEST(domains_from_the_lowest_up)
{
	struct kernel k;
	auto_str struct str out = { 0 };
	const struct mon_domain *d;

	kernel_make(&k, 1);
	add_domains(&k);
	reader_begin(&k, 1);
	CHECK_INT(mon_reader_domains(&k.reader, &out), 0);
	CHECK_INT(out.len, 2 * sizeof(*d));
	d = (const struct mon_domain *)(void *)out.text;
	CHECK_INT(d[0].span, 2);
	CHECK_INT(d[1].span, 4);
	CHECK_INT(d[1].level, 1);
	/* What could leave a line of text does not. */
	CHECK(strcmp(d[0].name, "M?C") == 0);
	CHECK_INT(d[1].value[MON_SD_LB_COUNT - MON_DOMAIN_FIRST][0], 5);
	CHECK_INT(d[1].value[MON_SD_LB_COUNT - MON_DOMAIN_FIRST][2], 7);
	kernel_done(&k);
}

/* Domains that are freed while they are read may lead anywhere. */
TEST(domains_that_go_round_have_an_end)
{
	struct kernel k;
	auto_str struct str out = { 0 };

	kernel_make(&k, 1);
	add_domains(&k);
	set(&k, AT_DOMAIN + 0x100, MON_SD_PARENT, DIRECT + AT_DOMAIN);
	reader_begin(&k, 1);
	CHECK_INT(mon_reader_domains(&k.reader, &out), 0);
	CHECK(out.len <= 16 * sizeof(struct mon_domain));
	str_done(&out);
	set(&k, AT_DOMAIN, MON_SD_PARENT, DIRECT + 2 * MEMORY);
	CHECK_INT(mon_reader_domains(&k.reader, &out), 0);
	CHECK_INT(out.len, sizeof(struct mon_domain));
	kernel_done(&k);
}

static void add_programs(struct kernel *k)
{
	static const struct {
		enum mon_field field;
		struct mon_place place;
	} places[] = {
		{ MON_IDR_HEAD, { 8, 8 } },    { MON_IDR_NEXT, { 20, 4 } },
		{ MON_NODE_SHIFT, { 0, 1 } },  { MON_NODE_SLOTS, { 40, 16 } },
		{ MON_PROG_TYPE, { 4, 4 } },   { MON_PROG_AUX, { 56, 8 } },
		{ MON_PROG_STATS, { 32, 8 } }, { MON_AUX_NAME, { 8, 16 } },
		{ MON_AUX_INSNS, { 0, 4 } },   { MON_STATS_CNT, { 0, 8 } },
		{ MON_STATS_NSECS, { 8, 8 } },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		k->layout.field[places[i].field] = places[i].place;
	kernel_symbol(k, MON_PROG_IDR, IMAGE + AT_IDR);
	set(k, AT_PROGRAM, MON_PROG_TYPE, MON_STRUCT_OPS);
	set(k, AT_PROGRAM, MON_PROG_AUX, DIRECT + AT_PROGRAM + 0x100);
	set(k, AT_PROGRAM, MON_PROG_STATS, EVENTS);
	put(k, AT_PROGRAM + 0x100, 321, 4);
	memcpy(k->memory + AT_PROGRAM + 0x108, "simple_enqueue", 15);
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		put(k, AT_CPU + cpu * CPU_STEP + EVENTS, 10 + cpu, 8);
		put(k, AT_CPU + cpu * CPU_STEP + EVENTS + 8, 1000, 8);
	}
}

static void check_program(struct kernel *k, uint32_t id)
{
	auto_str struct str out = { 0 };
	const struct mon_program *p;

	reader_begin(k, 2);
	CHECK_INT(mon_reader_programs(&k->reader, &out), 0);
	CHECK_INT(out.len, sizeof(*p));
	p = (const struct mon_program *)(void *)out.text;
	CHECK_INT(p->id, id);
	CHECK_INT(p->insns, 321);
	CHECK(strcmp(p->name, "simple_enqueue") == 0);
	CHECK_INT(p->runs, 21);
	CHECK_INT(p->ns, 2000);
	kernel_done(k);
}

TEST(a_lone_program)
{
	struct kernel k;

	kernel_make(&k, 2);
	add_programs(&k);
	set(&k, AT_IDR, MON_IDR_HEAD, DIRECT + AT_PROGRAM);
	set(&k, AT_IDR, MON_IDR_NEXT, 1);
	check_program(&k, 0);
}

TEST(a_program_below_two_nodes)
{
	struct kernel k;

	kernel_make(&k, 2);
	add_programs(&k);
	set(&k, AT_IDR, MON_IDR_HEAD, (DIRECT + AT_NODE) | 2);
	set(&k, AT_IDR, MON_IDR_NEXT, 140);
	put(&k, AT_NODE, 6, 1);
	put(&k, AT_NODE + 40 + 2 * 8, (DIRECT + AT_NODE + 0x400) | 2, 8);
	put(&k, AT_NODE + 0x400 + 40 + 5 * 8, DIRECT + AT_PROGRAM, 8);
	/* One that is no scheduler's. */
	put(&k, AT_NODE + 0x400 + 40 + 6 * 8, DIRECT + AT_PROGRAM + 0x800, 8);
	set(&k, AT_PROGRAM + 0x800, MON_PROG_AUX, DIRECT + AT_PROGRAM + 0x100);
	set(&k, AT_PROGRAM + 0x800, MON_PROG_TYPE, MON_STRUCT_OPS - 1);
	check_program(&k, 2 * 64 + 5);
}

/* A tree whose nodes lead to themselves. */
TEST(a_tree_that_is_none_has_an_end)
{
	struct kernel k;
	auto_str struct str out = { 0 };

	kernel_make(&k, 1);
	add_programs(&k);
	set(&k, AT_IDR, MON_IDR_HEAD, (DIRECT + AT_NODE) | 2);
	set(&k, AT_IDR, MON_IDR_NEXT, UINT32_MAX);
	put(&k, AT_NODE, 6, 1);
	for (unsigned int i = 0; i < 64; i++)
		put(&k, AT_NODE + 40 + i * 8, (DIRECT + AT_NODE) | 2, 8);
	reader_begin(&k, 1);
	CHECK_INT(mon_reader_programs(&k.reader, &out), 0);
	CHECK_INT(out.len, 0);
	kernel_done(&k);
}

/* One whose nodes all lead to one program: reading its counters for each number
 * took a machine of 512 CPUs 8 s. */
TEST(programs_without_number_have_an_end)
{
	struct kernel k;
	auto_str struct str out = { 0 };

	kernel_make(&k, 2);
	add_programs(&k);
	set(&k, AT_IDR, MON_IDR_HEAD, (DIRECT + AT_NODE) | 2);
	set(&k, AT_IDR, MON_IDR_NEXT, UINT32_MAX);
	put(&k, AT_NODE, 6, 1);
	for (unsigned int i = 0; i < 64; i++) {
		put(&k, AT_NODE + 40 + i * 8, (DIRECT + AT_NODE + 0x400) | 2,
		    8);
		put(&k, AT_NODE + 0x400 + 40 + i * 8, DIRECT + AT_PROGRAM, 8);
	}
	reader_begin(&k, 2);
	CHECK_INT(mon_reader_programs(&k.reader, &out), 0);
	CHECK_INT(out.len, 512 * sizeof(struct mon_program));
	kernel_done(&k);
}

TEST(a_layout_survives_the_way_as_text)
{
	struct kernel k;
	struct mon_layout again;
	auto_str struct str text = { 0 };
	struct why why = { .text = "" };

	kernel_make(&k, 1);
	mon_layout_write(&k.layout, &text);
	CHECK_INT(mon_layout_read(text.text, &again, &why), 0);
	CHECK(memcmp(&again, &k.layout, sizeof(again)) == 0);
	kernel_done(&k);
}

TEST(a_layout_that_is_wrong_is_refused)
{
	static const char *const texts[] = {
		"",
		"symbol runqueues",
		"symbol runqueues 1 2\n",
		"symbol strange 1\n",
		"field rq strange 1 1\n",
		"field rq cpu 1 17\n",
		"field rq cpu 1 0\n",
		"field rq cpu -1 4\n",
		"field rq cpu 4294967295 4\n",
	};
	struct mon_layout l;
	struct why why;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why.text[0] = '\0';
		CHECK_INT(mon_layout_read(texts[i], &l, &why), -EINVAL);
		CHECK(why.text[0]);
	}
}
