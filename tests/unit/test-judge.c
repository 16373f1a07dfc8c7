/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run is described by the frames that a guest would send; see judge.h. */
#include "tools/vm/judge.h"

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/vm/judge-turns.h"
#include "vmm/frame.h"

#define TOPOLOGY                                                               \
	"{\"t\":\"topology\",\"cpus\":\"0-1\",\"nodes\":[{\"id\":0,"           \
	"\"cpus\":\"0-1\",\"distances\":[10]}],\"llcs\":[\"0-1\"],"            \
	"\"cores\":[\"0\",\"1\"]}"
#define CALIBRATION                                                            \
	"{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":300000,"           \
	"\"spread_permille\":6}"
#define WORKER(index, cpu_ms, gap_ns, units, used)                             \
	"{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":0,\"index\":" #index      \
	",\"units\":" #units ",\"wall_ns\":1000000000,\"cpu_ns\":" #cpu_ms     \
	"000000,\"max_gap_ns\":" #gap_ns                                       \
	",\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[{\"allowed\":\"0\","     \
	"\"used\":\"" used "\"}]}"
#define GOOD_WORKERS WORKER(0, 500, 1000, 9, "0"), WORKER(1, 450, 9, 9, "0")
#define ATTACHED     "{\"t\":\"scheduler\",\"event\":\"attached\"}"
#define STOPPED                                                                \
	"{\"t\":\"scheduler\",\"event\":\"stopped\",\"killed\":false,"         \
	"\"unload_ok\":true}"

/* Everything of one judged run. */
struct run {
	struct evidence e;
	struct machine_result machine;
	struct facts facts;
	struct judgement j;
};

static void run_done(struct run *r)
{
	facts_done(&r->facts);
	judgement_done(&r->j);
}
#define auto_run __attribute__((cleanup(run_done)))

/* Judge the frames up to NULL, with the end frame behind them. */
static void run_judge(struct run *r, const char *const *frames)
{
	auto_str struct str s = { 0 };
	char end[64];
	uint64_t n = 0;

	for (; frames[n]; n++)
		frame_format(&s, n, frames[n]);
	snprintf(end, sizeof(end), "{\"t\":\"end\",\"frames\":%u}",
		 (unsigned int)n);
	frame_format(&s, n, end);
	CHECK_INT(facts_read(s.text, s.len, &r->facts), 0);
	CHECK(r->facts.complete);
	r->e.facts = &r->facts;
	r->e.machine = &r->machine;
	r->e.console = "";
	r->e.topology = (struct topology){ 1, 1, 2, 1, NULL };
	struct checks asked = r->e.check;
	checks_merge(NULL, &asked, &r->e.check);
	judge(&r->e, &r->j);
}

static void check_verdict(const struct run *r, enum verdict v,
			  const char *class)
{
	if (r->j.verdict != v || strcmp(r->j.class, class) != 0) {
		printf("# verdict %s, class %s\n", verdict_name(r->j.verdict),
		       r->j.class);
		json_dumpf(r->j.reasons, stdout, 0);
		puts("");
	}
	CHECK_INT(r->j.verdict, v);
	CHECK(strcmp(r->j.class, class) == 0);
	/* Every verdict but a pass says why. */
	CHECK((json_array_size(r->j.reasons) == 0) == (v == VERDICT_PASS));
}

static void check_reason(const struct run *r, const char *want)
{
	const char *got = json_string_value(json_array_get(r->j.reasons, 0));

	if (strcmp(got, want) != 0)
		printf("# reason: %s\n", got);
	CHECK(strcmp(got, want) == 0);
}

#define JUDGE(r, ...) run_judge(r, (const char *const[]){ __VA_ARGS__, NULL })

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

TEST(without_calibration_timing_is_inconclusive)
{
	auto_run struct run r = { 0 }, s = { 0 }, t = { 0 }, u = { 0 };

	JUDGE(&r, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "calibration");
	JUDGE(&s, TOPOLOGY,
	      "{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":20000001,"
	      "\"spread_permille\":6}",
	      GOOD_WORKERS);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "calibration");
	JUDGE(&u, TOPOLOGY,
	      "{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":9,"
	      "\"spread_permille\":6,\"units_per_s_per_cpu\":[1000000,"
	      "999999]}",
	      GOOD_WORKERS);
	check_verdict(&u, VERDICT_INCONCLUSIVE, "calibration");
	CHECK(strstr(json_string_value(json_array_get(u.j.reasons, 0)),
		     "a CPU does 1.00 million units a second"));
	/* What needs no clock fails all the same. */
	JUDGE(&t, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&t, VERDICT_FAIL, "check-failed");
}

