/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run is described by the frames that a guest would send; see judge.h. */
#include "tools/vm/judge.h"

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
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
	auto_run struct run r = { 0 }, s = { 0 }, t = { 0 };

	JUDGE(&r, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "calibration");
	JUDGE(&s, TOPOLOGY,
	      "{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":20000001,"
	      "\"spread_permille\":6}",
	      GOOD_WORKERS);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "calibration");
	/* What needs no clock fails all the same. */
	JUDGE(&t, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&t, VERDICT_FAIL, "check-failed");
}

TEST(a_noisy_host_makes_a_failed_timing_check_inconclusive)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = { 980, 20, 20 } };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = { 979, 21, 21 } };
	auto_run struct run t = s;

	JUDGE(&r, TOPOLOGY, WORKER(0, 500, 2000000001, 9, "0"));
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	JUDGE(&s, TOPOLOGY, WORKER(0, 500, 2000000001, 9, "0"));
	check_verdict(&s, VERDICT_INCONCLUSIVE, "host-noise");
	JUDGE(&t, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&t, VERDICT_PASS, "ok");
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

TEST(a_cut_stream_is_an_error_and_a_panic_a_failure)
{
	auto_run struct run r = { .machine = { END_EXIT, 0, 1, NULL, { 0 } } };

	CHECK_INT(facts_read("", 0, &r.facts), 0);
	CHECK(!r.facts.complete);
	r.e.facts = &r.facts;
	r.e.machine = &r.machine;
	r.e.console = "";
	judge(&r.e, &r.j);
	check_verdict(&r, VERDICT_ERROR, "harness");
	r.e.console = "x\nKernel panic - not syncing: Oh \033[31mno\nend";
	r.e.console_len = strlen(r.e.console);
	judgement_done(&r.j);
	judge(&r.e, &r.j);
	check_verdict(&r, VERDICT_FAIL, "guest-panic");
	/* No escape of the guest reaches a terminal. */
	CHECK(!strchr(json_string_value(json_array_get(r.j.reasons, 0)), 033));
	r.e.console_len = 0;
	r.machine.end = END_SIGNAL;
	r.machine.status = 25; /* SIGXFSZ */
	r.machine.port_bytes_max = 64 << 20;
	judgement_done(&r.j);
	judge(&r.e, &r.j);
	check_verdict(&r, VERDICT_ERROR, "harness");
	CHECK(strstr(json_string_value(json_array_get(r.j.reasons, 0)),
		     "beyond 64 MiB"));
	r.machine.end = END_TIMEOUT;
	judgement_done(&r.j);
	judge(&r.e, &r.j);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "time-limit");
}

TEST(a_splat_fails_a_run_whose_checks_passed)
{
	auto_run struct run r = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      "{\"t\":\"kmsg\",\"text\":\"WARNING: CPU: 1 PID: 7\"}");
	check_verdict(&r, VERDICT_FAIL, "kernel-splat");
}
