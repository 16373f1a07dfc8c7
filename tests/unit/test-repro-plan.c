/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan, from types that we make, and from a kernel's. */
#include "vmm/repro/plan.h"

#include <bpf/btf.h>
#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/str.h"

static struct repro_plan p;
static struct why why;

/* Types as kernels have them, as far as these tests need them. */
struct types {
	struct btf *btf;
	int u32, s32, u64, text, task, to_task, other;
};

static int pointer_to(struct types *t, int type)
{
	return btf__add_ptr(t->btf, type);
}

static void member(struct types *t, const char *name, int type, __u32 at)
{
	CHECK_INT(btf__add_field(t->btf, name, type, at * 8, 0), 0);
}

static void begin(struct types *t, unsigned int cpus)
{
	int dsq, scx, chars, bits, mask;

	t->btf = btf__new_empty();
	t->u32 = btf__add_int(t->btf, "unsigned int", 4, 0);
	t->s32 = btf__add_int(t->btf, "int", 4, BTF_INT_SIGNED);
	t->u64 = btf__add_int(t->btf, "long long unsigned int", 8, 0);
	t->text = btf__add_int(t->btf, "char", 1, BTF_INT_SIGNED);
	chars = btf__add_array(t->btf, t->u32, t->text, 16);
	bits = btf__add_array(t->btf, t->u32, t->u64, 128);
	mask = btf__add_struct(t->btf, "cpumask", 1024);
	member(t, "bits", bits, 0);
	mask = btf__add_typedef(t->btf, "cpumask_t", mask);
	mask = pointer_to(t, btf__add_const(t->btf, mask));
	dsq = btf__add_struct(t->btf, "scx_dispatch_q", 64);
	member(t, "nr", t->u32, 8);
	member(t, "id", t->u64, 48);
	dsq = pointer_to(t, dsq);
	scx = btf__add_struct(t->btf, "sched_ext_entity", 64);
	member(t, "dsq", dsq, 0);
	member(t, "slice", t->u64, 16);
	t->task = btf__add_struct(t->btf, "task_struct", 2048);
	member(t, "scx", scx, 512);
	member(t, "pid", t->s32, 1000);
	member(t, "comm", chars, 1200);
	member(t, "cpus_ptr", mask, 1240);
	t->to_task = pointer_to(t, t->task);
	t->other = btf__add_struct(t->btf, "scx_something", 64);
	member(t, "first", t->u32, 4);
	member(t, "way", t->to_task, 8);
	member(t, "enq_flags", t->u64, 16);
	CHECK_INT(repro_plan_begin_types(&p, t->btf, cpus, &why), 0);
}

/* A function of these arguments; 0 ends them. */
static void function(struct types *t, const char *name, const char *const *arg,
		     const int *type)
{
	int proto = btf__add_func_proto(t->btf, t->s32);

	for (unsigned int i = 0; arg[i]; i++)
		CHECK_INT(btf__add_func_param(t->btf, arg[i], type[i]), 0);
	if (name)
		CHECK(btf__add_func(t->btf, name, BTF_FUNC_STATIC, proto) > 0);
}

static void is_piece(unsigned int i, unsigned int k, const char *name,
		     unsigned int at, unsigned int size, uint32_t hop)
{
	const struct repro_piece *piece = &p.function[i].piece[k];

	if (strcmp(p.named[i].piece[k].name, name) != 0)
		printf("# piece %u is %s\n", k, p.named[i].piece[k].name);
	CHECK(strcmp(p.named[i].piece[k].name, name) == 0);
	CHECK_INT(piece->at, at);
	CHECK_INT(piece->size, size);
	CHECK_INT(piece->hop, hop);
}

