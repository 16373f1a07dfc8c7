/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.c - "[cgroup NAME]". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"

#define NAME_MAX_BYTES 128

static const char *const keys[] = { "cpuset", "work", NULL };
static const struct planned planned[] = {
	{ "payload", NULL },   { "mem-policy", NULL }, { "mems", NULL },
	{ "swappable", NULL }, { "cpu-weight", NULL }, { "cpu-max", NULL },
	{ NULL, NULL },
};

/* No dots: a cgroup's folder holds files such as cpuset.cpus. */
bool cgroup_is_name(const char *name)
{
	size_t len = strlen(name);

	return is_name(name, "-_/") && len <= NAME_MAX_BYTES &&
	       name[0] != '/' && name[len - 1] != '/' && !strstr(name, "//");
}

static int read_work(struct cgroup_def *c, const struct conf_entry *e,
		     struct diag *d)
{
	struct work *grown;

	if (c->empty || (c->work_count && strcmp(e->value, "none") == 0)) {
		diag_add(d, &e->at_value,
			 "cgroup '%s' has both 'work = none' and work",
			 c->name);
		return 0;
	}
	if (strcmp(e->value, "none") == 0) {
		c->empty = true;
		return 0;
	}
	grown = reallocarray(c->work, c->work_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	c->work = grown;
	return work_read(e, d, &grown[c->work_count++]);
}

static int read_cpuset(struct cgroup_def *c, const struct conf_entry *e,
		       struct diag *d)
{
	auto_value_words struct value_words words = { 0 };

	if (value_words(e->value, &e->at_value, &words) < 0)
		return -ENOMEM;
	return cpuset_read(&words, 0, &e->at_key, d, &c->cpuset);
}

/* Make room for one more where @t's next cgroup belongs. */
static struct cgroup_def *add_cgroup(struct test *t)
{
	struct step *step = t->step_count ? &t->step[t->step_count - 1] : NULL;
	struct cgroup_def **list = step ? &step->cgroup : &t->cgroup;
	size_t *count = step ? &step->cgroup_count : &t->cgroup_count;
	struct cgroup_def *grown =
		reallocarray(*list, *count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	*list = grown;
	grown[*count] = (struct cgroup_def){ 0 };
	return &grown[(*count)++];
}

int test_read_cgroup(struct test *t, const struct conf_section *s,
		     struct diag *d)
{
	struct cgroup_def *c = add_cgroup(t);
	int r = 0;

	if (!c)
		return -ENOMEM;
	c->at = s->at;
	c->name = strdup(s->name);
	if (!c->name)
		return -ENOMEM;
	if (!*s->name)
		diag_add(d, &s->at, "a cgroup needs a name: [cgroup left]");
	else if (!cgroup_is_name(s->name))
		diag_add(d, &s->at,
			 "'%s' is no name of a cgroup: letters, digits, '-' "
			 "and '_', and '/' between a parent and a child",
			 s->name);
	for (size_t i = 0; r == 0 && i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];

		if (strcmp(e->key, "work") == 0)
			r = read_work(c, e, d);
		else if (strcmp(e->key, "cpuset") != 0)
			complain_of_name(d, &e->at_key, "key", e->key, keys,
					 planned);
		else if (!is_repeated(s, i, d))
			r = read_cpuset(c, e, d);
	}
	return r;
}

void cgroup_def_done(struct cgroup_def *c)
{
	for (size_t i = 0; i < c->work_count; i++)
		work_done(&c->work[i]);
	free(c->name);
	free(c->work);
	*c = (struct cgroup_def){ 0 };
}
