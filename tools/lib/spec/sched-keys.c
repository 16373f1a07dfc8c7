/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sched-keys.c - the "[scheduler]" section of a declaration. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/read.h"
#include "tools/lib/spec/sched-parts.h"
#include "tools/lib/words.h"

/* One entry on its way. */
struct key {
	struct sched *s;
	const struct conf_entry *e;
	struct diag *d;
};

static int read_text(const struct key *k, char **ret)
{
	free(*ret);
	*ret = strdup(k->e->value);
	return *ret ? 0 : -ENOMEM;
}

static int read_binary(const struct key *k)
{
	if (!*k->e->value)
		diag_add(k->d, &k->e->at_key, "'binary' needs a path");
	return read_text(k, &k->s->binary);
}

static int read_arguments(const struct key *k)
{
	return read_args(k->e, k->d, &k->s->args);
}

static int read_machine(const struct key *k)
{
	return read_topology(k->e, k->d, &k->s->topology, &k->s->has_topology);
}

static int read_sysctl(const struct key *k)
{
	return tuning_read_sysctl(k->e, k->d, &k->s->tuning);
}

static int read_kargs(const struct key *k)
{
	return tuning_read_kargs(k->e, k->d, &k->s->tuning);
}

static int read_files(const struct key *k)
{
	return tuning_read_files(k->e, k->d, &k->s->tuning);
}

static int read_enable(const struct key *k)
{
	return switching_read(k->e, k->d, &k->s->enable);
}

static int read_disable(const struct key *k)
{
	return switching_read(k->e, k->d, &k->s->disable);
}

static int read_config_file(const struct key *k)
{
	k->s->at_config_file = k->e->at_value;
	return read_text(k, &k->s->config_file);
}

/* "none": what it stands before comes without an option. */
static int read_option(const struct key *k, char **ret)
{
	const char *text = k->e->value;

	if (strcmp(text, "none") != 0 &&
	    (*text != '-' || text[strcspn(text, " \t\"'\\")]))
		diag_add(k->d, &k->e->at_value,
			 "'%s' is an option of the scheduler, one word that "
			 "begins with '-', or none; not '%s'",
			 k->e->key, text);
	return read_text(k, ret);
}

static int read_config_option(const struct key *k)
{
	return read_option(k, &k->s->config_option);
}

static int read_cgroup_option(const struct key *k)
{
	return read_option(k, &k->s->cgroup_option);
}

/* "/a/b": each part is a name, and none begins with a dot. */
static bool is_cgroup_path(const char *p)
{
	while (*p == '/') {
		size_t len = strcspn(++p, "/");
		char name[64] = "";

		if (len == 0 || len >= sizeof(name) || *p == '.')
			return false;
		memcpy(name, p, len);
		if (!is_name(name, "-_."))
			return false;
		p += len;
	}
	return *p == '\0';
}

static int read_cgroup_parent(const struct key *k)
{
	const char *text = k->e->value;

	if (*text != '/' || !is_cgroup_path(text) || strlen(text) > 200)
		diag_add(k->d, &k->e->at_value,
			 "'cgroup-parent' is the path of a cgroup below the "
			 "root, such as /app.slice, not '%s'",
			 text);
	return read_text(k, &k->s->cgroup_parent);
}

static int read_smt(const struct key *k)
{
	k->s->limits.has_smt = true;
	read_yesno(k->e, k->d, &k->s->limits.requires_smt);
	return 0;
}

static const struct {
	const char *key;
	int (*read)(const struct key *k);
	bool is_list; /* may repeat */
} key_table[] = {
	{ "binary", read_binary, false },
	{ "args", read_arguments, true },
	{ "topology", read_machine, false },
	{ "sysctl", read_sysctl, true },
	{ "kargs", read_kargs, true },
	{ "include-files", read_files, true },
	{ "enable", read_enable, true },
	{ "disable", read_disable, true },
	{ "config-file", read_config_file, false },
	{ "config-option", read_config_option, false },
	{ "cgroup-parent", read_cgroup_parent, false },
	{ "cgroup-option", read_cgroup_option, false },
	{ "requires-smt", read_smt, false },
};
#define KEY_COUNT (sizeof(key_table) / sizeof(key_table[0]))

/* Their bounds are those of topology_parse(). */
static const struct {
	const char *key;
	size_t at;
	unsigned int max;
} limit_table[] = {
	{ "min-nodes", offsetof(struct sched_limits, min_nodes), 64 },
	{ "max-nodes", offsetof(struct sched_limits, max_nodes), 64 },
	{ "min-llcs", offsetof(struct sched_limits, min_llcs), 512 },
	{ "max-llcs", offsetof(struct sched_limits, max_llcs), 512 },
	{ "min-cpus", offsetof(struct sched_limits, min_cpus), 512 },
	{ "max-cpus", offsetof(struct sched_limits, max_cpus), 512 },
};
#define LIMIT_COUNT (sizeof(limit_table) / sizeof(limit_table[0]))

static unsigned int *limit_of(const struct sched *s, size_t i)
{
	return (unsigned int *)((char *)&s->limits + limit_table[i].at);
}

/* How to read @key; -1: it is none of the table. */
static int find(const char *key)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(key_table[i].key, key) == 0)
			return (int)i;
	}
	return -1;
}