TEST(of_a_task_chosen_members_are_kept)
{
	struct types t;
	int i;

	begin(&t, 70);
	function(&t, "do_enqueue_task", (const char *[]){ "flags", "p", NULL },
		 (int[]){ t.u64, t.to_task });
	i = repro_plan_add(&p, "do_enqueue_task", 0x1000);
	CHECK_INT(i, 0);
	CHECK_INT(p.pid_at, 1000);
	CHECK_INT(p.named[0].task, 1);
	CHECK_INT(p.function[0].args, 2);
	CHECK_INT(p.function[0].piece_count, 5);
	is_piece(0, 0, "p->pid", 1000, 4, REPRO_NO_HOP);
	is_piece(0, 1, "p->comm", 1200, 16, REPRO_NO_HOP);
	/* As much of it as 70 CPUs need. */
	is_piece(0, 2, "p->cpus_ptr", 1240, 16, 0);
	is_piece(0, 3, "p->scx.dsq->id", 512, 8, 48);
	is_piece(0, 4, "p->scx.slice", 528, 8, REPRO_NO_HOP);
	CHECK_INT(p.named[0].piece[2].form, FORM_CPUMASK);
	CHECK_INT(p.named[0].piece[3].form, FORM_DSQ);
	/* The same again is the same. */
	CHECK_INT(repro_plan_add(&p, "do_enqueue_task", 0x1000), 0);
	CHECK_INT(p.count, 1);
	repro_plan_done(&p);
}

TEST(of_another_structure_its_numbers_and_of_characters_their_text)
{
	struct types t;
	int text;

	begin(&t, 4);
	text = btf__add_const(t.btf, t.text);
	function(&t, "other",
		 (const char *[]){ "it", "fmt", "kind", "nothing", NULL },
		 (int[]){ pointer_to(&t, btf__add_const(t.btf, t.other)),
			  pointer_to(&t, text), t.u32, pointer_to(&t, 0) });
	CHECK_INT(repro_plan_add_trigger(&p, "other", 1), 0);
	CHECK_INT(p.function[0].piece_count, 3);
	is_piece(0, 0, "it->first", 4, 4, REPRO_NO_HOP);
	is_piece(0, 1, "it->enq_flags", 16, 8, REPRO_NO_HOP);
	CHECK_INT(p.named[0].piece[1].form, FORM_ENQ_FLAGS);
	is_piece(0, 2, "*fmt", 0, 64, REPRO_NO_HOP);
	CHECK_INT(p.named[0].piece[2].form, FORM_TEXT);
	CHECK_INT(p.trigger_kind, 2);
	CHECK_INT(p.named[0].task, REPRO_NONE);
	repro_plan_done(&p);
}

TEST(registers_are_left_out)
{
	struct types t;
	int regs;

	begin(&t, 4);
	regs = btf__add_struct(t.btf, "pt_regs", 16);
	member(&t, "r15", t.u64, 0);
	function(&t, "other", (const char *[]){ "regs", NULL },
		 (int[]){ pointer_to(&t, regs) });
	CHECK_INT(repro_plan_add(&p, "other", 1), 0);
	CHECK_INT(p.function[0].args, 1);
	CHECK_INT(p.function[0].piece_count, 0);
	repro_plan_done(&p);
}

TEST(what_btf_does_not_have_is_watched_without_arguments)
{
	struct types t;

	begin(&t, 4);
	CHECK_INT(repro_plan_add(&p, "changed.isra.0", 7), 0);
	CHECK_INT(p.function[0].args, 0);
	CHECK_INT(p.function[0].at, 7);
	/* What more there is than fits is told. */
	for (int i = 1; i < REPRO_FUNCTIONS_MAX; i++) {
		char name[20];

		snprintf(name, sizeof(name), "f%d", i);
		CHECK_INT(repro_plan_add(&p, name, 1), i);
	}
	CHECK_INT(repro_plan_add(&p, "one_more", 1), -ENOSPC);
	CHECK(strcmp(str_text(&p.left_out),
		     "one_more: there are 64 functions already\n") == 0);
	repro_plan_done(&p);
}

