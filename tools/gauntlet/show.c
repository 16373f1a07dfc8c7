/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.c - "ktstr-gauntlet show": the checks of a test, and who set them. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/project.h"
#include "tools/gauntlet/settings.h"
#include "tools/lib/spec/profile.h"

static const char *const layer_names[] = {
	[LAYER_DEFAULT] = "default",
	[LAYER_SCHED] = "scheduler",
	[LAYER_TEST] = "test",
};

/* A check's setting as files spell it. */
static void format_limit(const struct check_info *info,
			 const struct check_value *v, char *ret, size_t size)
{
	if (info->type == CHECK_YESNO)
		snprintf(ret, size, "%s", v->off ? "no" : "yes");
	else if (v->off)
		snprintf(ret, size, "none");
	else if (info->type == CHECK_PERCENT)
		snprintf(ret, size, "%g%%", v->limit);
	else if (info->type == CHECK_NUMBER)
		snprintf(ret, size, "%.12g", v->limit);
	else
		snprintf(ret, size, "%gms", v->limit / 1e6);
}

static json_t *limit_json(const struct check_info *info,
			  const struct check_value *v)
{
	if (info->type == CHECK_YESNO)
		return json_boolean(!v->off);
	if (v->off)
		return json_null();
	return json_real(info->type == CHECK_TIME ? v->limit / 1e6 : v->limit);
}

/* The settings of the guest that are not as always, each on a line. */
static void print_settings(const struct settings *all)
{
	for (size_t i = 0; i < all->count; i++)
		printf("%s  %-16s %-10s %s\n",
		       i ? "" : "  SETTING          SET BY     VALUE\n",
		       all->item[i].key, layer_names[all->item[i].layer],
		       str_text(&all->item[i].value));
}

static json_t *settings_json(const struct settings *all)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < all->count; i++)
		json_array_append_new(
			list, must(json_pack(
				      "{ss ss ss}", "name", all->item[i].key,
				      "layer", layer_names[all->item[i].layer],
				      "value", str_text(&all->item[i].value))));
	return list;
}

static void print_json(const struct test *t, const char *sched,
		       const char *shape, const char *profile,
		       const struct checks *c, const struct settings *settings)
{
	static const char *const units[] = {
		[CHECK_YESNO] = "yes/no",
		[CHECK_PERCENT] = "percent",
		[CHECK_TIME] = "ms",
		[CHECK_NUMBER] = "number",
	};
	json_t *list = must(json_array()), *o;
	char *text;

	for (size_t i = 0; i < CHECK_KINDS; i++) {
		const struct check_info *info = &check_info[i];
		const struct check_value *v = &c->value[i];

		json_array_append_new(
			list, must(json_pack("{ss so ss ss}", "name", info->key,
					     "limit", limit_json(info, v),
					     "unit", units[info->type], "layer",
					     layer_names[v->layer])));
	}
	o = must(json_pack("{ss ss ss ss so so}", "test", t->name, "scheduler",
			   sched, "topology", shape, "profile", profile,
			   "checks", list, "settings",
			   settings_json(settings)));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}

static void print_table(const struct test *t, const char *sched,
			const char *shape, const char *profile,
			const struct checks *c, const struct settings *settings)
{
	printf("test %s, scheduler %s, machine %s, profile %s\n", t->name,
	       sched, shape, profile);
	if (t->description)
		printf("  %s\n", t->description);
	printf("  %-30s %-8s %-10s %s\n", "CHECK", "LIMIT", "SET BY",
	       "MEANING");
	for (size_t i = 0; i < CHECK_KINDS; i++) {
		char limit[32];

		format_limit(&check_info[i], &c->value[i], limit,
			     sizeof(limit));
		printf("  %-30s %-8s %-10s %s\n", check_info[i].key, limit,
		       layer_names[c->value[i].layer], check_info[i].help);
	}
	print_settings(settings);
}

static void show(const struct request *req, const struct test *t,
		 const struct sched_file *file)
{
	const struct sched *s = sched_file_declaration(file);
	struct topology own = project_own_topology(t, s);
	char shape[TOPOLOGY_TEXT_SIZE];
	struct profile profile;
	struct settings settings;
	struct checks c;
	struct why why = { .text = "out of memory", .error = -ENOMEM };

	if (profile_of_test(s, t, &profile, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	checks_merge(s ? &s->check : NULL, &t->check, &c);
	topology_format(&own, shape);
	settings_find(s, t, &profile, &settings);
	(req->json ? print_json : print_table)(t, sched_file_name(file), shape,
					       profile.name, &c, &settings);
	settings_done(&settings);
	profile_done(&profile);
}

int command_show(const struct request *req)
{
	struct project p;

	project_read(req->sched, req->operand, false, &p);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < p.sched_count * p.test_count; i++) {
			const struct sched_file *s =
				&p.sched[i % p.sched_count];
			const struct test *t = &p.test[i / p.sched_count].test;

			if (!project_runs_on(t, s))
				continue;
			if (pass == 0)
				project_check_pair(&p, t,
						   sched_file_declaration(s));
			else
				show(req, t, s);
		}
		project_stop_on_complaints(&p);
	}
	project_done(&p);
	return EX_PASS;
}
