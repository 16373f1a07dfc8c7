/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run's checks, its kernel and its manual say. */
#include "tests/unit/judge.h"

TEST(a_clean_run_passes)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS);
	check_verdict(&r, VERDICT_PASS, "ok");
}

TEST(spread_is_judged_at_its_limit)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0"),
	      WORKER(1, 350, 9, 9, "0")); /* 15 %, the default limit */
	check_verdict(&r, VERDICT_PASS, "ok");

	auto_run struct run s = { 0 };
	JUDGE(&s, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0"),
	      WORKER(1, 349, 9, 9, "0"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(gap_is_judged_at_its_limit)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, WORKER(0, 500, 2000000000, 9, "0"));
	check_verdict(&r, VERDICT_PASS, "ok");
	JUDGE(&s, TOPOLOGY, CALIBRATION, WORKER(0, 500, 2000000001, 9, "0"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(a_worker_without_progress_is_starved)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	check_reason(&r, "not-starved: cgroup 'a': 1 of 1 workers made no "
			 "progress");
}

#define OTHER(work, units, end)                                                \
	"{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":" #work                   \
	",\"units\":" #units                                                   \
	",\"wall_ns\":1000000000,\"cpu_ns\":500000000,\"exit\":\"" end "\"}"

TEST(a_worker_that_did_not_end_is_told_apart)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0"),
	      OTHER(1, 1, "killed"));
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	check_reason(&r, "not-starved: cgroup 'a': 1 of 2 workers did not end "
			 "when they were told to");
	JUDGE(&s, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0"),
	      OTHER(1, 1, "killed"), OTHER(2, 0, "ok"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
	check_reason(&s, "not-starved: cgroup 'a': 1 of 3 workers made no "
			 "progress, 1 did not end when they were told to");
}

TEST(isolation_fails_outside_of_the_cpuset_only_when_asked)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0-1"));
	check_verdict(&r, VERDICT_PASS, "ok");
	s.e.check.value[CHECK_ISOLATION] =
		(struct check_value){ .set = true, .limit = 1 };
	JUDGE(&s, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 9, "0-1"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(no_worker_is_no_pass)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
}

TEST(a_kernel_that_lacks_something_is_a_skip)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY,
	      "{\"t\":\"error\",\"class\":\"kernel\",\"why\":\"no x\"}");
	check_verdict(&r, VERDICT_SKIP, "unsupported");
	check_reason(&r, "no x");
	JUDGE(&s, TOPOLOGY,
	      "{\"t\":\"error\",\"class\":\"unsupported\",\"why\":\"no\"}");
	check_verdict(&s, VERDICT_ERROR, "harness");
}

/* One worker of @cgroup that did not run on for so long. */
#define GAP(cgroup, ms)                                                        \
	"{\"t\":\"worker\",\"cgroup\":\"" cgroup                               \
	"\",\"work\":0,\"index\":0,\"units\":9,\"wall_ns\":1000000000,"        \
	"\"cpu_ns\":500000000,\"max_gap_ns\":" #ms                             \
	"000000,\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[{\"allowed\":"     \
	"\"0\",\"used\":\"0\"}]}"

TEST(all_cgroups_that_fail_are_named_the_worst_with_its_value)
{
	auto_run struct run one = { 0 }, two = { 0 }, many = { 0 };

	JUDGE(&one, TOPOLOGY, CALIBRATION, GAP("a", 2500), GAP("b", 1999));
	check_reason(&one, "max-gap: cgroup 'a': a worker did not run on for "
			   "2500.0 ms (on CPU 1); the limit is 2000 ms");
	JUDGE(&two, TOPOLOGY, CALIBRATION, GAP("a", 2500), GAP("b", 2600));
	check_reason(&two, "max-gap: cgroup 'b': a worker did not run on for "
			   "2600.0 ms (on CPU 1); the limit is 2000 ms; cgroup "
			   "'a' fails, too");
	JUDGE(&many, TOPOLOGY, CALIBRATION, GAP("a", 2500), GAP("b", 2600),
	      GAP("c", 1), GAP("d", 2001), GAP("e", 2002), GAP("f", 2003),
	      GAP("g", 2004));
	check_reason(&many, "max-gap: cgroup 'b': a worker did not run on for "
			    "2600.0 ms (on CPU 1); the limit is 2000 ms; "
			    "cgroups 'a', 'd', 'e' and 2 more fail, too");
}

/* As long as a name can be. */
#define DIGITS "0123456789012345678901234567890123456789"
#define NAME_A DIGITS "/" DIGITS "/" DIGITS "/-aaa"
#define NAME_B DIGITS "/" DIGITS "/" DIGITS "/-bbb"
#define NAME_C DIGITS "/" DIGITS "/" DIGITS "/-ccc"
#define NAME_D DIGITS "/" DIGITS "/" DIGITS "/-ddd"
#define NAME_E DIGITS "/" DIGITS "/" DIGITS "/-eee"

TEST(names_of_cgroups_are_told_whole)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GAP(NAME_A, 2500), GAP(NAME_B, 2600),
	      GAP(NAME_C, 2001), GAP(NAME_D, 2002), GAP(NAME_E, 2003));
	check_reason(&r, "max-gap: cgroup '" NAME_B
			 "': a worker did not run on for 2600.0 ms (on CPU 1); "
			 "the limit is 2000 ms; cgroups '" NAME_A "', '" NAME_C
			 "', '" NAME_D "' and 1 more fail, too");
}

TEST(a_cgroup_that_the_scheduler_refuses_is_its_fault)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, "{\"t\":\"error\",\"class\":\"refused\",\"why\":\"no\"}");
	check_verdict(&r, VERDICT_FAIL, "cgroup-refused");
	check_reason(&r, "no");
}