static bool read_limit(const struct key *k, const struct conf_section *section,
		       size_t index)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (strcmp(limit_table[i].key, k->e->key) != 0)
			continue;
		if (!is_repeated(section, index, k->d))
			read_count(k->e, k->d, 1, limit_table[i].max,
				   limit_of(k->s, i));
		return true;
	}
	return false;
}

static void complain(const struct key *k)
{
	const char *names[KEY_COUNT + LIMIT_COUNT + 1] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[n++] = key_table[i].key;
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		names[n++] = limit_table[i].key;
	complain_of_name(k->d, &k->e->at_key, "key", k->e->key, names, NULL);
}

static int read_entry(const struct key *k, const struct conf_section *section,
		      size_t index)
{
	int at = find(k->e->key);

	if (at < 0) {
		if (!read_limit(k, section, index))
			complain(k);
		return 0;
	}
	if (!key_table[at].is_list && is_repeated(section, index, k->d))
		return 0;
	if (!*k->e->value && key_table[at].read != read_arguments &&
	    key_table[at].read != read_binary) {
		diag_add(k->d, &k->e->at_key, "'%s' needs a value", k->e->key);
		return 0;
	}
	return key_table[at].read(k);
}

static void check_limits(const struct sched *s,
			 const struct conf_section *section, struct diag *d)
{
	for (size_t i = 0; i < LIMIT_COUNT; i += 2) {
		unsigned int min = *limit_of(s, i), max = *limit_of(s, i + 1);

		if (max && min > max)
			diag_add(d,
				 &section_find(section, limit_table[i].key)
					  ->at_value,
				 "%s %u is above %s %u", limit_table[i].key,
				 min, limit_table[i + 1].key, max);
	}
}

int sched_read_scheduler(struct sched *s, const struct conf_section *section,
			 struct diag *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < section->entry_count; i++) {
		struct key k = { .s = s, .e = &section->entry[i], .d = d };

		r = read_entry(&k, section, i);
	}
	if (r == 0)
		check_limits(s, section, d);
	return r;
}

/* Complain at @key of the section, which @is_there. */
static void refuse(const struct sched *s, struct diag *d, const char *key,
		   bool is_there, const char *why)
{
	if (is_there)
		diag_add(d, place_of(&s->conf, "scheduler", "", key), "%s",
			 why);
}

/* In the kernel there is no program that could take words. */
static void check_builtin(const struct sched *s, struct diag *d)
{
	refuse(s, d, "args", s->args,
	       "'args' are for a scheduler with a binary");
	refuse(s, d, "config-file", s->config_file,
	       "'config-file' is for a scheduler with a binary");
	refuse(s, d, "cgroup-option", s->cgroup_option,
	       "'cgroup-option' is for a scheduler with a binary");
	for (size_t i = 0; i < s->flag_count; i++) {
		if (s->flag[i].args)
			diag_add(d, &s->flag[i].at,
				 "flag '%s' has 'args', and the scheduler has "
				 "no binary that could take them",
				 s->flag[i].name);
	}
}

static void check_program(const struct sched *s, struct diag *d)
{
	refuse(s, d, "enable", s->enable.count,
	       "'enable' is for a scheduler in the kernel; this one has a "
	       "binary");
	refuse(s, d, "disable", s->disable.count && !s->enable.count,
	       "'disable' is for a scheduler in the kernel; this one has a "
	       "binary");
	for (size_t i = 0; i < s->flag_count; i++) {
		if (s->flag[i].enable.count || s->flag[i].disable.count)
			diag_add(d, &s->flag[i].at,
				 "flag '%s' has 'enable' or 'disable', which "
				 "are for a scheduler in the kernel; this one "
				 "has a binary",
				 s->flag[i].name);
	}
}

void sched_check_kind(const struct sched *s, struct diag *d)
{
	refuse(s, d, "config-option", s->config_option && !s->config_file,
	       "'config-option' needs a 'config-file'");
	refuse(s, d, "cgroup-option", s->cgroup_option && !s->cgroup_parent,
	       "'cgroup-option' needs a 'cgroup-parent'");
	if (s->binary) {
		check_program(s, d);
		return;
	}
	check_builtin(s, d);
	refuse(s, d, "disable", s->disable.count && !s->enable.count,
	       "'disable' without 'enable': the scheduler is never switched "
	       "on");
	if (!s->enable.count && !s->disable.count)
		diag_add(d, place_of(&s->conf, "scheduler", "", ""),
			 "[scheduler] needs 'binary = PATH', the program that "
			 "loads the scheduler, or 'enable = COMMAND' for one "
			 "that is in the kernel");
}

void sched_config_guest(const struct sched *s, struct str *ret)
{
	tuning_file_guest(s->config_file, ret);
}

void sched_check_files(const struct sched *s, struct diag *d)
{
	tuning_check_files(&s->tuning, d);
	if (s->config_file)
		tuning_check_file(s->config_file, &s->at_config_file, d);
	switching_check(&s->enable, d);
	switching_check(&s->disable, d);
	for (size_t i = 0; i < s->flag_count; i++) {
		switching_check(&s->flag[i].enable, d);
		switching_check(&s->flag[i].disable, d);
	}
}
