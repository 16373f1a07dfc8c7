/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps of sched_ext as the tracepoint and as a scheduler's program print them.
 */
#include "tools/vm/dump-read.h"

#include <string.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"

#define T "sched_ext_dump: "

/* Recorded on Linux 6.12, but for the lines of a scheduler's own. */
static const char traced[] =
	"dump calm 6217404276\n" T "Debug dump triggered by SysRq-D\n" T "\n" T
	"queued 3\n" T "\n" T "CPU states\n" T "----------\n" T "\n" T
	"CPU 0   : nr_run=3 flags=0x1 cpu_rel=0 pnt_seq=12\n" T
	"          curr=a [b] c[48] class=ext_sched_class\n" T
	"  cpus_to_kick   : 2\n" T "\n" T "  my queue: empty\n" T "\n" T
	" *R a [b] c[48] -8ms\n" T
	"      scx_state/flags=3/0x5 dsq_flags=0x0 ops_state/qseq=0/7\n" T
	"      sticky/holding_cpu=-1/-1 dsq_id=(n/a) dsq_vtime=20284552\n" T
	"      cpus=10\n" T "\n" T "    vtime 12\n" T "\n" T
	"    switch_fpu_return+0x4b/0xb0\n" T
	"    asm_sysvec_apic_timer_interrupt+0x1a/0x20\n" T "\n" T
	"  R w[50] +0ms\n" T
	"      sticky/holding_cpu=-1/-1 dsq_id=0x8000000000000002\n" T
	"      dsq_vtime=1 slice=20 weight=100\n" T "      cpus=3 no_mig=0\n" T
	"\n" T "CPU 128: nr_run=0 flags=0x9 cpu_rel=0 pnt_seq=15\n" T
	"          curr=init[1] class=rt_sched_class\n" T
	"w[51] triggered exit kind 1024:\n" T
	"  runtime error (no DSQ 0x4d (a) for w[52])\n" T "\n" T
	"Backtrace:\n" T "  find_user_dsq+0x2c/0xf0\n" T
	"  try_to_wake_up+0x217/0x530\n" T "\n" T "CPU states\n" T
	"----------\n"
	"dropped 12\n";

static json_t *read_both(const char *dump, const char *log)
{
	struct facts f = { 0 };
	json_t *all;

	str_add(&f.dump, dump);
	str_add(&f.log, log);
	all = dumps_read(&f);
	str_done(&f.dump);
	str_done(&f.log);
	return all;
}

/* The JSON of what is at a path such as "0.cpus.1.cpu". */
static bool has(const json_t *all, const char *path, const char *want)
{
	const json_t *at = all;
	char key[64];
	char *text;
	bool same;

	while (*path) {
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		at = json_is_array(at)
			     ? json_array_get(at, strtoul(key, NULL, 10))
			     : json_object_get(at, key);
		path += len + (path[len] == '.');
	}
	text = json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	same = text && strcmp(text, want) == 0;
	if (!same)
		printf("# %s, not %s\n", text ? text : "nothing", want);
	free(text);
	return same;
}

TEST(a_dump_that_was_asked_for)
{
	json_t *all = read_both(traced, "");

	CHECK_INT(json_array_size(all), 2);
	CHECK(has(all, "0.source", "\"trace\""));
	CHECK(has(all, "0.name", "\"calm\""));
	CHECK(has(all, "0.at_ns", "6217404276"));
	CHECK(has(all, "0.kind", "0"));
	CHECK(has(all, "0.reason", "\"SysRq-D\""));
	CHECK(has(all, "0.scheduler", "[\"queued 3\"]"));
	CHECK(has(all, "0.backtrace", "[]"));
	CHECK(has(all, "0.cpus.0.cpu", "0"));
	CHECK(has(all, "0.cpus.0.curr",
		  "{\"class\":\"ext_sched_class\",\"comm\":\"a [b] c\","
		  "\"pid\":48}"));
	CHECK(has(all, "0.cpus.0.values",
		  "{\"cpu_rel\":0,\"cpus_to_kick\":\"2\",\"flags\":1,\"nr_run\""
		  ":3,\"pnt_seq\":12}"));
	CHECK(has(all, "0.cpus.0.scheduler", "[\"my queue: empty\"]"));
	CHECK(has(all, "0.cpus.1.cpu", "128"));
	CHECK(has(all, "0.cpus.1.tasks", "[]"));
	CHECK(has(all, "0.truncated", "false"));
	json_decref(all);
}

