/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of records as people read them, from types that we make. */
#include "vmm/repro/decode.h"

#include <bpf/btf.h>

#include "tests/unit/t.h"

static struct repro_plan p;
static int u32, s32, u64, yes, kind, to_task;

static void enumeration(const char *name, bool wide, const char *const *names,
			const uint64_t *values)
{
	if (wide)
		CHECK(btf__add_enum64(p.btf, name, 8, false) > 0);
	else
		CHECK(btf__add_enum(p.btf, name, 4) > 0);
	for (unsigned int i = 0; names[i]; i++)
		CHECK_INT(
			wide ? btf__add_enum64_value(p.btf, names[i], values[i])
			     : btf__add_enum_value(p.btf, names[i],
						   (long long)values[i]),
			0);
}

static void begin(void)
{
	int task, chars;
	struct why why;
	struct btf *btf = btf__new_empty();

	u32 = btf__add_int(btf, "unsigned int", 4, 0);
	s32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	u64 = btf__add_int(btf, "long long unsigned int", 8, 0);
	yes = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	chars = btf__add_array(btf, u32, btf__add_int(btf, "char", 1, 0), 16);
	task = btf__add_struct(btf, "task_struct", 64);
	CHECK_INT(btf__add_field(btf, "pid", s32, 0, 0), 0);
	CHECK_INT(btf__add_field(btf, "comm", chars, 64, 0), 0);
	CHECK_INT(btf__add_field(btf, "cpu", s32, 32 * 8, 0), 0);
	to_task = btf__add_ptr(btf, task);
	CHECK_INT(repro_plan_begin_types(&p, btf, 70, &why), 0);
	kind = (int)btf__type_cnt(btf);
	enumeration("scx_exit_kind", false,
		    (const char *[]){ "SCX_EXIT_ERROR", "SCX_EXIT_ERROR_STALL",
				      NULL },
		    (uint64_t[]){ 1024, 1026 });
	enumeration(
		"scx_enq_flags", true,
		(const char *[]){ "SCX_ENQ_WAKEUP", "SCX_ENQ_HEAD",
				  "SCX_ENQ_LAST", "__SCX_ENQ_MASK", NULL },
		(uint64_t[]){ 1, 16, UINT64_C(1) << 41, UINT64_C(0xff) << 56 });
	enumeration("scx_ent_flags", false,
		    (const char *[]){ "SCX_TASK_QUEUED", "SCX_TASK_STATE_BITS",
				      "SCX_TASK_STATE_MASK", NULL },
		    (uint64_t[]){ 1, 2, 768 });
	enumeration(
		"scx_task_state", false,
		(const char *[]){ "SCX_TASK_NONE", "SCX_TASK_ENABLED", NULL },
		(uint64_t[]){ 0, 3 });
	enumeration("scx_dsq_id_flags", true,
		    (const char *[]){ "SCX_DSQ_FLAG_BUILTIN", "SCX_DSQ_INVALID",
				      "SCX_DSQ_GLOBAL", "SCX_DSQ_LOCAL", NULL },
		    (uint64_t[]){ UINT64_C(1) << 63, UINT64_C(1) << 63,
				  (UINT64_C(1) << 63) + 1,
				  (UINT64_C(1) << 63) + 2 });
}

static void is(enum repro_form form, int type, uint64_t value, size_t size,
	       const char *want)
{
	struct repro_value v = { .form = form, .type = (uint32_t)type };
	struct str out = { 0 };

	repro_decode(&p, &v, &value, size, &out);
	if (strcmp(str_text(&out), want) != 0)
		printf("# '%s', not '%s'\n", str_text(&out), want);
	CHECK(strcmp(str_text(&out), want) == 0);
	str_done(&out);
}

TEST(types_say_how_wide_a_number_is)
{
	begin();
	is(FORM_TYPE, s32, 0xffffffff, 8, "-1");
	is(FORM_TYPE, s32, 0xdead000000000007, 8, "7");
	is(FORM_TYPE, u32, 0xdeadffffffff, 8, "4294967295");
	is(FORM_TYPE, u64, UINT64_MAX, 8, "18446744073709551615");
	is(FORM_TYPE, yes, 0xff00, 8, "false");
	is(FORM_TYPE, yes, 1, 1, "true");
	is(FORM_TYPE, kind, 1026, 8, "SCX_EXIT_ERROR_STALL");
	is(FORM_TYPE, kind, 7, 8, "0x7");
	is(FORM_TYPE, to_task, 0xffff888000000000, 8, "0xffff888000000000");
	is(FORM_TYPE, 0, 12, 8, "0xc");
}

