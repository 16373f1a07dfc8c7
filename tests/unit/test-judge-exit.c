/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a scheduler was taken out: by the kernel's log and its exit dump. */
#include "tests/unit/judge.h"

#define KMSG(text)                                                             \
	"{\"t\":\"kmsg\",\"level\":3,\"at_ns\":5,\"text\":\"" text "\"}"
#define DISABLED(reason)                                                       \
	KMSG("sched_ext: BPF scheduler \\\"x\\\" disabled (" reason ")")
#define LOG(text) "{\"t\":\"log\",\"name\":\"scheduler\",\"text\":\"" text "\"}"
#define EVENT(event, more)                                                     \
	"{\"t\":\"scheduler\",\"event\":\"" event "\",\"at_ns\":9" more "}"
#define DETACHED       EVENT("detached", ",\"why\":\"the kernel took it out\"")
#define EXITED(status) EVENT("exited", ",\"status\":\"" status "\"")

static bool has_reason(const struct run *r, const char *want)
{
	for (size_t i = 0; i < json_array_size(r->j.reasons); i++) {
		const json_t *text = json_array_get(r->j.reasons, i);

		if (strcmp(json_string_value(text), want) == 0)
			return true;
	}
	json_dumpf(r->j.reasons, stdout, 0);
	puts("");
	return false;
}

#define FAILS(r, class, ...)                                                   \
	do {                                                                   \
		(r)->e.has_sched = true;                                       \
		JUDGE(r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, __VA_ARGS__);    \
		check_verdict(r, VERDICT_FAIL, class);                         \
	} while (0)

/* What UEI_REPORT() prints around it. */
#define DUMP(tasks)                                                            \
	LOG("\\nDEBUG DUMP\\n=====\\n\\nkworker/u8:1[20] triggered exit kind " \
	    "1026:\\n  runnable task stall (spin[48] failed to run for "       \
	    "7.176s)\\n\\nBacktrace:\\n  scx_watchdog_workfn+0x1/0x2\\n\\n"    \
	    "CPU states\\n----------\\n\\nCPU 0   : nr_run=3 flags=0x1\\n"     \
	    "          curr=swapper/0[0] class=idle_sched_class\\n\\n" tasks   \
	    "\\n=====\\n\\nEXIT: runnable task stall\\n")

TEST(a_stall_tells_who_how_long_and_where)
{
	auto_run struct run r = { 0 }, s = { 0 };

	FAILS(&r, "stalled", ATTACHED, DISABLED("runnable task stall"),
	      KMSG("sched_ext: x: spin[48] failed to run for 7.176s"),
	      DUMP("  R other[4] -3ms\\n      cpus=1\\n\\n"
		   "  R spin[48] -7176ms\\n      scx_state/flags=3/0x9\\n"
		   "      cpus=00000000,0000000c\\n\\n  R last[5] +0ms\\n"),
	      DETACHED, STOPPED);
	CHECK(has_reason(&r, "the kernel: spin[48] failed to run for 7.176s"));
	CHECK(has_reason(&r, "the task that waited: spin[48] -7176ms; mask of "
			     "the CPUs it may use: 00000000,0000000c"));
	/* The mask of another task is not taken for that one's. */
	FAILS(&s, "stalled", ATTACHED, DISABLED("runnable task stall"),
	      KMSG("sched_ext: x: spin[48] failed to run for 7.176s"),
	      DUMP("  R spin[48] -7176ms\\n\\n  R b[4] -3ms\\n"
		   "      cpus=1\\n\\n"),
	      DETACHED, STOPPED);
	CHECK(has_reason(&s, "the scheduler printed no exit dump that has the "
			     "task that waited; 'exit-dump = yes' keeps one "
			     "whatever it prints"));
}

