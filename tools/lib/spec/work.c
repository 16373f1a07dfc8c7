/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work.c - "work = TYPE option=value ...". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"

#define US 1000ULL
#define MS (1000 * US)

#define WORKERS_MAX 1024

const char *const work_type_names[WORK_TYPES] = {
	[WORK_CPU_SPIN] = "cpu-spin", [WORK_YIELD_HEAVY] = "yield-heavy",
	[WORK_MIXED] = "mixed",	      [WORK_BURSTY] = "bursty",
	[WORK_PIPE_IO] = "pipe-io",
};

static const struct planned planned_types[] = {
	{ "io-sync", NULL },
	{ "futex-ping-pong", NULL },
	{ "cache-pressure", NULL },
	{ "cache-yield", NULL },
	{ "cache-pipe", NULL },
	{ "futex-fan-out", NULL },
	{ "sequence", NULL },
	{ "fork-exit", NULL },
	{ "nice-sweep", NULL },
	{ "affinity-churn", NULL },
	{ "policy-churn", NULL },
	{ "fan-out-compute", NULL },
	{ "page-fault-churn", NULL },
	{ "mutex-contention", NULL },
	{ "exec", NULL },
	{ NULL, NULL },
};

static const struct planned planned_options[] = {
	{ "mem-policy", NULL },
	{ "mem-flags", NULL },
	{ NULL, NULL },
};

/* One "option=value" on its way. */
struct option {
	char *name, *value;
	struct place at, at_value;
	struct diag *d;
};

static void read_workers(struct option *o, struct work *w)
{
	(void)read_count_at(o->value, &o->at_value, "'workers'", o->d, 1,
			    WORKERS_MAX, &w->workers);
}

static void read_spin(struct option *o, struct work *w)
{
	(void)read_count_at(o->value, &o->at_value, "'spin'", o->d, 1, 1000000,
			    &w->spin);
}

static void read_phase(struct option *o, uint64_t *ret)
{
	(void)read_time_at(o->value, &o->at_value, o->name, o->d, 10 * US,
			   60 * 1000 * MS, ret);
}

static void read_burst(struct option *o, struct work *w)
{
	read_phase(o, &w->burst_ns);
}

static void read_sleep(struct option *o, struct work *w)
{
	read_phase(o, &w->sleep_ns);
}

static void read_policy(struct option *o, struct work *w)
{
	static const char *const names[] = {
		[POLICY_NORMAL] = "normal", [POLICY_BATCH] = "batch",
		[POLICY_IDLE] = "idle",	    [POLICY_FIFO] = "fifo",
		[POLICY_RR] = "rr",	    [POLICY_RR + 1] = NULL
	};
	char *colon = strchr(o->value, ':');

	if (colon)
		*colon = '\0';
	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], o->value) != 0)
			continue;
		bool realtime = i == POLICY_FIFO || i == POLICY_RR;

		w->policy = (enum work_policy)i;
		w->priority = realtime ? 1 : 0;
		if (!colon)
			return;
		size_t offset = (size_t)(colon + 1 - o->value);
		struct place at =
			place_part(&o->at_value, offset, strlen(colon + 1));
		if (realtime)
			(void)read_count_at(colon + 1, &at,
					    "a real-time priority", o->d, 1,
					    WORK_PRIORITY_MAX, &w->priority);
		else
			diag_add(o->d, &at,
				 "policy '%s' has no priority; only fifo and "
				 "rr have",
				 o->value);
		return;
	}
	struct place at = place_part(&o->at_value, 0, strlen(o->value));
	complain_of_name(o->d, &at, "policy", o->value, names, NULL);
}

static void read_nice(struct option *o, struct work *w)
{
	bool negative = o->value[0] == '-';
	unsigned int value = 0;
	const char *digits = o->value + negative;
	size_t len = strspn(digits, "0123456789");

	for (size_t i = 0; i < len && i < 3; i++)
		value = value * 10 + (unsigned int)(digits[i] - '0');
	if (len == 0 || len > 2 || digits[len] || value > 19U + negative) {
		diag_add(o->d, &o->at_value,
			 "'nice' is a number from -20 to 19, not '%s'",
			 o->value);
		return;
	}
	w->nice = negative ? -(int)value : (int)value;
}

