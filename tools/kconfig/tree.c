/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/walk.h"

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

/* The part of @path behind "@folder/"; NULL if it is not below that. */
static const char *below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/'
		       ? path + len + 1
		       : NULL;
}

/* Is @path, in the tree, of the folder arch/NAME of another machine than
 * @config's? */
static bool is_foreign(const char *path, const struct conf *config)
{
	const char *arch = below(path, "arch");
	size_t len = arch ? strcspn(arch, "/") : 0;
	char option[64];
	const struct conf_line on = { .name = option, .value = (char *)"y" };
	int n;

	if (!arch || !arch[len])
		return false;
	n = snprintf(option, sizeof(option), "CONFIG_%.*s", (int)len, arch);
	for (char *p = option; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return n < 0 || (size_t)n >= sizeof(option) || !conf_has(config, &on);
}

/* Folders whose Kconfig files are not the kernel's. */
static bool is_skipped(const char *path)
{
	const char *name = strrchr(path, '/');

	return (name ? name[1] : *path) == '.' ||
	       strcmp(path, "Documentation") == 0 ||
	       strcmp(path, "scripts/kconfig") == 0;
}

struct looking {
	size_t skip; /* where a path in the tree begins */
	const struct conf *config;
	struct option_facts *facts;
	size_t count;
	size_t files; /* read until now */
};

static int look(const char *path, enum walk_found what, off_t bytes, void *arg,
		struct why *reterr_why)
{
	const char *name = strrchr(path, '/') + 1;
	struct looking *l = arg;
	auto_free char *text = NULL;
	ssize_t n;

	(void)bytes;
	if (what == WALK_FOLDER)
		return is_skipped(path + l->skip) ? WALK_SKIP : 0;
	if (what != WALK_FILE || !is_kconfig(name))
		return 0;
	n = file_read_at(AT_FDCWD, path, MAX_BYTES, &text);
	if (n < 0)
		return why_set(reterr_why, (int)n, "cannot read '%s': %s", path,
			       strerror((int)-n));
	l->files++;
	if (is_foreign(path + l->skip, l->config))
		tree_look_foreign(text, l->facts, l->count);
	else
		tree_look_at(text, l->config, l->facts, l->count);
	return 0;
}

int tree_look(const char *tree, const struct conf *config,
	      struct option_facts *facts, size_t count, struct why *reterr_why)
{
	struct looking l = { strlen(tree) + 1, config, facts, count, 0 };
	int r = walk_folder(tree, look, &l, reterr_why);

	/* No option is known there, which would say nothing of the options. */
	if (r == 0 && l.files == 0)
		return why_set(reterr_why, -ENOENT,
			       "'%s' is no kernel tree: it has no Kconfig file",
			       tree);
	return r;
}
