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

/* The same, when all workers have done so much. */
static void boundary(struct facts *f, const char *what, const char *name,
		     int at_ms, int iterations)
{
	event(f, what, name, at_ms);
	json_object_set_new(
		json_array_get(f->event, json_array_size(f->event) - 1),
		"iterations", json_integer(iterations));
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

/* What is told of a second step with so many turns in 40 ms, where the first
 * had 1000. */
static const char *throughput(int iterations, double *ret_rate)
{
	static char how[40];
	struct facts f = { .event = json_array() };
	json_t *steps, *second;

	boundary(&f, "step", "one", 10, 500);
	boundary(&f, "step", "two", 50, 1500);
	boundary(&f, "stop", "", 90, 1500 + iterations);
	steps = steps_json(&f, NULL, false);
	CHECK_INT(json_array_size(steps), 2);
	second = json_array_get(steps, 1);
	*ret_rate = json_real_value(json_object_get(second, "iterations_rate"));
	CHECK(json_is_null(json_object_get(second, "mean_imbalance")));
	snprintf(how, sizeof(how), "%s %s", facts_text(second, "change"),
		 json_array_size(json_object_get(second, "changed"))
			 ? json_string_value(json_array_get(
				   json_object_get(second, "changed"), 0))
			 : "");
	json_decref(steps);
	json_decref(f.event);
	return how;
}

TEST(turns_of_workers_are_compared_without_the_monitor)
{
	double rate;

	CHECK(strcmp(throughput(701, &rate), "even ") == 0);
	CHECK(rate > 17524.9 && rate < 17525.1);
	CHECK(strcmp(throughput(699, &rate), "worse throughput") == 0);
	CHECK(strcmp(throughput(1299, &rate), "even ") == 0);
	CHECK(strcmp(throughput(1301, &rate), "better throughput") == 0);
}

/* A clock that went back is seen only beside the sample before. */
TEST(what_is_implausible_counts_in_no_step)
{
	struct mon_layout l = { 0 };
	struct facts f = { .event = json_array() };
	struct mon_cpu *cpu;
	json_t *steps;

	event(&f, "step", "one", 30);
	event(&f, "stop", "", 90);
	add(&f, 20, 1, 0);
	add(&f, 40, 9, 0);
	cpu = (struct mon_cpu *)(void *)(f.series.text + f.series.len) - CPUS;
	cpu[0].clock = 19000000;
	add(&f, 50, 2, 0);
	steps = steps_json(&f, &l, false);
	CHECK_INT(facts_int(json_array_get(steps, 0), "samples"), 1);
	CHECK(json_real_value(json_object_get(json_array_get(steps, 0),
					      "max_imbalance")) == 2);
	json_decref(steps);
	json_decref(f.event);
	str_done(&f.series);
}

TEST(a_step_in_which_the_machine_died_has_no_end)
{
	struct mon_layout l = { 0 };
	struct facts f = { .event = json_array() };
	json_t *steps;

	event(&f, "step", "one", 10);
	add(&f, 20, 1, 0);
	steps = steps_json(&f, &l, false);
	CHECK_INT(facts_int(json_array_get(steps, 0), "samples"), 1);
	CHECK(json_is_null(json_object_get(json_array_get(steps, 0), "to_ns")));
	json_decref(steps);
	json_decref(f.event);
	str_done(&f.series);
}

TEST(without_samples_of_its_clock_only_turns_are_known)
{
	struct mon_layout l = { 0 };
	struct facts f = { .event = json_array() };
	const json_t *step;

	/* The guest does not come to the end of its step. */
	boundary(&f, "step", "one", 10, 1);
	add(&f, 20, 1, 0);
	for (int i = 0; i < 3; i++) {
		json_t *steps = steps_json(&f, i == 0 ? NULL : &l, i == 1);

		CHECK_INT(json_array_size(steps), 1);
		step = json_array_get(steps, 0);
		CHECK_INT(facts_int(step, "samples"), i == 2);
		CHECK(json_is_null(json_object_get(step, "iterations_rate")));
		json_decref(steps);
	}
	/* Nor is there anything where no step is. */
	json_array_clear(f.event);
	event(&f, "start", "", 0);
	CHECK(json_is_null(steps_json(&f, &l, false)));
	json_decref(f.event);
	str_done(&f.series);
}