static void read_affinity(struct option *o, struct work *w)
{
	(void)affinity_read(o->value, &o->at_value, o->d, &w->affinity);
}

static const struct {
	const char *name;
	void (*read)(struct option *o, struct work *w);
	int only; /* the one type that has it, or -1 */
} option_table[] = {
	{ "workers", read_workers, -1 },
	{ "spin", read_spin, WORK_PIPE_IO },
	{ "burst", read_burst, WORK_BURSTY },
	{ "sleep", read_sleep, WORK_BURSTY },
	{ "policy", read_policy, -1 },
	{ "nice", read_nice, -1 },
	{ "affinity", read_affinity, -1 },
};
#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))
static const char *const option_names[] = { "workers",	"spin",	  "burst",
					    "sleep",	"policy", "nice",
					    "affinity", NULL };

/* @seen: one bit for each option so far, in and out. */
static void read_option(struct option *o, struct work *w, unsigned int *seen)
{
	struct place at_name = place_part(&o->at, 0, strlen(o->name));

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		int only = option_table[i].only;

		if (strcmp(option_table[i].name, o->name) != 0)
			continue;
		if (*seen & 1U << i)
			diag_add(o->d, &at_name, "'%s' is given twice",
				 o->name);
		else if (only >= 0 && only != (int)w->type)
			diag_add(o->d, &at_name,
				 "'%s' has no '%s'; only '%s' has",
				 work_type_names[w->type], o->name,
				 work_type_names[only]);
		else
			option_table[i].read(o, w);
		*seen |= 1U << i;
		return;
	}
	complain_of_name(o->d, &at_name, "option", o->name, option_names,
			 planned_options);
}

static void read_options(const struct value_words *words, struct diag *d,
			 struct work *w)
{
	unsigned int seen = 0;
	bool told = false;

	for (size_t i = 1; i < words->count; i++) {
		struct value_word *word = &words->item[i];
		char *equals = strchr(word->text, '=');

		if (!equals || equals == word->text) {
			/* "workers = 4" is three such words, and one mistake */
			if (!told)
				diag_add(d, &word->at,
					 "what follows a work type is "
					 "option=value, without blanks around "
					 "'='");
			told = true;
			continue;
		}
		size_t name_len = (size_t)(equals - word->text);
		struct option o = {
			.name = word->text,
			.value = equals + 1,
			.at = word->at,
			.at_value = place_part(&word->at, name_len + 1,
					       strlen(equals + 1)),
			.d = d,
		};
		*equals = '\0';
		read_option(&o, w, &seen);
	}
}

static bool find_type(const char *name, enum work_type *ret)
{
	for (size_t i = 0; i < WORK_TYPES; i++) {
		if (strcmp(work_type_names[i], name) != 0)
			continue;
		*ret = (enum work_type)i;
		return true;
	}
	return false;
}

int work_read(const struct conf_entry *e, struct diag *d, struct work *ret)
{
	auto_value_words struct value_words words = { 0 };
	const char *names[WORK_TYPES + 2] = { NULL };

	*ret = (struct work){ .spin = 1024,
			      .burst_ns = 50 * MS,
			      .sleep_ns = 100 * MS,
			      .at = e->at_value };
	if (value_words(e->value, &e->at_value, &words) < 0)
		return -ENOMEM;
	if (words.count == 0) {
		diag_add(d, &e->at_key,
			 "'work' needs a type, such as cpu-spin");
		return 0;
	}
	if (!find_type(words.item[0].text, &ret->type)) {
		memcpy(names, work_type_names, sizeof(work_type_names));
		names[WORK_TYPES] = "none";
		complain_of_name(d, &words.item[0].at, "work type",
				 words.item[0].text, names, planned_types);
		return 0;
	}
	read_options(&words, d, ret);
	if (ret->type == WORK_PIPE_IO && ret->workers % 2)
		diag_add(d, &e->at_value,
			 "pipe-io works in pairs: %u workers are an odd number",
			 ret->workers);
	if (ret->nice && ret->priority)
		diag_add(d, &e->at_value,
			 "'nice' means nothing to a real-time policy");
	return 0;
}