/* One second in which a CPU of the guest waited, and the other one half of it.
 */
#define WAITED(ms)                                                             \
	{                                                                      \
		.count = 2, .wall_ns = 1000000000, .pressure_ns = -1,          \
		.vcpu = { { .wait_ns = (ms)*500000ULL },                       \
			  { .wait_ns = (ms)*1000000ULL } },                    \
	}
/* The default limit is 2 s; this worker missed it by 100 ms. */
#define LATE_WORKER WORKER(0, 500, 2100000000, 9, "0")

TEST(a_noisy_host_makes_a_failed_timing_check_inconclusive)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(20) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(21) };
	auto_run struct run t = s;

	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	JUDGE(&s, TOPOLOGY, LATE_WORKER);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&s, "the host was busy: CPU 1 of the guest waited for the "
			 "host's in 2.1 % of the time, 2.0 are the limit (21.0 "
			 "ms, all of them together 31.5)");
	JUDGE(&t, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&t, VERDICT_PASS, "ok");
}

TEST(a_hypervisor_below_the_host_is_noise_too)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(1) };

	r.machine.noise.steal_ns = 50000000;
	r.machine.noise.pressure_ns = 250000000;
	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&r, "the host was busy: CPU 1 of the guest waited for the "
			 "host's in 0.1 % of the time, 2.0 are the limit (1.0 "
			 "ms, all of them together 1.5); a hypervisor below "
			 "took 5.0 % of a CPU; pressure on CPUs 25.0 %");
}

TEST(a_host_that_tells_nothing_makes_no_failure)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL };

	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
}

/* In a long run the budget is large: one pause within it may be the cause. */
TEST(what_the_host_may_have_caused_is_no_failure)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(70) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(60) };

	r.machine.noise.wall_ns = s.machine.noise.wall_ns = 60000000000;
	JUDGE(&r, TOPOLOGY, LATE_WORKER); /* 105 ms in all */
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&r, "the limit was missed by 100.0 ms, and the guest's "
			 "CPUs waited 105.0 ms for the host's");
	JUDGE(&s, TOPOLOGY, LATE_WORKER); /* 90 ms in all */
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(without_cpus_of_the_host_no_worker_makes_progress)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(900) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(9) };

	JUDGE(&r, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	JUDGE(&s, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
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

TEST(a_scheduler_must_attach_and_stay_and_leave)
{
	static const struct {
		const char *first, *second, *third, *class;
	} bad[] = {
		{ "{\"t\":\"scheduler\",\"event\":\"not-attached\"}",
		  "{\"t\":\"event\"}", "{\"t\":\"event\"}", "not-attached" },
		{ "{\"t\":\"scheduler\",\"event\":\"exited\"}",
		  "{\"t\":\"event\"}", "{\"t\":\"event\"}", "died" },
		{ "{\"t\":\"log\",\"text\":\"-- BEGIN PROG LOAD LOG --\"}",
		  "{\"t\":\"scheduler\",\"event\":\"exited\"}",
		  "{\"t\":\"event\"}", "load-rejected" },
		{ ATTACHED, "{\"t\":\"scheduler\",\"event\":\"exited\"}",
		  STOPPED, "died" },
		{ ATTACHED, "{\"t\":\"scheduler\",\"event\":\"detached\"}",
		  STOPPED, "fell-back" },
		{ "{\"t\":\"kmsg\",\"text\":\"sched_ext: BPF scheduler \\\"x\\\" "
		  "disabled (runnable task stall)\"}",
		  ATTACHED, "{\"t\":\"scheduler\",\"event\":\"detached\"}",
		  "stalled" },
		{ ATTACHED, "{\"t\":\"event\"}", "{\"t\":\"event\"}",
		  "fell-back" },
		{ ATTACHED,
		  "{\"t\":\"scheduler\",\"event\":\"stopped\",\"killed\":true,"
		  "\"unload_ok\":true}",
		  "{\"t\":\"event\"}", "fell-back" },
		/* It crashed when it was told to end. */
		{ ATTACHED,
		  "{\"t\":\"scheduler\",\"event\":\"stopped\",\"unload_ok\":"
		  "true,\"status\":\"signal 11 (Segmentation fault)\"}",
		  "{\"t\":\"event\"}", "died" },
		/* Thrown out and back between two looks of the guest's. */
		{ ATTACHED,
		  "{\"t\":\"kmsg\",\"text\":\"sched_ext: BPF scheduler "
		  "\\\"x\\\" disabled (runtime error)\"}",
		  STOPPED, "fell-back" },
		{ "{\"t\":\"scheduler\",\"event\":\"attached\","
		  "\"enable_seq\":2}",
		  STOPPED, "{\"t\":\"event\"}", "fell-back" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_run struct run r = { .e.has_sched = true };

		JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, bad[i].first,
		      bad[i].second, bad[i].third);
		check_verdict(&r, VERDICT_FAIL, bad[i].class);
	}
	auto_run struct run good = { .e.has_sched = true };
	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STOPPED,
	      "{\"t\":\"kmsg\",\"text\":\"sched_ext: BPF scheduler \\\"x\\\" "
	      "disabled (unregistered from user space)\"}");
	check_verdict(&good, VERDICT_PASS, "ok");
	auto_run struct run plain = { .e.has_sched = true };
	JUDGE(&plain, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED,
	      "{\"t\":\"scheduler\",\"event\":\"stopped\",\"unload_ok\":true,"
	      "\"status\":\"signal 2 (Interrupt)\"}");
	check_verdict(&plain, VERDICT_PASS, "ok");
}

TEST(an_expected_failure_is_the_schedulers_alone)
{
	auto_run struct run r = { .e = { .has_sched = true,
					 .expect_fail = true } };
	auto_run struct run s = r, t = r;

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED,
	      "{\"t\":\"scheduler\",\"event\":\"detached\"}");
	CHECK_INT(r.j.verdict, VERDICT_PASS);
	JUDGE(&s, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STOPPED);
	check_verdict(&s, VERDICT_FAIL, "check-failed");
	/* A broken harness never satisfies it. */
	JUDGE(&t, "{\"t\":\"error\",\"why\":\"no cgroup2\"}", TOPOLOGY);
	check_verdict(&t, VERDICT_ERROR, "harness");
}