TEST(a_thread_of_one_cpu_tells_which)
{
	auto_run struct run r = { 0 }, s = { 0 };

	FAILS(&r, "stalled", ATTACHED, DISABLED("runnable task stall"),
	      KMSG("sched_ext: x: kworker/1:2[48] failed to run for 5.1s"),
	      DETACHED, STOPPED);
	CHECK(has_reason(&r, "kworker/1:2 serves CPU 1 alone, and may run "
			     "nowhere else"));
	FAILS(&s, "stalled", ATTACHED, DISABLED("runnable task stall"),
	      KMSG("sched_ext: x: kworker/u8:0[48] failed to run for 5.1s"),
	      DETACHED, STOPPED);
	CHECK_INT(json_array_size(s.j.reasons) + 1,
		  json_array_size(r.j.reasons));
}

TEST(an_error_tells_the_functions)
{
	auto_run struct run r = { 0 };

	FAILS(&r, "scx-error", ATTACHED, DISABLED("runtime error"),
	      KMSG("sched_ext: x: invalid CPU 99"),
	      KMSG("   ops_cpu_valid+0x40/0x50"),
	      KMSG("   scx_bpf_kick+0x1/0x2"), KMSG("other: text+0x1/0x2"),
	      DETACHED, STOPPED);
	CHECK(has_reason(&r, "the kernel: invalid CPU 99"));
	CHECK(has_reason(&r, "it was in ops_cpu_valid < scx_bpf_kick"));
}

TEST(an_error_without_a_message_has_functions_too)
{
	auto_run struct run r = { 0 };

	FAILS(&r, "scx-error", ATTACHED, DISABLED("scx_bpf_error"),
	      KMSG("   one+0x40/0x50"), DETACHED, STOPPED);
	CHECK(has_reason(&r, "it was in one"));
}

TEST(failures_of_init_are_told_apart)
{
	auto_run struct run r = { 0 }, s = { 0 };

	FAILS(&r, "init-failed", DISABLED("runtime error"),
	      KMSG("sched_ext: x: ops.init() failed (-12)"), EXITED("exit 1"));
	CHECK(has_reason(&r, "the kernel: ops.init() failed (-12)"));
	/* Its program does not look at that, and stays. */
	FAILS(&s, "init-failed", DISABLED("runtime error"),
	      KMSG("sched_ext: x: ops.init() failed (-12)"),
	      EVENT("not-attached", ",\"why\":\"late\""));
}

