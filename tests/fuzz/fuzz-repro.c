/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a guest sends as records of auto-repro must be refused with one
 * sentence, or become a report of printable lines. Records that would be
 * refused are mended and told, too, so that all their other bytes are met.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/vm/repro-inside.h"
#include "tools/vm/repro-report.h"
#include "vmm/repro/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repro_plan plan;

static void must(bool is)
{
	if (!is)
		abort();
}

/* enqueue(struct task_struct *p, u64 enq_flags, u64 dsq_id, const char *text)
 */
static void add_function(struct btf *btf, int task, int wide, int text)
{
	int proto = btf__add_func_proto(btf, wide);

	must(btf__add_func_param(btf, "p", task) == 0);
	must(btf__add_func_param(btf, "enq_flags", wide) == 0);
	must(btf__add_func_param(btf, "dsq_id", wide) == 0);
	must(btf__add_func_param(btf, "text", text) == 0);
	must(btf__add_func(btf, "enqueue", BTF_FUNC_STATIC, proto) > 0);
}

static void make_plan(void)
{
	struct btf *btf = btf__new_empty();
	struct why why;
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int wide = btf__add_int(btf, "long long unsigned int", 8, 0);
	int letter = btf__add_int(btf, "char", 1, 0);
	int name = btf__add_array(btf, number, letter, 16);
	int task = btf__add_struct(btf, "task_struct", 64);

	must(btf__add_field(btf, "pid", number, 0, 0) == 0);
	must(btf__add_field(btf, "comm", name, 64, 0) == 0);
	must(btf__add_enum64(btf, "scx_enq_flags", 8, false) > 0);
	must(btf__add_enum64_value(btf, "SCX_ENQ_WAKEUP", 1) == 0);
	task = btf__add_ptr(btf, task);
	add_function(btf, task, wide, btf__add_ptr(btf, letter));
	must(repro_plan_begin_types(&plan, btf, 70, &why) == 0);
	must(repro_plan_add(&plan, "enqueue", 1) == 0);
	must(repro_plan_add_trigger(&plan, "scx_ops_exit_kind", 2) == 1);
}

static void mend(struct repro_record *r, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		r[i].function %= plan.count;
		r[i].kind %= REPRO_TRIGGER + 1;
		r[i].comm[sizeof(r[i].comm) - 1] = '\0';
		if (i > 0 && r[i].at_ns < r[i - 1].at_ns)
			r[i].at_ns = r[i - 1].at_ns;
	}
}

/* The kernel's log: that the scheduler is out, why, and a backtrace, with the
 * same bytes as words; JSON has no others than those of UTF-8. */
static void add_log(struct facts *f, const uint8_t *data, size_t size)
{
	static const char *const head[] = {
		"sched_ext: BPF scheduler \"x\" disabled (runtime error)",
		"sched_ext: x: ", "   "
	};

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
		struct str line = { 0 };

		str_add(&line, head[i]);
		for (size_t k = 0; i > 0 && k < size && k < 200; k++)
			str_addf(&line, "%c",
				 data[k] & 0x7f ? data[k] & 0x7f : '[');
		must(json_array_append_new(f->kmsg,
					   json_pack("{ss sI}", "text",
						     str_text(&line), "at_ns",
						     (json_int_t)i)) == 0);
		str_done(&line);
	}
}

static void tell(struct facts *f)
{
	struct repro_story s = { .plan = &plan };
	struct str text = { 0 };
	struct why why;

	must(repro_inside_take(f, &plan, &s, &why) == 0);
	repro_read_run(f, "scx-error", &s.first);
	repro_read_run(f, "scx-error", &s.second);
	repro_compare(&s, true);
	repro_find_task(&s);
	repro_report(&s, &text);
	for (const char *at = str_text(&text); *at; at++)
		must((*at >= ' ' && *at <= '~') || *at == '\n');
	str_done(&text);
	str_done(&s.way);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why = { .text = "" };
	uint64_t last_ns = 0;
	struct facts f;
	int r;

	if (!plan.btf)
		make_plan();
	r = repro_records_check(data, size, &last_ns, &why);
	must(r == 0 || (r == -EBADMSG && *why.text && strlen(why.text) < 200));
	size -= size % sizeof(struct repro_record);
	if (size == 0)
		return 0;
	must(facts_begin(&f) == 0);
	str_add_bytes(&f.repro, (const char *)data, size);
	mend((struct repro_record *)(void *)f.repro.text,
	     size / sizeof(struct repro_record));
	add_log(&f, data, size);
	last_ns = 0;
	must(repro_records_check(f.repro.text, size, &last_ns, &why) == 0);
	tell(&f);
	facts_done(&f);
	return 0;
}