/* Judge a machine whose report ended after @frames, NULL for none. */
static void run_cut(struct run *r, const char *console,
		    const char *const *frames)
{
	auto_str struct str s = { 0 };

	for (uint64_t n = 0; frames && frames[n]; n++)
		frame_format(&s, n, frames[n]);
	CHECK_INT(facts_read(str_text(&s), s.len, &r->facts), 0);
	CHECK(!r->facts.complete);
	r->e.facts = &r->facts;
	r->e.machine = &r->machine;
	r->e.console = console;
	r->e.console_len = strlen(console);
	judge(&r->e, &r->j);
}

TEST(the_console_tells_why_a_machine_ended)
{
	static const struct {
		const char *console, *class, *reason;
	} row[] = {
		{ "x\nKernel panic - not syncing: Oh \033[31mno\nend",
		  "guest-panic", "the guest's kernel panicked: Oh ?[31mno" },
		{ "Kernel panic - not syncing: NMI: Not continuing",
		  "guest-hang",
		  "the guest hung; its watchdog ended it: NMI: Not continuing" },
		{ "Kernel panic - not syncing: Attempted to kill init! "
		  "exitcode=0x0000000b",
		  "harness",
		  "the guest's init died: Attempted to kill init! "
		  "exitcode=0x0000000b" },
		{ "Kernel panic - not syncing: System is deadlocked on memory",
		  "guest-memory",
		  "the machine's memory was not enough, --memory or the "
		  "test's \"memory =\" gives it more: System is deadlocked on "
		  "memory" },
		{ "ktstr: limit: run did not finish within 9.0 s\n"
		  "Kernel panic - not syncing: NMI: Not continuing",
		  "time-limit", "run did not finish within 9.0 s" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = END_EXIT };

		run_cut(&r, row[i].console, NULL);
		check_verdict(&r, VERDICT_ERROR, row[i].class);
		check_reason(&r, row[i].reason);
	}
}

TEST(qemus_end_tells_why_there_is_no_report)
{
	static const struct {
		enum machine_end end;
		int status;
		enum verdict verdict;
		const char *class, *reason;
	} row[] = {
		{ END_EXIT, 0, VERDICT_ERROR, "guest-reset",
		  "the guest was reset in phase boot: a triple fault, or a program did it" },
		{ END_PANICKED, 0, VERDICT_ERROR, "guest-panic",
		  "the guest's kernel panicked without a word" },
		{ END_EXIT, 1, VERDICT_ERROR, "qemu",
		  "QEMU ended with status 1 before the result" },
		{ END_EXIT, 85, VERDICT_ERROR, "channel",
		  "the guest's init could not write all of its report" },
		{ END_SIGNAL, 9, VERDICT_ERROR, "qemu",
		  "QEMU died of signal 9 (Killed)" },
		{ END_SIGNAL, 25, VERDICT_ERROR, "channel",
		  "the guest wrote more than 64 MiB to its console; QEMU was "
		  "ended (File size limit exceeded)" },
		{ END_TIMEOUT, 0, VERDICT_INCONCLUSIVE, "time-limit",
		  "boot did not finish within 7 s of the host's time, the "
		  "limit for the whole machine; --timeout sets it" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = row[i].end };

		r.machine.status = row[i].status;
		r.machine.seconds = 7;
		r.machine.port_bytes_max = 64 << 20;
		run_cut(&r, "", NULL);
		check_verdict(&r, row[i].verdict, row[i].class);
		check_reason(&r, row[i].reason);
	}
}

