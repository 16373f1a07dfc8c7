/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c - the "[test]" section. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

#define MS	1000000ULL
#define SECOND	(1000 * MS)
#define HOUR_NS (3600 * SECOND)

/* Bounds of what topology_parse() reads. */
#define NODES_MAX  64
#define CPUS_MAX   512
#define MEMORY_MAX (1024 * 1024)

/* One entry on its way. */
struct setting {
	struct test *t;
	const struct conf_entry *e;
	struct diag *d;
};

static int read_text(const struct setting *s, char **ret)
{
	free(*ret);
	*ret = strdup(s->e->value);
	return *ret ? 0 : -ENOMEM;
}

static int read_description(const struct setting *s)
{
	return read_text(s, &s->t->description);
}

static int read_scheduler(const struct setting *s)
{
	if (!is_name(s->e->value, "-_.+"))
		diag_add(s->d, &s->e->at_value,
			 "'scheduler' is the name of a .sched file without its "
			 "ending, or none");
	return read_text(s, &s->t->scheduler);
}

static int read_machine(const struct setting *s)
{
	return read_topology(s->e, s->d, &s->t->topology, &s->t->has_topology);
}

static int read_duration(const struct setting *s)
{
	read_time(s->e, s->d, 10 * MS, HOUR_NS, &s->t->duration_ns);
	return 0;
}

static int read_settle(const struct setting *s)
{
	read_time(s->e, s->d, 0, 60 * SECOND, &s->t->settle_ns);
	return 0;
}

static int read_workers(const struct setting *s)
{
	read_count(s->e, s->d, 1, 1024, &s->t->workers);
	return 0;
}

/* "512M" or "2G" */
static int read_memory(const struct setting *s)
{
	const char *text = s->e->value;
	size_t len = strlen(text);
	uint64_t value = 0, unit = 0;
	char digits[16];

	if (len > 1 && len < sizeof(digits)) {
		memcpy(digits, text, len - 1);
		digits[len - 1] = '\0';
		unit = text[len - 1] == 'M'   ? 1
		       : text[len - 1] == 'G' ? 1024
					      : 0;
	}
	if (!unit || num_parse(digits, 0, MEMORY_MAX, &value) < 0 ||
	    value * unit < 64 || value * unit > MEMORY_MAX) {
		diag_add(s->d, &s->e->at_value,
			 "'memory' is from 64M to 1024G, with its unit M or G "
			 "(2^20 or 2^30 bytes), not '%s'",
			 text);
		return 0;
	}
	s->t->memory_mib = (unsigned int)(value * unit);
	return 0;
}

static int read_min_nodes(const struct setting *s)
{
	s->t->has_min_nodes = true;
	read_count(s->e, s->d, 1, NODES_MAX, &s->t->min_nodes);
	return 0;
}

static int read_max_nodes(const struct setting *s)
{
	s->t->has_max_nodes = true;
	read_count(s->e, s->d, 1, NODES_MAX, &s->t->max_nodes);
	return 0;
}

static int read_min_llcs(const struct setting *s)
{
	s->t->has_min_llcs = true;
	read_count(s->e, s->d, 1, CPUS_MAX, &s->t->min_llcs);
	return 0;
}

static int read_max_llcs(const struct setting *s)
{
	s->t->has_max_llcs = true;
	read_count(s->e, s->d, 1, CPUS_MAX, &s->t->max_llcs);
	return 0;
}

static int read_min_cpus(const struct setting *s)
{
	s->t->has_min_cpus = true;
	read_count(s->e, s->d, 1, CPUS_MAX, &s->t->min_cpus);
	return 0;
}

static int read_max_cpus(const struct setting *s)
{
	s->t->has_max_cpus = true;
	read_count(s->e, s->d, 1, CPUS_MAX, &s->t->max_cpus);
	return 0;
}

static int read_smt(const struct setting *s)
{
	s->t->has_smt = true;
	read_yesno(s->e, s->d, &s->t->requires_smt);
	return 0;
}

static int read_performance(const struct setting *s)
{
	read_yesno(s->e, s->d, &s->t->performance);
	return 0;
}

static int read_required(const struct setting *s)
{
	return read_names(s->e, s->d, "flag", &s->t->required_flags);
}

static int read_excluded(const struct setting *s)
{
	return read_names(s->e, s->d, "flag", &s->t->excluded_flags);
}

static int read_needed(const struct setting *s)
{
	return read_names(s->e, s->d, "flag", &s->t->needs_flags);
}

static int read_controller(const struct setting *s)
{
	bool has = true;

	read_yesno(s->e, s->d, &has);
	s->t->no_cpu_controller = !has;
	return 0;
}

static int read_tags(const struct setting *s)
{
	return read_names(s->e, s->d, "tag", &s->t->tags);
}

static int read_extra_args(const struct setting *s)
{
	return read_args(s->e, s->d, &s->t->extra_args);
}

static int read_seeds(const struct setting *s)
{
	return restriction_read_seeds(s->e, s->d, &s->t->only);
}

