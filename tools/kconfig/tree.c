/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/tree.h"

#include <fcntl.h>
#include <fts.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define MAX_BYTES (4 << 20)

static bool is_kconfig(const char *name)
{
	return strcmp(name, "Kconfig") == 0 ||
	       strncmp(name, "Kconfig.", 8) == 0;
}

/* If @line is KEYWORD and then something, return that, else NULL. */
static const char *behind(const char *line, const char *keyword)
{
	size_t n = strlen(keyword);

	line += strspn(line, " \t");
	if (strncmp(line, keyword, n) != 0 ||
	    (line[n] != ' ' && line[n] != '\t'))
		return NULL;
	return line + n + strspn(line + n, " \t");
}

static bool defines(const char *line, const char *option)
{
	const char *rest = behind(line, "config");
	size_t n = strlen(option);

	if (!rest)
		rest = behind(line, "menuconfig");
	return rest && strncmp(rest, option, n) == 0 &&
	       strchr(" \t", rest[n]); /* finds the NUL too */
}

/* Look through one file's text, which is cut into lines. */
static bool look(char *text, const char *option, struct str *ret_depends)
{
	bool inside = false, found = false;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		const char *depends = behind(line, "depends on");

		if (inside && *line && !strchr(" \t#", *line))
			return true;
		if (defines(line, option))
			inside = found = true;
		else if (inside && depends)
			str_addf(ret_depends, "%s%s",
				 ret_depends->len ? " && " : "", depends);
	}
	return found;
}

int tree_find_option(const char *tree, const char *name,
		     struct str *ret_depends, struct why *reterr_why)
{
	char *paths[] = { (char *)tree, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool found = false;
	FTSENT *e;

	if (!fts)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", tree,
			       strerror(errno));
	if (strncmp(name, "CONFIG_", 7) == 0)
		name += 7;
	while (!found && (e = fts_read(fts))) {
		auto_free char *text = NULL;

		if (e->fts_info == FTS_D && e->fts_level > 0 &&
		    e->fts_name[0] == '.')
			(void)fts_set(fts, e, FTS_SKIP);
		if (e->fts_info == FTS_F && is_kconfig(e->fts_name) &&
		    file_read_at(AT_FDCWD, e->fts_accpath, MAX_BYTES, &text) >
			    0)
			found = look(text, name, ret_depends);
	}
	(void)fts_close(fts);
	return found;
}
