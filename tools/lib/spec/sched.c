/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/flag-check.h"
#include "tools/lib/spec/read.h"
#include "tools/lib/spec/sched-parts.h"
#include "tools/lib/words.h"

static const char *const section_names[] = { "scheduler", "flag", "check",
					     NULL };
static const char *const flag_keys[] = { "args", "requires", "enable",
					 "disable", NULL };

static int read_flag(struct sched *s, const struct conf_section *section,
		     struct diag *d)
{
	struct sched_flag *grown, *f;
	int r = 0;

	if (!is_name(section->name, "-"))
		diag_add(d, &section->at,
			 "a flag's name is made of letters, digits and '-', as "
			 "in [flag short-slice]");
	if (strcmp(section->name, "default") == 0)
		diag_add(d, &section->at,
			 "'default' is the profile without flags, so no flag "
			 "can have the name");
	if (sched_flag_find(s, section->name))
		diag_add(d, &section->at, "flag '%s' is declared twice",
			 section->name);
	grown = reallocarray(s->flag, s->flag_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->flag = grown;
	f = &grown[s->flag_count++];
	*f = (struct sched_flag){ .name = strdup(section->name),
				  .at = section->at };
	if (!f->name)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < section->entry_count; i++) {
		const struct conf_entry *e = &section->entry[i];

		if (strcmp(e->key, "args") == 0)
			r = read_args(e, d, &f->args);
		else if (strcmp(e->key, "requires") == 0)
			r = read_names(e, d, "flag", &f->requires);
		else if (strcmp(e->key, "enable") == 0)
			r = switching_read(e, d, &f->enable);
		else if (strcmp(e->key, "disable") == 0)
			r = switching_read(e, d, &f->disable);
		else
			complain_of_name(d, &e->at_key, "key", e->key,
					 flag_keys, NULL);
	}
	return r;
}

static int read_section(struct sched *s, const struct conf_section *section,
			struct diag *d, unsigned int seen[2])
{
	if (strcmp(section->kind, "flag") == 0)
		return read_flag(s, section, d);
	bool is_check = strcmp(section->kind, "check") == 0;
	if (!is_check && strcmp(section->kind, "scheduler") != 0) {
		if (*section->kind)
			complain_of_name(d, &section->at, "section",
					 section->kind, section_names, NULL);
		return 0;
	}
	if (*section->name)
		diag_add(d, &section->at, "[%s] takes no name", section->kind);
	if (seen[is_check]++) {
		diag_add(d, &section->at, "a second [%s] section",
			 section->kind);
		return 0;
	}
	if (!is_check)
		return sched_read_scheduler(s, section, d);
	for (size_t i = 0; i < section->entry_count; i++)
		checks_read_entry(&section->entry[i], d, &s->check);
	return 0;
}

static int parse(const char *path, const char *text, struct diag *d,
		 struct sched *ret)
{
	unsigned int seen[2] = { 0 };
	int r;

	*ret = (struct sched){ .topology = topology_default };
	r = conf_parse(path, text, d, &ret->conf);
	if (r < 0)
		return r;
	ret->name = name_of_file(&ret->conf, ".sched", d);
	if (!ret->name)
		return -ENOMEM;
	if (strcmp(ret->name, "none") == 0)
		diag_add(d, &ret->conf.section[0].at,
			 "'none' means that no scheduler is loaded; name the "
			 "file otherwise");
	check_head(&ret->conf.section[0], d);
	for (size_t i = 1; r == 0 && i < ret->conf.section_count; i++)
		r = read_section(ret, &ret->conf.section[i], d, seen);
	if (r == 0 && !seen[0])
		diag_add(d, &ret->conf.section[0].at,
			 "there is no [scheduler] section");
	if (r == 0 && seen[0])
		sched_check_kind(ret, d);
	return r < 0 ? r : flag_check(ret, d);
}

int sched_parse(const char *path, const char *text, struct diag *d,
		struct sched *ret)
{
	unsigned int before = d->count;
	int r = parse(path, text, d, ret);

	diag_sort(d, before);
	return r;
}

void sched_done(struct sched *s)
{
	for (size_t i = 0; i < s->flag_count; i++) {
		free(s->flag[i].name);
		words_free(s->flag[i].args);
		words_free(s->flag[i].requires);
		switching_done(&s->flag[i].enable);
		switching_done(&s->flag[i].disable);
	}
	free(s->flag);
	free(s->name);
	free(s->binary);
	words_free(s->args);
	tuning_done(&s->tuning);
	switching_done(&s->enable);
	switching_done(&s->disable);
	free(s->config_file);
	free(s->config_option);
	free(s->cgroup_parent);
	free(s->cgroup_option);
	conf_done(&s->conf);
	*s = (struct sched){ 0 };
}

const struct sched_flag *sched_flag_find(const struct sched *s,
					 const char *name)
{
	for (size_t i = 0; i < s->flag_count; i++) {
		if (strcmp(s->flag[i].name, name) == 0)
			return &s->flag[i];
	}
	return NULL;
}
