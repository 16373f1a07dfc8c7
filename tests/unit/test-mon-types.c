/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places of fields, from type information that we make: each form that kernels
 * have had. */
#include <bpf/btf.h>
#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/mon/resolve.h"

/* The types that are needed again and again. */
struct types {
	struct btf *btf;
	int u32, u64, pointer, triple, name;
};

static void begin(struct types *t)
{
	t->btf = btf__new_empty();
	CHECK(t->btf);
	t->u32 = btf__add_int(t->btf, "unsigned int", 4, 0);
	t->u64 = btf__add_int(t->btf, "long unsigned int", 8, 0);
	t->pointer = btf__add_ptr(t->btf, 0);
	t->triple = btf__add_array(t->btf, t->u32, t->u32, 3);
	t->name = btf__add_array(t->btf, t->u32, t->u32, 64);
}

static void member(struct types *t, const char *name, int type, __u32 at)
{
	CHECK_INT(btf__add_field(t->btf, name, type, at * 8, 0), 0);
}

static struct mon_layout resolve(struct types *t)
{
	struct mon_layout l = { 0 };

	mon_resolve_types(t->btf, &l);
	return l;
}

static void check_place(const struct mon_layout *l, enum mon_field f,
			unsigned int at, unsigned int len)
{
	CHECK_INT(l->field[f].at, at);
	CHECK_INT(l->field[f].len, len);
}

TEST(members_of_members)
{
	struct types t;
	struct mon_layout l;
	int dsq, scx, alias;

	begin(&t);
	dsq = btf__add_struct(t.btf, "scx_dispatch_q", 16);
	member(&t, "lock", t.u32, 0);
	member(&t, "nr", t.u32, 8);
	scx = btf__add_struct(t.btf, "scx_rq", 64);
	member(&t, "local_dsq", dsq, 16);
	member(&t, "nr_running", t.u32, 32);
	member(&t, "flags", t.u32, 36);
	alias = btf__add_const(t.btf, btf__add_typedef(t.btf, "alias", scx));
	btf__add_struct(t.btf, "rq", 256);
	member(&t, "nr_running", t.u32, 4);
	member(&t, "clock", t.u64, 24);
	member(&t, "scx", alias, 128);
	l = resolve(&t);
	check_place(&l, MON_RQ_NR_RUNNING, 4, 4);
	check_place(&l, MON_RQ_CLOCK, 24, 8);
	check_place(&l, MON_SCX_DSQ_NR, 128 + 16 + 8, 4);
	check_place(&l, MON_SCX_FLAGS, 128 + 36, 4);
	CHECK(!mon_has(&l, MON_RQ_ONLINE));
	btf__free(t.btf);
}

TEST(members_without_a_name_are_looked_into)
{
	struct types t;
	struct mon_layout l;
	int inner, outer;

	begin(&t);
	inner = btf__add_struct(t.btf, NULL, 16);
	member(&t, "online", t.u32, 4);
	outer = btf__add_union(t.btf, NULL, 16);
	member(&t, NULL, inner, 0);
	btf__add_struct(t.btf, "rq", 64);
	member(&t, "cpu", t.u32, 0);
	member(&t, NULL, outer, 32);
	l = resolve(&t);
	check_place(&l, MON_RQ_ONLINE, 36, 4);
	btf__free(t.btf);
}

TEST(a_field_of_bits_is_none_that_we_can_read)
{
	struct types t;
	struct mon_layout l;

	begin(&t);
	btf__add_struct(t.btf, "rq", 64);
	CHECK_INT(btf__add_field(t.btf, "online", t.u32, 32, 1), 0);
	l = resolve(&t);
	CHECK(!mon_has(&l, MON_RQ_ONLINE));
	btf__free(t.btf);
}

