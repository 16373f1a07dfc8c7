/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two runs compared: what is the same failure, and what is not. */
#include "tools/vm/repro-story.h"

#include "tests/unit/t.h"

#define END	"sched_ext: BPF scheduler \"zoo\" disabled (runtime error)"
#define MESSAGE "sched_ext: zoo: non-existent DSQ 0x4d for busy[71]"
#define WAY	"   do_enqueue_task+0x1bf/0x3f0"

static struct facts facts[2];

/* Run @which: its kernel's log, a line each ms; NULL ends it. */
static struct repro_run run(unsigned int which, const char *class,
			    const char *const *line, int64_t at_ns)
{
	struct repro_run r;

	json_decref(facts[which].kmsg);
	facts[which] = (struct facts){ .kmsg = json_array() };
	for (unsigned int i = 0; line[i]; i++)
		json_array_append_new(
			facts[which].kmsg,
			json_pack("{ss sI}", "text", line[i], "at_ns",
				  (json_int_t)(at_ns + i * 1000000)));
	repro_read_run(&facts[which], class, &r);
	return r;
}

static const char *const plain[] = { END, MESSAGE, WAY, NULL };

static void compare(const char *class, const char *const *line, int64_t at_ns,
		    bool exact, enum repro_status want, const char *words)
{
	struct repro_story s = { .first = run(0, "scx-error", plain, 5000000),
				 .second = run(1, class, line, at_ns) };

	repro_compare(&s, exact);
	if (s.status != want || !strstr(s.why, words))
		printf("# %s: '%s'\n", repro_status_name(s.status), s.why);
	CHECK_INT(s.status, want);
	CHECK(strstr(s.why, words));
	CHECK((want == REPRO_SAME) == !*s.why);
}

TEST(the_same_is_the_same_to_the_nanosecond)
{
	static const char *const other_pid[] = {
		END, "sched_ext: zoo: non-existent DSQ 0x4d for busy[1072]",
		WAY, NULL
	};
	static const char *const other_task[] = {
		END, "sched_ext: zoo: non-existent DSQ 0x4d for idle[71]", WAY,
		NULL
	};

	compare("scx-error", plain, 5000000, true, REPRO_SAME, "");
	compare("scx-error", plain, 5000001, true, REPRO_OTHER,
		"ns: '5000000' in the first run, '5000001' now");
	compare("scx-error", plain, 5000001, false, REPRO_SAME, "");
	compare("scx-error", other_pid, 5000000, true, REPRO_OTHER,
		"another message: 'non-existent DSQ 0x4d for busy[71]' in the "
		"first run, 'non-existent DSQ 0x4d for busy[1072]' now");
	compare("scx-error", other_pid, 6000000, false, REPRO_SAME, "");
	compare("scx-error", other_task, 6000000, false, REPRO_OTHER,
		"another message");
}

TEST(another_way_or_another_end_is_told)
{
	static const char *const other_way[] = {
		END, MESSAGE, "   do_enqueue_task+0x1c0/0x3f0", NULL
	};
	static const char *const shorter[] = { END, MESSAGE, NULL };
	static const char *const longer[] = { END, MESSAGE, WAY,
					      "   enqueue_task+0x2c/0xe0",
					      NULL };
	static const char *const stall[] = {
		"sched_ext: BPF scheduler \"zoo\" disabled (runnable task "
		"stall)",
		NULL
	};
	static const char *const nothing[] = { NULL };

	compare("scx-error", other_way, 5000000, true, REPRO_OTHER,
		"another way");
	compare("scx-error", other_way, 5000000, false, REPRO_SAME, "");
	compare("scx-error", shorter, 5000000, true, REPRO_OTHER,
		"another way");
	compare("scx-error", longer, 5000000, true, REPRO_OTHER,
		"enqueue_task+0x2c");
	compare("stalled", stall, 5000000, false, REPRO_OTHER,
		"another verdict: 'scx-error' in the first run, 'stalled' now");
	compare("ok", nothing, 0, true, REPRO_PASSED, "did not fail");
	compare("check-failed", nothing, 0, false, REPRO_OTHER,
		"another verdict");
}

static void task_of(const char *message, const char *name, uint32_t pid)
{
	const char *line[] = { END, message, NULL };
	struct repro_record trigger = { .kind = REPRO_TRIGGER,
					.pid = 9,
					.comm = "current" };
	struct repro_record record[] = { { 0 }, trigger };
	struct repro_story s = { .second = run(1, "scx-error", line, 1),
				 .record = record,
				 .count = 2 };

	repro_find_task(&s);
	if (strcmp(s.task.name, name) != 0)
		printf("# '%s'\n", s.task.name);
	CHECK(strcmp(s.task.name, name) == 0);
	CHECK_INT(s.task.pid, pid);
	CHECK(s.trigger == &record[1]);
}

TEST(who_failed_is_whom_the_message_names_or_who_ran)
{
	task_of(MESSAGE, "busy[71]", 71);
	task_of("sched_ext: zoo: kworker/1:2[48] failed to run for 5.024s",
		"kworker/1:2[48]", 48);
	task_of("sched_ext: zoo: SCX_DSQ_LOCAL[_ON] target CPU 3 not allowed "
		"for ktstr-worker[82]",
		"ktstr-worker[82]", 82);
	task_of("sched_ext: zoo: invalid DSQ ID 0x77", "current[9]", 9);
	task_of("sched_ext: zoo: a [] and [99999999999] and [3", "current[9]",
		9);
	task_of("sched_ext: zoo: busy[1234567890] runs", "current[9]", 9);
}

static uint64_t waited(const char *message)
{
	const char *line[] = { END, message, NULL };
	struct repro_run r = run(0, "stalled", line, 1);

	return repro_waited_ns(&r);
}

TEST(how_long_a_task_waited)
{
	CHECK_INT(waited("sched_ext: zoo: busy[71] failed to run for 5.108s"),
		  5108000000);
	CHECK_INT(waited("sched_ext: zoo: watchdog failed to check in for "
			 "30.004s"),
		  30004000000);
	CHECK_INT(waited(MESSAGE), 0);
}
