/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/check.h"

#include <fcntl.h>
#include <string.h>

#include "tools/kconfig/tree.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define MAX_BYTES (1 << 20)

void required_free(struct required *list)
{
	for (struct required *r = list; r && r->name; r++) {
		free(r->name);
		free(r->hint);
	}
	free(list);
}

static void required_freep(struct required **list)
{
	required_free(*list);
}

/* Cut the blanks around @s, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

/* Add the line "NAME | hint" to the list of @n. Return: 0, -EINVAL, -ENOMEM. */
static int add_line(struct required **list, size_t n, char *line)
{
	char *bar = strchr(line, '|');
	struct required *grown, *r;

	if (!bar)
		return -EINVAL;
	*bar = '\0';
	if (strncmp(trim(line), "CONFIG_", 7) != 0 || !*trim(bar + 1))
		return -EINVAL;
	grown = reallocarray(*list, n + 2, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*list = grown;
	r = &grown[n];
	r[1] = (struct required){ 0 };
	r->name = strdup(trim(line));
	r->hint = strdup(trim(bar + 1));
	return r->name && r->hint ? 0 : -ENOMEM;
}

int required_read(const char *path, struct required **ret,
		  struct why *reterr_why)
{
	__attribute__((cleanup(required_freep))) struct required *list =
		calloc(1, sizeof(*list));
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, path, MAX_BYTES, &text);
	unsigned int number = 0;
	size_t n = 0;
	char *line, *rest = text;

	if (!list)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", path,
			       strerror(-r));
	while ((line = strsep(&rest, "\n"))) {
		number++;
		line = trim(line);
		if (*line == '\0' || *line == '#')
			continue;
		r = add_line(&list, n, line);
		if (r < 0)
			return why_set(reterr_why, r,
				       "%s:%u:1: expected 'CONFIG_NAME | "
				       "hint'",
				       path, number);
		n++;
	}
	*ret = take_ptr(list);
	return (int)n;
}

size_t required_missing(const struct conf *config, const struct required *list,
			struct str *out)
{
	size_t missing = 0;

	for (const struct required *r = list; r->name; r++) {
		const struct conf_line want = { .name = r->name,
						.value = (char *)"y" };

		if (conf_has(config, &want))
			continue;
		missing++;
		str_addf(out, "%s is off: %s\n", r->name, r->hint);
	}
	return missing;
}

static bool is_tristate(const char *value)
{
	return value[0] && !value[1] && strchr("ymn", value[0]);
}

/* Append why @want did not become true, as far as it can be told. */
static void add_reason(const struct conf *config, const struct conf_line *want,
		       const struct conf_line *final,
		       const struct option_facts *o, struct str *out)
{
	const struct conf_line modules = { .name = (char *)"CONFIG_MODULES",
					   .value = (char *)"y" };
	bool off = strcmp(want->value, "n") == 0;

	if (*final->value == '"' && *want->value != '"')
		str_add(out, "; the value of this option is a string, which "
			     "needs quotes");
	else if (strcmp(want->value, "m") == 0 && !conf_has(config, &modules))
		str_add(out, "; CONFIG_MODULES is off");
	else if (!o || (off && !o->selected.len && !o->known))
		return;
	else if (off && o->selected.len)
		str_addf(out, "; it is selected by %s", str_text(&o->selected));
	else if (!o->prompt)
		str_add(out, "; it cannot be set, only other options do that");
	else if (!o->visible)
		str_addf(out, "; it depends on %s, which is not so",
			 str_text(&o->unmet));
	else if (o->in_choice && is_tristate(want->value))
		str_add(out, "; another option of its choice is on");
}

/* Append the sentence about one dropped request; @o is NULL without a tree. */
static void explain(const struct conf *config, const struct conf_line *want,
		    const struct option_facts *o, struct str *out)
{
	const struct conf_line *have = conf_find(config, want->name);
	const struct conf_line final = { .name = want->name,
					 .value = have ? have->value
						       : (char *)"n" };

	str_addf(out, "%s:%u: ", want->file, want->line);
	conf_format_line(out, want);
	if (o && !o->known) {
		str_add(out, o->foreign ? " was dropped: only another "
					  "architecture has this option\n"
					: " was dropped: this kernel tree has "
					  "no such option\n");
		return;
	}
	str_add(out, " was dropped: the final value is '");
	conf_format_line(out, &final);
	str_add(out, "'");
	add_reason(config, want, &final, o, out);
	str_add(out, "\n");
}

int requested_dropped(const struct conf *config, const struct conf *wanted,
		      const char *tree, struct str *out, struct why *reterr_why)
{
	auto_free const struct conf_line **line =
		calloc(wanted->count + 1, sizeof(*line));
	auto_free struct option_facts *facts =
		calloc(wanted->count + 1, sizeof(*facts));
	size_t n = 0;
	int r = 0;

	if (!line || !facts)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < wanted->count; i++) {
		if (conf_has(config, &wanted->line[i]))
			continue;
		facts[n].name = wanted->line[i].name;
		line[n++] = &wanted->line[i];
	}
	if (tree && n > 0)
		r = tree_look(tree, config, facts, n, reterr_why);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			explain(config, line[i], tree ? &facts[i] : NULL, out);
		option_facts_done(&facts[i]);
	}
	return r < 0 ? r : (int)n;
}
