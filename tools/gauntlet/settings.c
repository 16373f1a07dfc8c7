/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/settings.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

static void add(struct settings *s, const char *key, enum check_layer layer,
		const char *text)
{
	struct setting_line *line;

	s->item = must(reallocarray(s->item, s->count + 1, sizeof(*s->item)));
	line = &s->item[s->count++];
	*line = (struct setting_line){ .key = key, .layer = layer };
	str_add(&line->value, text);
}

static void add_time(struct settings *s, const char *key, uint64_t ns)
{
	auto_str struct str text = { 0 };

	if (!ns)
		return;
	str_addf(&text, "%gms", (double)ns / 1e6);
	add(s, key, LAYER_TEST, str_text(&text));
}

static void add_words(struct settings *s, const char *key,
		      enum check_layer layer, char *const *words)
{
	for (; words && *words; words++)
		add(s, key, layer, *words);
}

/* A sysctl that the test sets, too, is the test's. */
static bool is_replaced(const struct tuning *by, const char *name)
{
	for (size_t i = 0; by && i < by->sysctl_count; i++) {
		if (strcmp(by->sysctl[i].name, name) == 0)
			return true;
	}
	return false;
}

static void add_tuning(struct settings *s, const struct tuning *t,
		       const struct tuning *later, enum check_layer layer)
{
	add_words(s, "kargs", layer, t->kargs);
	for (size_t i = 0; i < t->sysctl_count; i++) {
		auto_str struct str text = { 0 };

		str_addf(&text, "%s=%s", t->sysctl[i].name, t->sysctl[i].value);
		if (!is_replaced(later, t->sysctl[i].name))
			add(s, "sysctl", layer, str_text(&text));
	}
	for (size_t i = 0; i < t->file_count; i++)
		add(s, "include-files", layer, t->file[i].path);
}

static void add_declared(struct settings *s, const struct sched *sched,
			 const struct test *t, const struct profile *p)
{
	auto_words char **on = NULL, **off = NULL;

	add_tuning(s, &sched->tuning, &t->tuning, LAYER_SCHED);
	if (sched->config_file)
		add(s, "config-file", LAYER_SCHED, sched->config_file);
	if (sched->cgroup_parent)
		add(s, "cgroup-parent", LAYER_SCHED, sched->cgroup_parent);
	if (profile_enable(sched, p, &on) < 0 ||
	    profile_disable(sched, p, &off) < 0)
		die(EX_BROKEN, "out of memory");
	add_words(s, "enable", LAYER_SCHED, on);
	add_words(s, "disable", LAYER_SCHED, off);
}

void settings_find(const struct sched *s, const struct test *t,
		   const struct profile *p, struct settings *ret)
{
	*ret = (struct settings){ 0 };
	if (s)
		add_declared(ret, s, t, p);
	add_tuning(ret, &t->tuning, NULL, LAYER_TEST);
	add_time(ret, "watchdog", t->watchdog_ns);
	add_time(ret, "cleanup-budget", t->cleanup_ns);
	if (t->verifier)
		add(ret, "verifier", LAYER_TEST,
		    t->verifier == VERIFIER_LOG ? "log" : "numbers");
}

void settings_done(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		str_done(&s->item[i].value);
	free(s->item);
	*s = (struct settings){ 0 };
}
