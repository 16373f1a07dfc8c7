/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define MAX_BYTES (4 << 20)

void option_facts_done(struct option_facts *o)
{
	str_done(&o->unmet);
	str_done(&o->selected);
}

static bool is_kconfig(const char *name)
{
	return strcmp(name, "Kconfig") == 0 ||
	       strncmp(name, "Kconfig.", 8) == 0;
}

/* Is the folder @name of arch/ that of another machine than @config's? */
static bool is_foreign(const char *name, const struct conf *config)
{
	char option[64];
	const struct conf_line on = { .name = option, .value = (char *)"y" };
	int n = snprintf(option, sizeof(option), "CONFIG_%s", name);

	for (char *p = option; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return n < 0 || (size_t)n >= sizeof(option) || !conf_has(config, &on);
}

/* Is @e below the folder @second of the folder @first of the tree? */
static bool is_below(const FTSENT *e, const char *first,
		     const char **ret_second)
{
	const FTSENT *up = e->fts_parent;

	while (e->fts_level > 2) {
		e = up;
		up = e->fts_parent;
	}
	*ret_second = e->fts_name;
	return e->fts_level == 2 && strcmp(up->fts_name, first) == 0;
}

/* Folders whose Kconfig files are not the kernel's. */
static bool is_skipped(const FTSENT *e)
{
	const char *second;

	if (e->fts_level > 0 && e->fts_name[0] == '.')
		return true;
	if (e->fts_level == 1)
		return strcmp(e->fts_name, "Documentation") == 0;
	return e->fts_level == 2 && is_below(e, "scripts", &second) &&
	       strcmp(second, "kconfig") == 0;
}

static void look(const FTSENT *e, const struct conf *config,
		 struct option_facts *facts, size_t count)
{
	auto_free char *text = NULL;
	const char *arch;

	if (!is_kconfig(e->fts_name) ||
	    file_read_at(AT_FDCWD, e->fts_accpath, MAX_BYTES, &text) <= 0)
		return;
	if (e->fts_level > 2 && is_below(e, "arch", &arch) &&
	    is_foreign(arch, config))
		tree_look_foreign(text, facts, count);
	else
		tree_look_at(text, config, facts, count);
}

int tree_look(const char *tree, const struct conf *config,
	      struct option_facts *facts, size_t count, struct why *reterr_why)
{
	char *paths[] = { (char *)tree, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;
	int error = 0;

	if (!fts)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", tree,
			       strerror(errno));
	while ((errno = 0, e = fts_read(fts))) {
		if (e->fts_level == 0 && e->fts_info != FTS_D &&
		    e->fts_info != FTS_DP)
			error = e->fts_errno ? e->fts_errno : ENOTDIR;
		if (e->fts_info == FTS_D && is_skipped(e))
			(void)fts_set(fts, e, FTS_SKIP);
		if (e->fts_info == FTS_F)
			look(e, config, facts, count);
	}
	if (errno)
		error = errno; /* of what ended it */
	(void)fts_close(fts);
	return error ? why_set(reterr_why, -error, "cannot read '%s': %s", tree,
			       strerror(error))
		     : 0;
}
