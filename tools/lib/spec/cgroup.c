/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.c - "[cgroup NAME]". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

#define NAME_MAX_BYTES 128

static const struct planned planned[] = {
	{ "payload", NULL },
	{ "mem-policy", "write 'mem=' in the work" },
	{ "swappable", NULL },
	{ NULL, NULL },
};

/* One entry on its way. */
struct key {
	const struct conf_section *section;
	const struct conf_entry *e;
	struct diag *d;
	bool below_step;
};

/* No dots: a cgroup's folder holds files such as cpuset.cpus. */
bool cgroup_is_name(const char *name)
{
	size_t len = strlen(name);

	return is_name(name, "-_/") && len <= NAME_MAX_BYTES &&
	       name[0] != '/' && name[len - 1] != '/' && !strstr(name, "//");
}

static int read_work(struct cgroup_def *c, const struct key *k)
{
	const struct conf_entry *e = k->e;
	struct work *grown;

	if (c->empty || (c->work_count && strcmp(e->value, "none") == 0)) {
		diag_add(k->d, &e->at_value,
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
	return work_read(e, k->d, &grown[c->work_count++]);
}

static int read_cpuset(struct cgroup_def *c, const struct key *k)
{
	auto_value_words struct value_words words = { 0 };

	if (value_words(k->e->value, &k->e->at_value, &words) < 0)
		return -ENOMEM;
	return cpuset_read(&words, 0, &k->e->at_key, k->d, &c->cpuset);
}

static int read_weight(struct cgroup_def *c, const struct key *k)
{
	weight_read(k->e->value, &k->e->at_value, k->d, &c->weight);
	return 0;
}

static int read_max(struct cgroup_def *c, const struct key *k)
{
	c->has_max = true;
	cpu_max_read(k->e->value, &k->e->at_value, k->d, &c->max);
	return 0;
}

static int read_uclamp(struct cgroup_def *c, const struct key *k)
{
	auto_value_words struct value_words words = { 0 };

	c->has_uclamp = true;
	if (value_words(k->e->value, &k->e->at_value, &words) < 0)
		return -ENOMEM;
	if (words.count == 2)
		uclamp_read(words.item, k->d, &c->uclamp);
	else
		diag_add(k->d, &k->e->at_key,
			 "this is written 'uclamp = MIN MAX', such as 10%% "
			 "60%%");
	return 0;
}

static int read_mems(struct cgroup_def *c, const struct key *k)
{
	c->has_mems = true;
	nodes_read(k->e->value, &k->e->at_value, k->d, &c->mems);
	return 0;
}

static int read_copies(struct cgroup_def *c, const struct key *k)
{
	(void)amount_read_at(k->e->value, &k->e->at_value, "'copies'", k->d, 1,
			     CGROUP_COPIES_MAX, &c->copies);
	return 0;
}

static int read_start(struct cgroup_def *c, const struct key *k)
{
	c->by_op = strcmp(k->e->value, "op") == 0;
	if (!c->by_op)
		diag_add(k->d, &k->e->at_value,
			 "'start' can be op (made by 'add-cgroup = %s'), not "
			 "'%s'",
			 c->name, k->e->value);
	return 0;
}

static int read_lives(struct cgroup_def *c, const struct key *k)
{
	c->of_step = strcmp(k->e->value, "step") == 0;
	if (!c->of_step && strcmp(k->e->value, "test") != 0)
		diag_add(k->d, &k->e->at_value,
			 "'lives' is test or step, not '%s'", k->e->value);
	else if (c->of_step && !k->below_step)
		diag_add(k->d, &k->e->at_value,
			 "cgroup '%s' stands below no step that it could live "
			 "in",
			 c->name);
	return 0;
}

static const struct {
	const char *name;
	int (*read)(struct cgroup_def *c, const struct key *k);
	bool may_repeat;
} key_table[] = {
	{ "cpuset", read_cpuset, false },     { "work", read_work, true },
	{ "cpu-weight", read_weight, false }, { "cpu-max", read_max, false },
	{ "uclamp", read_uclamp, false },     { "mems", read_mems, false },
	{ "copies", read_copies, false },     { "start", read_start, false },
	{ "lives", read_lives, false },
};
#define KEY_COUNT (sizeof(key_table) / sizeof(key_table[0]))

static int read_key(struct cgroup_def *c, const struct key *k, size_t index)
{
	const char *names[KEY_COUNT + 1] = { NULL };

	for (size_t i = 0; i < KEY_COUNT; i++) {
		names[i] = key_table[i].name;
		if (strcmp(names[i], k->e->key) != 0)
			continue;
		if (!key_table[i].may_repeat &&
		    is_repeated(k->section, index, k->d))
			return 0;
		return key_table[i].read(c, k);
	}
	complain_of_name(k->d, &k->e->at_key, "key", k->e->key, names, planned);
	return 0;
}

/* What depends on two keys. */
static void check_keys(const struct test *t, const struct cgroup_def *c,
		       struct diag *d)
{
	bool each = c->cpuset.kind == CPUSET_EACH || c->cpuset.each;

	if (each && !amount_is_set(&c->copies))
		diag_add(d, place_of(&t->conf, "cgroup", c->name, "cpuset"),
			 "'each' is for a cgroup with 'copies'");
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
	for (size_t i = 0; r == 0 && i < s->entry_count; i++)
		r = read_key(c,
			     &(struct key){ .section = s,
					    .e = &s->entry[i],
					    .d = d,
					    .below_step = t->step_count > 0 },
			     i);
	check_keys(t, c, d);
	return r;
}

bool cgroup_def_is(const struct cgroup_def *c, const char *name, int *ret_copy)
{
	size_t len = strlen(c->name);
	uint64_t copy;

	if (strncmp(c->name, name, len) != 0)
		return false;
	*ret_copy = -1;
	if (!name[len])
		return true;
	if (!amount_is_set(&c->copies) || name[len] != '-' ||
	    (name[len + 1] == '0' && name[len + 2]) ||
	    num_parse(name + len + 1, 0, CGROUP_COPIES_MAX - 1, &copy) < 0)
		return false;
	*ret_copy = (int)copy;
	return true;
}

void cgroup_copy_name(const struct cgroup_def *c, unsigned int copy,
		      struct str *ret)
{
	str_add(ret, c->name);
	if (amount_is_set(&c->copies))
		str_addf(ret, "-%u", copy);
}

void cgroup_def_done(struct cgroup_def *c)
{
	for (size_t i = 0; i < c->work_count; i++)
		work_done(&c->work[i]);
	free(c->name);
	free(c->work);
	*c = (struct cgroup_def){ 0 };
}
