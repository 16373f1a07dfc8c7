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

/* Append the sentence about one dropped request. Return: 0 or -errno. */
static int explain(const struct conf_line *want, const struct conf_line *have,
		   const char *tree, struct str *out, struct why *reterr_why)
{
	struct conf_line final = { .name = want->name,
				   .value = have ? have->value : (char *)"n" };
	auto_str struct str depends = { 0 };
	int known = 1;

	str_addf(out, "%s:%u: ", want->file, want->line);
	conf_format_line(out, want);
	if (tree) {
		known = tree_find_option(tree, want->name, &depends,
					 reterr_why);
		if (known < 0)
			return known;
	}
	if (!known) {
		str_add(out, " was dropped: this kernel tree has no such "
			     "option\n");
		return 0;
	}
	str_add(out, " was dropped: the final value is '");
	conf_format_line(out, &final);
	str_add(out, "'");
	if (depends.len)
		str_addf(out, "; it depends on %s", str_text(&depends));
	str_add(out, "\n");
	return 0;
}

int requested_dropped(const struct conf *config, const struct conf *wanted,
		      const char *tree, struct str *out, struct why *reterr_why)
{
	int dropped = 0;

	for (size_t i = 0; i < wanted->count; i++) {
		const struct conf_line *want = &wanted->line[i];
		int r;

		if (conf_has(config, want))
			continue;
		r = explain(want, conf_find(config, want->name), tree, out,
			    reterr_why);
		if (r < 0)
			return r;
		dropped++;
	}
	return dropped;
}