TEST(a_scheduler_may_let_go_by_itself)
{
	static const char *const bad[][3] = {
		{ DISABLED("unregistered from BPF"), DETACHED, "user-exit" },
		{ DISABLED("unregistered from user space"), DETACHED,
		  "user-exit" },
		{ "{\"t\":\"event\"}", EXITED("exit 0"), "user-exit" },
		{ "{\"t\":\"event\"}", EXITED("exit 1"), "died" },
		{ DISABLED("unregistered from the main kernel"), DETACHED,
		  "fell-back" },
		{ DISABLED("disabled by sysrq-S"), DETACHED, "fell-back" },
		{ "{\"t\":\"event\"}", DETACHED, "fell-back" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_run struct run r = { 0 };

		FAILS(&r, bad[i][2], ATTACHED, bad[i][0], bad[i][1], STOPPED);
	}
}

TEST(the_programs_log_tells_what_the_kernel_does_not)
{
	auto_run struct run r = { 0 }, s = { 0 };

	/* Printed in the middle of a line, and the program goes on after it. */
	FAILS(&r, "fell-back", ATTACHED,
	      DISABLED("unregistered from the main kernel"),
	      LOG("slice=20EXIT: unregistered from the main kernel (cpu 2 "
		  "going offline)\\nEXIT: unregistered from user space\\n"),
	      DETACHED, STOPPED);
	CHECK(has_reason(&r, "its log: EXIT: unregistered from the main kernel "
			     "(cpu 2 going offline)"));
	CHECK_INT(json_array_size(r.j.reasons), 3);
	/* Without a message it says no more than the kernel. */
	FAILS(&s, "fell-back", ATTACHED,
	      DISABLED("unregistered from the main kernel"),
	      LOG("EXIT: unregistered from the main kernel\\nbye\\n"), DETACHED,
	      STOPPED);
	CHECK(has_reason(&s, "its last line: bye"));
}

TEST(what_is_unloaded_at_the_end_did_not_let_go)
{
	auto_run struct run r = { 0 };

	/* Taken out silently at 9, and unregistered only after that. */
	FAILS(&r, "fell-back", ATTACHED, DETACHED,
	      "{\"t\":\"kmsg\",\"level\":6,\"at_ns\":20000000,\"text\":\"sched_ext: "
	      "BPF scheduler \\\"x\\\" disabled (unregistered from user "
	      "space)\"}",
	      STOPPED);
}

TEST(the_clock_of_messages_may_be_ahead)
{
	auto_run struct run r = { 0 };

	/* The guest looks at 9, and has read the message by then. */
	FAILS(&r, "user-exit", ATTACHED,
	      "{\"t\":\"kmsg\",\"level\":6,\"at_ns\":1100000,\"text\":"
	      "\"sched_ext: BPF scheduler \\\"x\\\" disabled (unregistered "
	      "from user space)\"}",
	      DETACHED, STOPPED);
	CHECK(has_reason(&r, "the scheduler lost its charge: its own program "
			     "took it out"));
}

TEST(who_leaves_while_the_guest_looks_lets_go)
{
	auto_run struct run r = { 0 };

	/* The guest looks at 9, before the kernel has said why. */
	FAILS(&r, "user-exit", ATTACHED,
	      EVENT("detached", ",\"state\":\"disabling\",\"why\":\"the kernel "
				"took it out\""),
	      "{\"t\":\"kmsg\",\"level\":6,\"at_ns\":10,\"text\":\"sched_ext: "
	      "BPF scheduler \\\"x\\\" disabled (unregistered from user "
	      "space)\"}",
	      STOPPED);
	CHECK(has_reason(&r, "the scheduler lost its charge: its own program "
			     "took it out"));
}

TEST(the_verifiers_last_lines_are_told)
{
	auto_run struct run r = { 0 };

	FAILS(&r, "load-rejected",
	      LOG("libbpf: prog 'x': BPF program load failed: EACCES\\n"
		  "libbpf: prog 'x': -- BEGIN PROG LOAD LOG --\\n"
		  "0: R1=ctx()\\n1: r2 = 0\\n2: r3 = 1\\n"
		  "3: (79) r1 = *(u64 *)(r2 +0)\\n"
		  "R2 invalid mem access 'scalar'\\n"
		  "processed 4 insns (limit 1000000)\\n"
		  "-- END PROG LOAD LOG --\\nlibbpf: failed to load\\n"),
	      EXITED("exit 1"));
	CHECK(has_reason(&r, "the verifier: R2 invalid mem access 'scalar'"));
	CHECK(has_reason(&r, "the verifier: 1: r2 = 0"));
	CHECK_INT(json_array_size(r.j.reasons), 6);
}

TEST(a_kernel_that_bypasses_the_scheduler)
{
	auto_run struct run good = { .e.has_sched = true }, bad = { 0 };

	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      EVENT("attached", ",\"bypasses\":2"),
	      EVENT("stopped", ",\"unload_ok\":true,\"bypasses\":2"));
	check_verdict(&good, VERDICT_PASS, "ok");
	FAILS(&bad, "bypassed", EVENT("attached", ",\"bypasses\":2"),
	      EVENT("stopped", ",\"unload_ok\":true,\"bypasses\":3"));
}

TEST(tasks_must_run_on_afterwards)
{
	auto_run struct run good = { .e.has_sched = true }, bad = { 0 };

	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED,
	      EVENT("afterwards", ",\"tasks\":2,\"stuck\":0"), STOPPED);
	check_verdict(&good, VERDICT_PASS, "ok");
	FAILS(&bad, "fell-back", ATTACHED,
	      EVENT("afterwards",
		    ",\"tasks\":2,\"stuck\":1,\"limit_ns\":1000000000"),
	      STOPPED);
	check_reason(&bad, "1 of 2 tasks did not run on within 1000 ms after "
			   "the scheduler was unloaded");
}

