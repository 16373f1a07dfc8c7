/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

void profile_done(struct profile *p)
{
	free(p->on);
	free(p->name);
	*p = (struct profile){ 0 };
}

static size_t flag_count(const struct sched *s)
{
	return s ? s->flag_count : 0;
}

void profile_add_name(const struct sched *s, const bool *on, struct str *out)
{
	size_t before = out->len;

	for (size_t i = 0; i < flag_count(s); i++) {
		if (on[i])
			str_addf(out, "%s%s", out->len > before ? "+" : "",
				 s->flag[i].name);
	}
	if (out->len == before)
		str_add(out, "default");
}

static int set_name(const struct sched *s, struct profile *p)
{
	auto_str struct str name = { 0 };

	profile_add_name(s, p->on, &name);
	p->name = str_take(&name);
	return p->name ? 0 : -ENOMEM;
}

/* Switch on @name and, by repeating, all that it requires. */
static int switch_on(const struct sched *s, const char *name, struct profile *p,
		     struct why *reterr_why)
{
	const struct sched_flag *flag = s ? sched_flag_find(s, name) : NULL;

	if (!flag)
		return why_set(reterr_why, -EINVAL,
			       "scheduler '%s' declares no flag '%s'",
			       s ? s->name : "none", name);
	size_t i = (size_t)(flag - s->flag);
	if (p->on[i])
		return 0;
	p->on[i] = true;
	for (char **need = flag->requires; need && *need; need++) {
		int r = switch_on(s, *need, p, reterr_why);
		if (r < 0)
			return r;
	}
	return 0;
}

int profile_of_test(const struct sched *s, const struct test *t,
		    struct profile *ret, struct why *reterr_why)
{
	struct profile p = { .on = calloc(flag_count(s) + 1, sizeof(bool)) };
	int r = p.on ? 0 : -ENOMEM;