TEST(a_wrong_machine_is_an_error)
{
	auto_run struct run r = { 0 };

	JUDGE(&r,
	      "{\"t\":\"topology\",\"cpus\":\"0-1\",\"nodes\":[{\"id\":0,"
	      "\"cpus\":\"0-1\",\"distances\":[10]}],\"llcs\":[\"0\",\"1\"],"
	      "\"cores\":[\"0\",\"1\"]}",
	      CALIBRATION, GOOD_WORKERS);
	check_verdict(&r, VERDICT_ERROR, "harness");
}

TEST(a_worker_that_could_not_go_on_is_a_failure)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      "{\"t\":\"worker\",\"cgroup\":\"a\",\"exit\":\"failed\","
	      "\"warnings\":[\"x\",\"'p' ended early\"],\"segments\":[],"
	      "\"units\":1}");
	check_verdict(&r, VERDICT_FAIL, "worker-failed");
	check_reason(&r, "cgroup 'a': 'p' ended early");
}

TEST(a_guest_without_memory_is_no_result)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      "{\"t\":\"kmsg\",\"text\":\"Out of memory: Killed process 7\"}");
	check_verdict(&r, VERDICT_ERROR, "guest-memory");
}

TEST(a_damaged_report_is_an_error_that_says_where)
{
	auto_run struct run r = { .machine.end = END_EXIT };
	static const char text[] = "0 00000000 {}\n";

	r.machine.status = 85;
	CHECK_INT(facts_read(text, sizeof(text) - 1, &r.facts), 0);
	CHECK(r.facts.damaged);
	r.e.facts = &r.facts;
	r.e.machine = &r.machine;
	r.e.console = "";
	judge(&r.e, &r.j);
	check_verdict(&r, VERDICT_ERROR, "channel");
	check_reason(&r, "the guest's report is damaged");
	CHECK(json_array_size(r.j.reasons) == 2);
}

/* "make check" tells where the manual is. */
TEST(the_manual_tells_of_each_class)
{
	const char *top = getenv("KTSTR_TOP");
	auto_str struct str path = { 0 };
	char line[200];
	size_t found = 0, count = 0;

	str_addf(&path, "%s/doc/ktstr-vm-result.7", top ? top : ".");
	FILE *f = fopen(str_text(&path), "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		for (const char *const *c = judge_classes; *c; c++)
			found += strncmp(line, ".It ", 4) == 0 &&
				 strcmp(line + 4, *c) == 0;
	}
	fclose(f);
	for (const char *const *c = judge_classes; *c; c++)
		count++;
	CHECK_INT(found, count);
}

#define KMSG(level, text)                                                      \
	"{\"t\":\"kmsg\",\"level\":" #level ",\"text\":\"" text "\"}"
#define LOST(overrun, dropped)                                                 \
	"{\"t\":\"kmsg-lost\",\"overrun\":" #overrun ",\"dropped\":" #dropped  \
	",\"unread\":true}"

TEST(a_splat_fails_a_run_whose_checks_passed)
{
	static const char *const splat[] = {
		KMSG(4, "WARNING: CPU: 1 PID: 7"),
		KMSG(3, "BUG kmalloc-64 (Tainted: G): Redzone overwritten"),
		KMSG(0, "watchdog: BUG: soft lockup - CPU#1 stuck for 26s!"),
	};

	for (size_t i = 0; i < sizeof(splat) / sizeof(splat[0]); i++) {
		auto_run struct run r = { 0 };

		JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, splat[i],
		      LOST(9, 9));
		check_verdict(&r, VERDICT_FAIL, "kernel-splat");
	}
	auto_run struct run r = { 0 };
	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      KMSG(3, "sched_ext: x: BUG: quoted, WARNING: as well"));
	check_verdict(&r, VERDICT_PASS, "ok");
}

TEST(a_warning_is_told_with_its_own_words)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      KMSG(4, "------------[ cut here ]------------"),
	      KMSG(4, "list_add corruption. next is NULL"),
	      KMSG(4, "WARNING: CPU: 1 PID: 7 at lib/list_debug.c:29 x"));
	check_verdict(&r, VERDICT_FAIL, "kernel-splat");
	check_reason(&r, "the kernel complained: WARNING: CPU: 1 PID: 7 at "
			 "lib/list_debug.c:29 x");
	CHECK(strcmp(json_string_value(json_array_get(r.j.reasons, 1)),
		     "it said: list_add corruption. next is NULL") == 0);
	JUDGE(&s, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      KMSG(4, "------------[ cut here ]------------"));
	check_verdict(&s, VERDICT_FAIL, "kernel-splat");
}

TEST(lost_messages_of_the_kernel_make_no_pass)
{
	static const struct {
		const char *lost, *reason;
	} row[] = {
		{ LOST(17, 0),
		  "17 messages of the guest's kernel were overwritten before "
		  "they were read: whether it complained is not known; "
		  "log_buf_len= in --append gives it a longer log" },
		{ LOST(0, 5), "5 messages of the guest's kernel were more than "
			      "are kept: whether it complained is not known" },
		{ LOST(0, 0),
		  "the guest's kernel did not stop to print: not all was read, "
		  "and whether it complained is not known" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { 0 };

		JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, row[i].lost);
		check_verdict(&r, VERDICT_INCONCLUSIVE, "kernel-log");
		check_reason(&r, row[i].reason);
	}
	auto_run struct run failed = { 0 };
	JUDGE(&failed, TOPOLOGY, CALIBRATION, WORKER(0, 500, 9, 0, "0"),
	      LOST(17, 0));
	check_verdict(&failed, VERDICT_FAIL, "check-failed");
}