TEST(long_fields_are_there_with_their_begin)
{
	struct types t;
	struct mon_layout l;

	begin(&t);
	btf__add_struct(t.btf, "xa_node", 600);
	member(&t, "slots", t.name, 40);
	btf__add_struct(t.btf, "sched_domain", 100);
	member(&t, "lb_count", t.triple, 60);
	l = resolve(&t);
	check_place(&l, MON_NODE_SLOTS, 40, MON_FIELD_MAX);
	check_place(&l, MON_SD_LB_COUNT, 60, 12);
	btf__free(t.btf);
}

static void add_events(struct types *t, const char *refill)
{
	btf__add_struct(t->btf, "scx_event_stats", 64);
	member(t, "SCX_EV_SELECT_CPU_FALLBACK", t->u64, 0);
	member(t, "SCX_EV_DISPATCH_KEEP_LAST", t->u64, 8);
	member(t, refill, t->u64, 16);
}

/* Linux 6.14: a variable of each CPU, which is a symbol. */
TEST(events_of_the_first_form)
{
	struct types t;
	struct mon_layout l;

	begin(&t);
	add_events(&t, "SCX_EV_ENQ_SLICE_DFL");
	l = resolve(&t);
	CHECK(!mon_has_events(&l));
	l.has[MON_EVENT_STATS] = true;
	CHECK(mon_has_events(&l));
	check_place(&l, MON_DISPATCH_KEEP_LAST, 8, 8);
	check_place(&l, MON_ENQ_SLICE_DFL, 16, 8);
	CHECK(!mon_has(&l, MON_REFILL_SLICE_DFL));
	btf__free(t.btf);
}

/* 6.16: a pointer of the scheduler in charge. */
TEST(events_of_the_second_form)
{
	struct types t;
	struct mon_layout l;

	begin(&t);
	add_events(&t, "SCX_EV_REFILL_SLICE_DFL");
	btf__add_struct(t.btf, "scx_sched", 64);
	member(&t, "event_stats_cpu", t.pointer, 48);
	l = resolve(&t);
	CHECK(!mon_has_events(&l));
	l.has[MON_SCX_ROOT] = true;
	CHECK(mon_has_events(&l));
	check_place(&l, MON_SCHED_EVENTS_CPU, 48, 8);
	check_place(&l, MON_REFILL_SLICE_DFL, 16, 8);
	btf__free(t.btf);
}

/* 6.18: inside of what the scheduler has for each CPU. */
TEST(events_of_the_third_form)
{
	struct types t;
	struct mon_layout l;

	begin(&t);
	add_events(&t, "SCX_EV_REFILL_SLICE_DFL");
	int events = btf__find_by_name_kind(t.btf, "scx_event_stats",
					    BTF_KIND_STRUCT);
	btf__add_struct(t.btf, "scx_sched_pcpu", 128);
	member(&t, "event_stats", events, 64);
	btf__add_struct(t.btf, "scx_sched", 64);
	member(&t, "pcpu", t.pointer, 40);
	l = resolve(&t);
	l.has[MON_SCX_ROOT] = true;
	CHECK(mon_has_events(&l));
	check_place(&l, MON_SCHED_PCPU, 40, 8);
	check_place(&l, MON_PCPU_EVENTS, 64, MON_FIELD_MAX);
	btf__free(t.btf);
}

TEST(a_file_that_is_no_kernel_is_refused)
{
	struct mon_layout l;
	struct why why = { .text = "" };

	CHECK_INT(mon_resolve("/dev/null", &l, &why), -ENOTSUP);
	CHECK(strstr(why.text, "no kernel"));
	CHECK_INT(mon_resolve("/nowhere", &l, &why), -ENOENT);
	/* A program of this machine has no types of a kernel. */
	CHECK_INT(mon_resolve("/proc/self/exe", &l, &why), -ENOTSUP);
}

TEST(the_vmlinux_of_an_image)
{
	char *path;

	CHECK(!mon_find_vmlinux("/nowhere/bzImage"));
	path = mon_find_vmlinux("no-such-folder/arch/x86/boot/bzImage");
	CHECK(!path);
}