TEST(tasks_of_a_dump)
{
	json_t *all = read_both(traced, "");

	CHECK(has(
		all, "0.cpus.0.tasks.0",
		"{\"backtrace\":[\"switch_fpu_return+0x4b/0xb0\","
		"\"asm_sysvec_apic_timer_interrupt+0x1a/0x20\"],\"comm\":"
		"\"a [b] c\",\"current\":true,\"pid\":48,\"runnable_ms\":-8,"
		"\"scheduler\":[\"vtime 12\"],\"state\":\"R\",\"values\":{"
		"\"cpus\":\"10\",\"dsq_flags\":0,\"dsq_id\":\"(n/a)\","
		"\"dsq_vtime\":20284552,\"flags\":5,\"holding_cpu\":-1,"
		"\"ops_state\":0,\"qseq\":7,\"scx_state\":3,\"sticky\":-1}}"));
	CHECK(has(all, "0.cpus.0.tasks.1.values",
		  "{\"cpus\":\"3\",\"dsq_id\":\"0x8000000000000002\","
		  "\"dsq_vtime\":1,\"holding_cpu\":-1,\"no_mig\":0,\"slice\":"
		  "20,\"sticky\":-1,\"weight\":100}"));
	CHECK(has(all, "0.cpus.0.tasks.1.current", "false"));
	CHECK_INT(facts_int(dumps_task(all, "w[50]"), "pid"), 50);
	CHECK(!dumps_task(all, "w[5]"));
	json_decref(all);
}

TEST(an_exit_dump)
{
	json_t *all = read_both(traced, "");

	CHECK(has(all, "1.by", "\"w[51]\""));
	CHECK(has(all, "1.kind", "1024"));
	CHECK(has(all, "1.reason", "\"runtime error\""));
	CHECK(has(all, "1.message", "\"no DSQ 0x4d (a) for w[52]\""));
	CHECK(has(all, "1.name", "null"));
	CHECK(has(all, "1.backtrace",
		  "[\"find_user_dsq+0x2c/0xf0\",\"try_to_wake_up+0x217/"
		  "0x530\"]"));
	CHECK(has(all, "1.cpus", "[]"));
	CHECK(has(all, "1.truncated", "true"));
	json_decref(all);
}

TEST(what_the_program_printed_counts_where_the_kernel_was_not_heard)
{
	static const char log[] =
		"hello\nDEBUG DUMP\n=====\n\nx[1] triggered exit kind 1026:\n"
		"  stall (y[2] failed to run)\n\nBacktrace:\n  f+0x1/0x2\n\n"
		"CPU states\n----------\n\nCPU 3   : nr_run=1 flags=0x0\n"
		"          curr=y[2] class=ext_sched_class\n\n"
		" *R y[2] -7ms\n\n~~~~ TRUNCATED ~~~~\n=====\n\nEXIT: x\n"
		"CPU 4   : nr_run=1\n";
	json_t *all = read_both("", log);

	CHECK_INT(json_array_size(all), 1);
	CHECK(has(all, "0.source", "\"log\""));
	CHECK(has(all, "0.truncated", "true"));
	CHECK(has(all, "0.cpus.0.cpu", "3"));
	CHECK_INT(json_array_size(
			  json_object_get(json_array_get(all, 0), "cpus")),
		  1);
	json_decref(all);
	all = read_both(traced, log);
	CHECK_INT(json_array_size(all), 2);
	json_decref(all);
}

TEST(lines_lose_the_events_name)
{
	struct facts f = { 0 };
	auto_str struct str out = { 0 };

	str_add(&f.dump, "dump a 1\n" T "x\n" T "\n" T "y");
	dumps_text(&f, &out);
	CHECK(strcmp(str_text(&out), "dump a 1\nx\n\ny\n") == 0);
	str_done(&f.dump);
}

TEST(nonsense_is_no_dump)
{
	static const char *const odd[] = {
		"CPU 1   : nr_run=1\n",
		T "CPU 1   : nr_run=1\n" T "\n" T "  R a[1] +0ms\n",
		T "x triggered exit kind\n",
		"dump\ndump x\ndropped x\ndropped 1\n",
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *all = read_both(odd[i], odd[i]);

		CHECK_INT(json_array_size(all), 0);
		json_decref(all);
	}
}
