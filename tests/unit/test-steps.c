/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps compared: each bound, on both of its sides. */
#include "tools/vm/steps.h"

#include "tests/unit/t.h"
#include "vmm/mon/series.h"

#define CPUS 2

/* Samples of 10 ms in which CPU 0 has 1 task, and CPU 1 @tasks of which @dsq
 * are in its local queue. */
static void add(struct facts *f, uint64_t at_ms, unsigned int tasks,
		unsigned int dsq)
{
	struct mon_head h = { .kind = MON_SAMPLE,
			      .cpus = CPUS,
			      .own = -1,
			      .len = CPUS * sizeof(struct mon_cpu),
			      .at_ns = at_ms * 1000000 };
	struct mon_cpu cpu[CPUS] = { 0 };

	for (int i = 0; i < CPUS; i++) {
		cpu[i].nr_running = (uint16_t)(i ? tasks : 1);
		cpu[i].scx_nr_running = cpu[i].nr_running;
		cpu[i].dsq_nr = (uint16_t)(i ? dsq : 0);
		cpu[i].state = MON_CPU_IS | MON_CPU_ONLINE;
		cpu[i].clock = at_ms * 1000000;
	}
	str_add_bytes(&f->series, &h, sizeof(h));
	str_add_bytes(&f->series, cpu, sizeof(cpu));
}

static void event(struct facts *f, const char *what, const char *name,
		  int at_ms)
{
	json_array_append_new(f->event, json_pack("{ss ss sI}", "what", what,
						  "name", name, "at_ns",
						  (json_int_t)at_ms * 1000000));
}

/* Two steps: 4 tasks and 4 in the queue, then @tasks and @dsq. */
static const char *change(unsigned int tasks, unsigned int dsq,
			  const char **ret_changed)
{
	static char how[16], changed[40];
	struct mon_layout l = { 0 };
	struct facts f = { .event = json_array() };
	json_t *steps, *second, *name;
	size_t i;

	event(&f, "start", "", 0);
	event(&f, "step", "one", 10);
	event(&f, "op", "swap", 11);
	event(&f, "hold", "one", 12);
	event(&f, "step", "two", 50);
	event(&f, "stop", "", 90);
	add(&f, 5, 60, 50); /* before the first step */
	add(&f, 20, 4, 4);
	add(&f, 40, 4, 4);
	add(&f, 50, tasks, dsq);
	add(&f, 95, 70, 60); /* behind the last */
	steps = steps_json(&f, &l, false);
	CHECK_INT(json_array_size(steps), 2);
	CHECK(json_is_null(
		json_object_get(json_array_get(steps, 0), "change")));
	CHECK_INT(facts_int(json_array_get(steps, 0), "samples"), 2);
	CHECK_INT(facts_int(json_array_get(steps, 0), "to_ns"), 50000000);
	second = json_array_get(steps, 1);
	CHECK_INT(facts_int(second, "samples"), 1);
	CHECK(json_is_null(json_object_get(second, "fallback_rate")));
	snprintf(how, sizeof(how), "%s", facts_text(second, "change"));
	changed[0] = '\0';
	json_array_foreach(json_object_get(second, "changed"), i, name)
	{
		size_t len = strlen(changed);

		snprintf(changed + len, sizeof(changed) - len, "%s%s",
			 i ? " " : "", json_string_value(name));
	}
	json_decref(steps);
	json_decref(f.event);
	str_done(&f.series);
	*ret_changed = changed;
	return how;
}

TEST(a_step_is_compared_with_the_one_before)
{
	static const struct {
		unsigned int tasks, dsq;
		const char *how, *changed;
	} row[] = {
		{ 4, 4, "even", "" },
		{ 5, 4, "worse", "imbalance" },
		{ 3, 3, "better", "imbalance" },
		{ 8, 7, "worse", "imbalance" }, /* 3 more are no more than 3 */
		{ 8, 8, "worse", "imbalance dsq-depth" },
		{ 5, 0, "mixed", "imbalance dsq-depth" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *changed;
		const char *how = change(row[i].tasks, row[i].dsq, &changed);

		if (strcmp(how, row[i].how) != 0 ||
		    strcmp(changed, row[i].changed) != 0)
			printf("# row %zu: %s (%s)\n", i, how, changed);
		CHECK(strcmp(how, row[i].how) == 0);
		CHECK(strcmp(changed, row[i].changed) == 0);
	}
}

TEST(without_samples_of_its_clock_there_are_no_steps)
{
	struct mon_layout l = { 0 };
	struct facts f = { .event = json_array() };

	event(&f, "step", "one", 10);
	CHECK(json_is_null(steps_json(&f, &l, false)));
	add(&f, 20, 1, 0);
	CHECK(json_is_null(steps_json(&f, NULL, false)));
	CHECK(json_is_null(steps_json(&f, &l, true)));
	json_t *steps = steps_json(&f, &l, false);
	CHECK_INT(json_array_size(steps), 1);
	json_decref(steps);
	/* Nor is there anything where no step is. */
	json_array_clear(f.event);
	event(&f, "start", "", 0);
	CHECK(json_is_null(steps_json(&f, &l, false)));
	json_decref(f.event);
	str_done(&f.series);
}