	for (char **w = t->required_flags; r == 0 && w && *w; w++)
		r = switch_on(s, *w, &p, reterr_why);
	for (size_t i = 0; r == 0 && i < flag_count(s); i++) {
		if (p.on[i] && words_have(t->excluded_flags, s->flag[i].name))
			r = why_set(reterr_why, -EINVAL,
				    "test '%s' excludes flag '%s', which its "
				    "required flags need",
				    t->name, s->flag[i].name);
	}
	if (r == 0)
		r = set_name(s, &p);
	if (r < 0) {
		profile_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

/* Read the flags of "a+b" into @p, which must come in the declared order. */
static int read_flags(const struct sched *s, const char *name,
		      struct profile *p, struct why *reterr_why)
{
	size_t next = 0;

	for (const char *at = name; at;) {
		size_t len = strcspn(at, "+");
		auto_free char *word = strndup(at, len);
		const struct sched_flag *flag = NULL;

		if (!word)
			return -ENOMEM;
		if (s)
			flag = sched_flag_find(s, word);
		/* no fixture: the name is of a command line. */
		if (!flag)
			return why_set(reterr_why, -EINVAL,
				       "profile '%s': scheduler '%s' declares "
				       "no flag '%s'",
				       name, s ? s->name : "none", word);
		/* no fixture: as above. */
		if ((size_t)(flag - s->flag) < next)
			return why_set(reterr_why, -EINVAL,
				       "profile '%s': flags stand in the order "
				       "of the declaration, each once",
				       name);
		next = (size_t)(flag - s->flag) + 1;
		p->on[next - 1] = true;
		at = at[len] ? at + len + 1 : NULL;
	}
	return 0;
}

const struct sched_flag *profile_unmet(const struct sched *s, const bool *on,
				       const char **ret_need)
{
	for (size_t i = 0; i < flag_count(s); i++) {
		char **need = on[i] ? s->flag[i].requires : NULL;

		for (; need && *need; need++) {
			const struct sched_flag *f = sched_flag_find(s, *need);

			if (f && on[f - s->flag])
				continue;
			*ret_need = *need;
			return &s->flag[i];
		}
	}
	return NULL;
}

static int check_requirements(const struct sched *s, const struct profile *p,
			      struct why *reterr_why)
{
	const char *need;
	const struct sched_flag *flag = profile_unmet(s, p->on, &need);

	if (!flag)
		return 0;
	/* no fixture: as above. */
	return why_set(reterr_why, -EINVAL,
		       "flag '%s' requires '%s', which the profile has not on",
		       flag->name, need);
}

int profile_parse(const struct sched *s, const char *name, struct profile *ret,
		  struct why *reterr_why)
{
	struct profile p = { .on = calloc(flag_count(s) + 1, sizeof(bool)) };
	int r = p.on ? 0 : -ENOMEM;

	if (r == 0 && strcmp(name, "default") != 0)
		r = read_flags(s, name, &p, reterr_why);
	if (r == 0)
		r = check_requirements(s, &p, reterr_why);
	if (r == 0)
		r = set_name(s, &p);
	if (r < 0) {
		profile_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

static int append_all(char ***words, char *const *more)
{
	for (; more && *more; more++) {
		if (words_append(words, *more) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* "OPTION VALUE"; the option may be "none", and is @usual where none is said.
 */
static int append_option(char ***words, const char *option, const char *usual,
			 const char *value)
{
	const char *name = option ? option : usual;
	int r = 0;

	if (strcmp(name, "none") != 0)
		r = words_append(words, name);
	return r < 0 ? r : words_append(words, value);
}

/* What the declaration has keys of their own for. */
static int append_places(const struct sched *s, char ***words)
{
	auto_str struct str config = { 0 };
	const char *group = s->cgroup_parent;
	bool told = !s->cgroup_option || strcmp(s->cgroup_option, "none") != 0;
	int r = 0;

	if (s->config_file) {
		sched_config_guest(s, &config);
		r = append_option(words, s->config_option, "--config",
				  str_text(&config));
	}
	/* Without its option nobody would know what the path is. */
	if (r == 0 && group && told && s->binary)
		r = append_option(words, s->cgroup_option,
				  "--cell-parent-cgroup", group);
	return r;
}

static int append_commands(const struct switching *from, char ***lines)
{
	for (size_t i = 0; i < from->count; i++) {
		char *const *words = from->item[i].words;
		auto_str struct str line = { 0 }, program = { 0 };
		bool writes = switching_is_write(words, NULL, NULL);

		switching_guest(words, &program);
		words_quote(&line, writes ? words[0] : str_text(&program));
		for (words++; *words; words++) {
			str_add(&line, " ");
			words_quote(&line, *words);
		}
		if (line.failed || words_append(lines, str_text(&line)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int profile_enable(const struct sched *s, const struct profile *p,
		   char ***lines)
{
	int r = append_commands(&s->enable, lines);

	for (size_t i = 0; r == 0 && i < s->flag_count; i++) {
		if (p->on[i])
			r = append_commands(&s->flag[i].enable, lines);
	}
	return r;
}

int profile_disable(const struct sched *s, const struct profile *p,
		    char ***lines)
{
	int r = 0;

	for (size_t i = s->flag_count; r == 0 && i > 0; i--) {
		if (p->on[i - 1])
			r = append_commands(&s->flag[i - 1].disable, lines);
	}
	return r < 0 ? r : append_commands(&s->disable, lines);
}

int profile_args(const struct sched *s, const struct test *t,
		 const struct profile *p, char ***words)
{
	int r = append_places(s, words);

	if (r == 0)
		r = append_all(words, s->args);

	if (r == 0 && t)
		r = append_all(words, t->extra_args);
	for (size_t i = 0; r == 0 && i < s->flag_count; i++) {
		if (p->on[i])
			r = append_all(words, s->flag[i].args);
	}
	return r;
}
