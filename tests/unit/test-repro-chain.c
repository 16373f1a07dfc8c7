/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions of a backtrace are watched. */
#include "vmm/repro/chain.h"

#include <errno.h>

#include "tests/unit/t.h"

static const struct {
	const char *line, *name;
} lines[] = {
	{ "   do_enqueue_task+0x1bf/0x3f0", "do_enqueue_task" },
	{ "sched_ext_dump:   enqueue_task_scx+0x148/0x1e0",
	  "enqueue_task_scx" },
	{ " dispatch_enqueue.constprop.0+0x10/0x80",
	  "dispatch_enqueue.constprop.0" },
	{ "   bpf_prog_6f1c2a3b4d5e6f70_zoo_enqueue+0x44/0x90", "zoo_enqueue" },
	/* A pointer on the stack that nobody called from. */
	{ "   kthread_flush_work_fn+0x0/0x20", NULL },
	/* All backtraces have them, or the failure's own report. */
	{ "   __schedule+0x1ff/0x600", NULL },
	{ "   kthread+0xbb/0xe0", NULL },
	{ "   ret_from_fork_asm+0x11/0x20", NULL },
	{ "   _raw_spin_lock+0x11/0x20", NULL },
	{ "   asm_sysvec_apic_timer_interrupt+0x16/0x20", NULL },
	{ "   scx_ops_exit_kind+0x81/0xa0", NULL },
	{ "   scx_vexit+0x81/0xa0", NULL },
	{ "   bpf_trampoline_6442472158+0x5b/0xb1", NULL },
	/* No backtrace at all. */
	{ "", NULL },
	{ "sched_ext: BPF scheduler \"zoo\" disabled (runtime error)", NULL },
	{ "Backtrace:", NULL },
	{ "   +0x1/0x2", NULL },
	{ "   a_name_that_is_as_long_as_no_function_of_a_kernel_may_ever_be_xx"
	  "+0x1/0x2",
	  NULL },
};

TEST(what_a_line_of_a_backtrace_names)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char name[REPRO_NAME_MAX] = "";
		bool is = repro_chain_line(lines[i].line, name);

		if (is != (lines[i].name != NULL) ||
		    (is && strcmp(name, lines[i].name) != 0))
			printf("# '%s' has '%s'\n", lines[i].line, name);
		CHECK(is == (lines[i].name != NULL));
		CHECK(!is || strcmp(name, lines[i].name) == 0);
	}
}

static bool is_in_chain(const struct repro_plan *p, const char *name)
{
	int i = repro_plan_find(p, name);

	return i >= 0 && p->named[i].in_chain;
}

TEST(of_a_real_kernel)
{
	static const char names[][REPRO_NAME_MAX] = {
		"find_dsq_for_dispatch", "zoo_init_task",  "do_enqueue_task",
		"zoo_set_weight",	 "nowhere_at_all", "preenqueue",
		"zoo_cgroup_init",
	};
	static struct repro_plan p;
	struct why why;
	char path[4096];

	NEEDS_KERNEL();
	snprintf(path, sizeof(path), "%s/vmlinux",
		 getenv("KTSTR_TEST_KERNEL_ENTRY"));
	CHECK_INT(repro_plan_begin(&p, path, 4, &why), 0);
	CHECK(repro_plan_add_ops(&p, false) > 0);
	CHECK_INT(repro_chain_add(&p, path, names, 7, &why), 0);
	CHECK(is_in_chain(&p, "find_dsq_for_dispatch"));
	CHECK(is_in_chain(&p, "do_enqueue_task"));
	/* Programs by the end of their names, the longest that fits. */
	CHECK(is_in_chain(&p, "ops.init_task"));
	CHECK(is_in_chain(&p, "ops.set_weight"));
	CHECK(!is_in_chain(&p, "ops.cgroup_set_weight"));
	CHECK(is_in_chain(&p, "ops.cgroup_init"));
	CHECK(!is_in_chain(&p, "ops.init"));
	CHECK(!is_in_chain(&p, "ops.enqueue"));
	/* Who calls programs is watched, too, and has not failed. */
	CHECK(repro_plan_find(&p, "select_task_rq_scx") >= 0);
	CHECK(!is_in_chain(&p, "select_task_rq_scx"));
	CHECK(strcmp(p.named[p.trigger].name, "scx_ops_exit_kind") == 0 ||
	      strcmp(p.named[p.trigger].name, "scx_vexit") == 0);
	CHECK(p.function[p.trigger].at >> 31 == 0x1ffffffff);
	CHECK(strstr(str_text(&p.left_out),
		     "nowhere_at_all: no function of the kernel\n"));
	repro_plan_done(&p);
}