/* What the test measured is the scheduler's own, however that left. */
TEST(who_does_not_leave_is_judged_by_the_checks_too)
{
	static const struct check_value least = { .set = true, .limit = 1 };
	auto_run struct run r = { .e.check.value[CHECK_MAX_GAP] = least };
	auto_run struct run s = { .e.check.value[CHECK_MAX_GAP] = least };

	FAILS(&r, "fell-back", ATTACHED, EVENT("stopped", ",\"killed\":true"));
	check_reason(&r, "the scheduler did not unload: it did not end on "
			 "SIGINT within 5 s");
	CHECK_INT(json_array_size(r.j.reasons), 2);
	CHECK_INT(strncmp(json_string_value(json_array_get(r.j.reasons, 1)),
			  "max-gap: ", 9),
		  0);
	/* Who was not in charge is not. */
	FAILS(&s, "fell-back", ATTACHED, DETACHED,
	      EVENT("stopped", ",\"killed\":true"));
	CHECK_INT(json_array_size(s.j.checks), 0);
}

TEST(a_scheduler_that_is_to_take_all_tasks)
{
	static const struct check_value on = { .set = true, .limit = 1 };
	auto_run struct run good = { .e.has_sched = true }, bad = { 0 };
	auto_run struct run off = { .e.has_sched = true }, kernel = { 0 };

	good.e.check.value[CHECK_TAKES_ALL] = on;
	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      EVENT("attached", ",\"switch_all\":true"), STOPPED);
	check_verdict(&good, VERDICT_PASS, "ok");
	bad.e.check.value[CHECK_TAKES_ALL] = on;
	FAILS(&bad, "check-failed", EVENT("attached", ",\"switch_all\":false"),
	      STOPPED);
	CHECK(has_reason(&bad, "takes-all: the scheduler left tasks of "
			       "ordinary policy to the kernel's own: it takes "
			       "only those that ask for SCHED_EXT"));
	/* Nobody asked; and there is no scheduler to ask. */
	JUDGE(&off, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      EVENT("attached", ",\"switch_all\":false"), STOPPED);
	check_verdict(&off, VERDICT_PASS, "ok");
	kernel.e.check.value[CHECK_TAKES_ALL] = on;
	JUDGE(&kernel, TOPOLOGY, CALIBRATION, GOOD_WORKERS);
	check_verdict(&kernel, VERDICT_PASS, "ok");
}

TEST(a_scheduler_whose_programs_are_verified_for_long)
{
	static const char words[] =
		"its program computed in the kernel for 5.0 s of that: the "
		"verifier is not done with a BPF program, or prints a long log "
		"of one that it refuses";
	auto_run struct run long_one = { 0 }, short_one = { 0 };

	FAILS(&long_one, "not-attached",
	      EVENT("not-attached", ",\"why\":\"x\",\"kernel_ns\":5000000000"));
	CHECK(has_reason(&long_one, words));
	FAILS(&short_one, "not-attached",
	      EVENT("not-attached", ",\"why\":\"x\",\"kernel_ns\":4999999999"));
	CHECK(!has_reason(&short_one, words));
}

TEST(no_task_may_be_rejected)
{
	auto_run struct run good = { .e.has_sched = true }, bad = { 0 };
	auto_run struct run off = { .e.has_sched = true };

	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED,
	      EVENT("stopped", ",\"unload_ok\":true,\"rejected\":0"));
	check_verdict(&good, VERDICT_PASS, "ok");
	FAILS(&bad, "check-failed", ATTACHED,
	      EVENT("stopped", ",\"unload_ok\":true,\"rejected\":1"));
	off.e.check.value[CHECK_NONE_REJECTED] =
		(struct check_value){ .set = true, .off = true };
	JUDGE(&off, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED,
	      EVENT("stopped", ",\"unload_ok\":true,\"rejected\":1"));
	check_verdict(&off, VERDICT_PASS, "ok");
}