static int read_presets(const struct setting *s)
{
	return restriction_read_presets(s->e, s->d, &s->t->only);
}

static int read_clocks(const struct setting *s)
{
	return restriction_read_clocks(s->e, s->d, &s->t->only);
}

static int read_expect(const struct setting *s)
{
	return expect_read(s->e, s->d, &s->t->expect);
}

static int read_sysctl(const struct setting *s)
{
	return tuning_read_sysctl(s->e, s->d, &s->t->tuning);
}

static int read_kargs(const struct setting *s)
{
	return tuning_read_kargs(s->e, s->d, &s->t->tuning);
}

static int read_files(const struct setting *s)
{
	return tuning_read_files(s->e, s->d, &s->t->tuning);
}

/* The kernel takes no more than 30 s, and counts in ticks of 4 ms. */
static int read_watchdog(const struct setting *s)
{
	read_time(s->e, s->d, 100 * MS, 30 * SECOND, &s->t->watchdog_ns);
	return 0;
}

static int read_cleanup(const struct setting *s)
{
	read_time(s->e, s->d, MS, HOUR_NS, &s->t->cleanup_ns);
	return 0;
}

static int read_monitor(const struct setting *s)
{
	read_yesno(s->e, s->d, &s->t->monitor);
	return 0;
}

static int read_exit_dump(const struct setting *s)
{
	read_yesno(s->e, s->d, &s->t->exit_dump);
	return 0;
}

static int read_auto_repro(const struct setting *s)
{
	bool wants = true;

	read_yesno(s->e, s->d, &wants);
	s->t->no_repro = !wants;
	return 0;
}

static int read_verifier(const struct setting *s)
{
	if (strcmp(s->e->value, "numbers") == 0)
		s->t->verifier = VERIFIER_NUMBERS;
	else if (strcmp(s->e->value, "log") == 0)
		s->t->verifier = VERIFIER_LOG;
	else
		diag_add(s->d, &s->e->at_value,
			 "'verifier' is numbers or log, not '%s'", s->e->value);
	return 0;
}

static const struct {
	const char *key;
	int (*read)(const struct setting *s);
	bool is_list; /* may repeat */
} setting_table[] = {
	{ "description", read_description, false },
	{ "scheduler", read_scheduler, false },
	{ "topology", read_machine, false },
	{ "duration", read_duration, false },
	{ "settle", read_settle, false },
	{ "workers", read_workers, false },
	{ "memory", read_memory, false },
	{ "min-nodes", read_min_nodes, false },
	{ "max-nodes", read_max_nodes, false },
	{ "min-llcs", read_min_llcs, false },
	{ "max-llcs", read_max_llcs, false },
	{ "min-cpus", read_min_cpus, false },
	{ "max-cpus", read_max_cpus, false },
	{ "requires-smt", read_smt, false },
	{ "required-flags", read_required, true },
	{ "excluded-flags", read_excluded, true },
	{ "needs-flag", read_needed, true },
	{ "cpu-controller", read_controller, false },
	{ "tags", read_tags, true },
	{ "args", read_extra_args, true },
	{ "expect", read_expect, false },
	{ "performance", read_performance, false },
	{ "seeds", read_seeds, true },
	{ "presets", read_presets, true },
	{ "clocks", read_clocks, true },
	{ "sysctl", read_sysctl, true },
	{ "kargs", read_kargs, true },
	{ "include-files", read_files, true },
	{ "watchdog", read_watchdog, false },
	{ "cleanup-budget", read_cleanup, false },
	{ "monitor", read_monitor, false },
	{ "verifier", read_verifier, false },
	{ "exit-dump", read_exit_dump, false },
	{ "auto-repro", read_auto_repro, false },
};
#define SETTING_COUNT (sizeof(setting_table) / sizeof(setting_table[0]))

static const struct planned planned[] = {
	{ "payload", "write a section [payload NAME]" },
	{ "workloads", "write a section [payload NAME] for each" },
	{ "map-write", "write an op 'write-map' in a step" },
	{ "host-only", "'ktstr-vm host' runs a test on this machine itself" },
	{ NULL, NULL },
};

static int read_setting(struct test *t, const struct conf_section *s,
			size_t index, struct diag *d)
{
	const struct conf_entry *e = &s->entry[index];
	const char *names[SETTING_COUNT + 1] = { NULL };

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		names[i] = setting_table[i].key;
		if (strcmp(names[i], e->key) != 0)
			continue;
		if (!setting_table[i].is_list && is_repeated(s, index, d))
			return 0;
		if (!*e->value) {
			diag_add(d, &e->at_key, "'%s' needs a value", e->key);
			return 0;
		}
		return setting_table[i].read(
			&(struct setting){ .t = t, .e = e, .d = d });
	}
	complain_of_name(d, &e->at_key, "key", e->key, names, planned);
	return 0;
}

int test_read_settings(struct test *t, const struct conf_section *s,
		       struct diag *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->entry_count; i++)
		r = read_setting(t, s, i, d);
	if (r < 0)
		return r;
	test_check_settings(t, s, d);
	return 0;
}