TEST(qemus_events_tell_more)
{
	auto_run struct run r = { .machine.end = END_EXIT };
	auto_run struct run s = { .machine.end = END_TIMEOUT };

	r.machine.events = json_loads("[{\"event\":\"SHUTDOWN\",\"data\":"
				      "{\"reason\":\"guest-shutdown\"}}]",
				      0, NULL);
	run_cut(&r, "", NULL);
	check_verdict(&r, VERDICT_ERROR, "guest-reset");
	check_reason(&r, "the guest was switched off in phase boot: a program "
			 "did it");
	json_decref(r.machine.events);
	s.machine.events = json_loads("[{\"event\":\"WATCHDOG\",\"data\":"
				      "{\"action\":\"inject-nmi\"}}]",
				      0, NULL);
	run_cut(&s, "", NULL);
	check_verdict(&s, VERDICT_ERROR, "guest-hang");
	json_decref(s.machine.events);
}

#define HELLO	    "{\"t\":\"hello\",\"version\":1}"
#define PHASE(name) "{\"t\":\"phase\",\"name\":\"" name "\"}"

TEST(a_time_limit_names_the_phase)
{
	static const struct {
		const char *frames[4], *phase;
	} row[] = {
		{ { NULL }, "boot" },
		{ { HELLO }, "boot" },
		{ { HELLO, PHASE("boot"), PHASE("attach") }, "attach" },
		{ { HELLO, PHASE("run"), ATTACHED }, "run" },
		{ { PHASE("run"), PHASE("shutdown") }, "shutdown" },
		{ { PHASE("other") }, "boot" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = END_TIMEOUT };
		const char *reason;

		run_cut(&r, "", row[i].frames);
		check_verdict(&r, VERDICT_INCONCLUSIVE, "time-limit");
		reason = json_string_value(json_array_get(r.j.reasons, 0));
		CHECK(strncmp(reason, row[i].phase, strlen(row[i].phase)) == 0);
	}
}

#define LATE                                                                   \
	"{\"t\":\"error\",\"class\":\"time-limit\",\"why\":\"run is late\"}"

TEST(a_limit_of_the_guests_time_is_an_error_unless_the_host_was_busy)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, LATE);
	check_verdict(&r, VERDICT_ERROR, "time-limit");
	check_reason(&r, "run is late");
	s.e.clock = CLOCK_REAL;
	s.machine.noise.count = 1;
	s.machine.noise.wall_ns = 100;
	s.machine.noise.vcpu[0].wait_ns = 10;
	JUDGE(&s, TOPOLOGY, CALIBRATION, LATE);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "time-limit");
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

	str_addf(&path, "%s/doc/ktstr-vm.1", top ? top : ".");
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

TEST(a_splat_fails_a_run_whose_checks_passed)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      "{\"t\":\"kmsg\",\"text\":\"WARNING: CPU: 1 PID: 7\"}");
	check_verdict(&r, VERDICT_FAIL, "kernel-splat");
}

TEST(beyond_32_cpus_and_below_a_speed_times_are_not_judged)
{
	char why[JUDGE_TURNS_TEXT_SIZE] = "";
	json_t *c = json_pack("{s:b,s:i,s:i,s:[i,i]}", "ran", 1, "max_gap_ns",
			      300000, "spread_permille", 6,
			      "units_per_s_per_cpu", 1000000, 1000001);

	CHECK(!judge_turns_doubted(c, 32, why));
	CHECK(judge_turns_doubted(c, 33, why));
	CHECK(strstr(why, "up to 32 CPUs are judged, this one has 33"));
	json_array_append_new(json_object_get(c, "units_per_s_per_cpu"),
			      json_integer(999999));
	CHECK(judge_turns_doubted(c, 2, why));
	CHECK(strstr(why, "a smaller --shift"));
	json_decref(c);
}