TEST(of_the_schedulers_programs_all_but_those_that_print)
{
	struct types t;
	int proto;

	begin(&t, 4);
	proto = btf__add_func_proto(t.btf, 0);
	CHECK_INT(btf__add_func_param(t.btf, NULL, t.to_task), 0);
	CHECK_INT(btf__add_func_param(t.btf, NULL, t.u64), 0);
	proto = pointer_to(&t, proto);
	btf__add_struct(t.btf, "sched_ext_ops", 64);
	member(&t, "select_cpu", proto, 0);
	member(&t, "enqueue", proto, 8);
	member(&t, "dump", proto, 16);
	member(&t, "timeout_ms", t.u32, 24);
	member(&t, "exit", proto, 32);
	CHECK_INT(repro_plan_add_ops(&p, true), 2);
	CHECK(strcmp(p.named[1].name, "ops.enqueue") == 0);
	CHECK_INT(p.named[1].member, 8);
	CHECK_INT(p.function[1].context, 1);
	CHECK(strcmp(p.named[1].arg[1].name, "enq_flags") == 0);
	CHECK_INT(p.named[1].arg[1].form, FORM_ENQ_FLAGS);
	is_piece(1, 0, "p->pid", 1000, 4, REPRO_NO_HOP);
	repro_plan_done(&p);
}

TEST(text_that_is_written_is_read)
{
	struct repro_watch w;
	struct str text = { 0 };
	struct types t;

	begin(&t, 4);
	function(&t, "f", (const char *[]){ "p", NULL }, (int[]){ t.to_task });
	CHECK_INT(repro_plan_add(&p, "f", UINT64_MAX), 0);
	CHECK_INT(repro_plan_add_trigger(&p, "scx_vexit", 3), 1);
	repro_plan_write(&p, &text);
	CHECK_INT(repro_plan_read(str_text(&text), &w, &why), 0);
	CHECK_INT(w.count, 2);
	CHECK_INT(w.trigger, 1);
	CHECK_INT(w.pid_at, 1000);
	CHECK_INT(w.task[0], 0);
	CHECK(memcmp(w.function, p.function, 2 * sizeof(p.function[0])) == 0);
	str_done(&text);
	repro_plan_done(&p);
}

/* A kernel that was built has all that reports of 6.12 are made of. */
TEST(of_a_real_kernel)
{
	const char *entry = getenv("KTSTR_TEST_KERNEL_ENTRY");
	static const char *const pieces[] = {
		"p->pid",
		"p->comm",
		"p->cpus_ptr",
		"p->scx.dsq->id",
		"p->scx.ddsp_dsq_id",
		"p->scx.ddsp_enq_flags",
		"p->scx.slice",
		"p->scx.dsq_vtime",
		"p->scx.weight",
		"p->scx.sticky_cpu",
		"p->scx.flags",
	};
	char path[4096];
	int i;

	NEEDS_KERNEL();
	snprintf(path, sizeof(path), "%s/vmlinux", entry);
	CHECK_INT(repro_plan_begin(&p, path, 2, &why), 0);
	CHECK(repro_plan_add_ops(&p, false) >= 25);
	i = repro_plan_find(&p, "ops.enqueue");
	CHECK(i >= 0);
	CHECK_INT(p.function[i].piece_count, sizeof(pieces) / sizeof(*pieces));
	for (unsigned int k = 0; k < p.function[i].piece_count; k++)
		CHECK(strcmp(p.named[i].piece[k].name, pieces[k]) == 0);
	i = repro_plan_add(&p, "do_enqueue_task", 1);
	CHECK(i >= 0);
	CHECK_INT(p.function[i].args, 4);
	CHECK_INT(p.named[i].task, 1);
	CHECK(strcmp(p.named[i].piece[0].name, "rq->cpu") == 0);
	CHECK_INT(p.named[i].arg[2].form, FORM_ENQ_FLAGS);
	i = repro_plan_add_trigger(&p, "scx_ops_exit_kind", 1);
	CHECK(i >= 0);
	CHECK_INT(p.function[i].args, 3); /* and "..." */
	CHECK_INT(p.trigger_kind, 0);
	repro_plan_done(&p);
}