TEST(flags_queues_and_cpus_have_names)
{
	begin();
	is(FORM_ENQ_FLAGS, u64, 0, 8, "0");
	is(FORM_ENQ_FLAGS, u64, (UINT64_C(1) << 41) + 1 + 8, 8,
	   "SCX_ENQ_WAKEUP|SCX_ENQ_LAST|0x8");
	is(FORM_WAKE_FLAGS, u64, 8, 8, "0x8"); /* no such enumeration */
	is(FORM_TASK_FLAGS, u32, 0x301, 4, "SCX_TASK_QUEUED|SCX_TASK_ENABLED");
	is(FORM_TASK_FLAGS, u32, 2, 4, "0x2|SCX_TASK_NONE");
	is(FORM_TASK_FLAGS, u32, 0, 4, "SCX_TASK_NONE");
	is(FORM_DSQ, u64, 0, 8, "0");
	is(FORM_DSQ, u64, 0x4d, 8, "0x4d");
	is(FORM_DSQ, u64, (UINT64_C(1) << 63) + 2, 8, "SCX_DSQ_LOCAL");
	is(FORM_DSQ, u64, UINT64_C(1) << 63, 8, "SCX_DSQ_INVALID");
	is(FORM_DSQ, u64, (UINT64_C(3) << 62) + 5, 8, "SCX_DSQ_LOCAL_ON|5");
	is(FORM_DSQ, u64, (UINT64_C(1) << 63) + 9, 8, "0x8000000000000009");
	is(FORM_CPUMASK, 0, 0x8f, 8, "0-3,7");
	is(FORM_CPUMASK, 0, 0, 8, "none");
	is(FORM_CPUMASK, 0, UINT64_C(1) << 63, 8, "63");
	p.cpus = 4; /* bits behind are no CPUs */
	is(FORM_CPUMASK, 0, 0xff, 8, "0-3");
}

/* A function of a task and flags. */
static int function(void)
{
	int proto = btf__add_func_proto(p.btf, s32);

	CHECK_INT(btf__add_func_param(p.btf, "p", to_task), 0);
	CHECK_INT(btf__add_func_param(p.btf, "enq_flags", u64), 0);
	CHECK(btf__add_func(p.btf, "f", BTF_FUNC_STATIC, proto) > 0);
	return repro_plan_add(&p, "f", 1);
}

TEST(a_call_has_its_task_by_name)
{
	struct repro_record r = { .arg = { 0xffff888000000000, 17 },
				  .valid = 3 };
	struct str out = { 0 };
	int32_t pid = 71;

	begin();
	CHECK_INT(function(), 0);
	CHECK_INT(p.function[0].piece_count, 2);
	memcpy(r.data, &pid, sizeof(pid));
	memcpy(r.data + 4, "bu\x01sy", 6);
	repro_decode_call(&p, &r, &out);
	CHECK(strcmp(str_text(&out),
		     "f(p=bu?sy[71], enq_flags=SCX_ENQ_WAKEUP|SCX_ENQ_HEAD)") ==
	      0);
	CHECK(repro_has_task(&p, &r, 71) && !repro_has_task(&p, &r, 72));
	/* What could not be read is not made up. */
	r.valid = 2;
	CHECK(!repro_has_task(&p, &r, 71));
	r.kind = REPRO_RETURN;
	r.result = 0xffffffffffffffea;
	out.len = 0;
	repro_decode_call(&p, &r, &out);
	CHECK(strcmp(str_text(&out),
		     "f(p=(task_struct), enq_flags=SCX_ENQ_WAKEUP|SCX_ENQ_HEAD"
		     ") returned -22") == 0);
	str_done(&out);
}

TEST(behind_a_call_what_it_has_changed)
{
	struct repro_record before = { .valid = 3 }, after = { .valid = 3 };
	struct str out = { 0 };

	begin();
	CHECK_INT(function(), 0);
	p.function[0].piece[1].size = 8;
	p.named[0].piece[1] = (struct repro_value){ .name = "p->scx.slice",
						    .type = (uint32_t)u64 };
	before.data[4] = 5;
	after.data[4] = 7;
	repro_decode_pieces(&p, &after, NULL, &out);
	CHECK(strcmp(str_text(&out), "p->scx.slice 7") == 0);
	out.len = 0;
	repro_decode_pieces(&p, &after, &before, &out);
	CHECK(strcmp(str_text(&out), "p->scx.slice 5 -> 7") == 0);
	out.len = 0;
	str_add(&out, "");
	repro_decode_pieces(&p, &after, &after, &out);
	CHECK_INT(out.len, 0);
	str_done(&out);
}
