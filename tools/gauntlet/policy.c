/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/diag.h"

static int read_percent(const json_t *value, const char *file, const char *key,
			double *ret, struct why *why)
{
	if (!json_is_number(value) || json_number_value(value) < 0)
		return why_set(why, -EINVAL,
			       "%s: %s is no number of percent from 0 on", file,
			       key);
	*ret = json_number_value(value) / 100;
	return 0;
}

static int check_name(const struct metrics *known, const char *file,
		      const char *name, struct why *why)
{
	if (strncmp(name, "payload/", 8) == 0 && strchr(name + 8, '/'))
		return 0;
	if (metrics_find(known, name) >= 0)
		return 0;
	const char **names = calloc(known->count + 1, sizeof(*names));
	if (!names)
		return why_set(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < known->count; i++)
		names[i] = known->item[i].name;
	const char *near = diag_nearest(name, names);
	free(names);
	return why_set(why, -EINVAL,
		       "%s: per_metric_percent: no metric is named "
		       "'%s'%s%s%s",
		       file, name, near ? ", did you mean '" : "",
		       near ? near : "", near ? "'?" : "");
}

static int read_own(const json_t *o, const char *file,
		    const struct metrics *known, struct policy *p,
		    struct why *why)
{
	size_t count = json_object_size(o), n = 0;
	const char *key;
	json_t *value;

	if (!json_is_object(o))
		return why_set(why, -EINVAL,
			       "%s: per_metric_percent is no object", file);
	p->own = calloc(count + 1, sizeof(*p->own));
	if (!p->own)
		return why_set(why, -ENOMEM, "out of memory");
	json_object_foreach((json_t *)o, key, value)
	{
		int r = check_name(known, file, key, why);

		if (r == 0)
			r = read_percent(value, file, key, &p->own[n].part,
					 why);
		if (r < 0)
			return r;
		p->own[n].name = strdup(key);
		if (!p->own[n++].name)
			return why_set(why, -ENOMEM, "out of memory");
	}
	return 0;
}

static int read_all(json_t *o, const char *file, const struct metrics *known,
		    struct policy *p, struct why *why)
{
	const char *key;
	json_t *value;

	if (!json_is_object(o))
		return why_set(why, -EINVAL, "%s: a policy is one object",
			       file);
	json_object_foreach(o, key, value)
	{
		int r;

		if (strcmp(key, "default_percent") == 0)
			r = read_percent(value, file, key, &p->part, why);
		else if (strcmp(key, "per_metric_percent") == 0)
			r = read_own(value, file, known, p, why);
		else
			r = why_set(why, -EINVAL,
				    "%s: unknown key '%s', a policy has "
				    "default_percent and per_metric_percent",
				    file, key);
		if (r < 0)
			return r;
	}
	return 0;
}

int policy_parse(const char *text, size_t len, const char *name,
		 const struct metrics *known, struct policy *ret,
		 struct why *why)
{
	struct policy p = { .part = -1 };
	json_error_t error;
	json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (!o)
		return why_set(why, -EINVAL, "%s:%d:%d: %s", name, error.line,
			       error.column, error.text);
	r = read_all(o, name, known, &p, why);
	json_decref(o);
	if (r < 0) {
		policy_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

double policy_part(const struct policy *p, const struct metric *metric)
{
	for (const struct policy_own *o = p->own; o && o->name; o++) {
		if (strcmp(o->name, metric->name) == 0)
			return o->part;
	}
	return p->part >= 0 ? p->part : metric->gate_part;
}

void policy_done(struct policy *p)
{
	for (struct policy_own *o = p->own; o && o->name; o++)
		free(o->name);
	free(p->own);
	*p = (struct policy){ .part = -1 };
}
