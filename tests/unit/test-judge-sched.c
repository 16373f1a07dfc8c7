/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a scheduler comes, stays and leaves. */
#include "tests/unit/judge.h"

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
		  STOPPED, "scx-error" },
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

TEST(a_scheduler_that_failed_may_have_broken_the_kernel)
{
	auto_run struct run r = { .e.has_sched = true };

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS,
	      "{\"t\":\"scheduler\",\"event\":\"exited\",\"status\":\"exit 3\"}",
	      "{\"t\":\"kmsg\",\"level\":3,\"text\":\"BUG: scheduling while "
	      "atomic: x\"}");
	check_verdict(&r, VERDICT_FAIL, "died");
	CHECK(strcmp(json_string_value(json_array_get(r.j.reasons, 1)),
		     "the kernel complained: BUG: scheduling while atomic: "
		     "x") == 0);
}
