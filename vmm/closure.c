/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/closure.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"
#include "vmm/elf.h"
#include "vmm/ldcache.h"

/* More libraries than any program has: a bound against loops of links. */
#define CLOSURE_MAX 1000

static const char *const system_folders[] = {
	"/lib/x86_64-linux-gnu",
	"/usr/lib/x86_64-linux-gnu",
	"/lib64",
	"/usr/lib64",
	"/lib",
	"/usr/lib",
	NULL,
};

void closure_done(struct closure *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->item[i].soname);
		free(c->item[i].path);
	}
	free(c->item);
	free(c->interpreter);
	*c = (struct closure){ 0 };
}

/* Append @folder to @out with $ORIGIN and $LIB replaced. */
static void expand(struct str *out, const char *folder, size_t len,
		   const char *origin)
{
	static const struct {
		const char *name;
		bool is_origin;
	} word[] = { { "$ORIGIN", true },
		     { "${ORIGIN}", true },
		     { "$LIB", false },
		     { "${LIB}", false } };

	for (size_t i = 0; i < len;) {
		size_t n = 0;

		for (size_t w = 0; w < 4 && n == 0; w++) {
			size_t have = strlen(word[w].name);

			if (have > len - i ||
			    memcmp(folder + i, word[w].name, have) != 0)
				continue;
			n = have;
			str_add(out, word[w].is_origin ? origin : "lib64");
		}
		if (n == 0)
			str_add_bytes(out, folder + i, n = 1);
		else if (out->failed)
			return;
		i += n;
	}
}

/* Look for @soname in a list of folders with ":" between them. */
static char *find_in_path(const char *list, const char *soname,
			  const char *origin)
{
	while (list && *list) {
		auto_str struct str path = { 0 };
		size_t len = strcspn(list, ":");

		expand(&path, list, len, origin);
		str_addf(&path, "/%s", soname);
		if (len > 0 && !path.failed && access(path.text, R_OK) == 0)
			return str_take(&path);
		list += len + (list[len] == ':');
	}
	return NULL;
}

static char *find_in_system(const char *soname)
{
	for (const char *const *f = system_folders; *f; f++) {
		char *path = find_in_path(*f, soname, "");

		if (path)
			return path;
	}
	return NULL;
}

/* Where the host has @soname for an object that needs it; NULL if nowhere. */
static char *locate(const char *soname, const struct elf_needs *by,
		    const char *origin)
{
	char *path = NULL;

	if (strchr(soname, '/'))
		return access(soname, R_OK) == 0 ? strdup(soname) : NULL;
	if (!by->runpath)
		path = find_in_path(by->rpath, soname, origin);
	if (!path)
		path = find_in_path(getenv("LD_LIBRARY_PATH"), soname, origin);
	if (!path)
		path = find_in_path(by->runpath, soname, origin);
	if (!path)
		path = ldcache_find("/etc/ld.so.cache", soname);
	if (!path)
		path = find_in_system(soname);
	return path;
}

static bool has_item(const struct closure *c, const char *soname)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->item[i].soname, soname) == 0)
			return true;
	}
	return false;
}

/* Take @path, which becomes the closure's also on failure. */
static int add_item(struct closure *c, const char *soname, char *path)
{
	struct closure_item *grown =
		reallocarray(c->item, c->count + 1, sizeof(*grown));
	char *name = strdup(soname);

	if (grown)
		c->item = grown;
	if (!grown || !name) {
		free(name);
		free(path);
		return -ENOMEM;
	}
	c->item[c->count++] = (struct closure_item){ name, path };
	return 0;
}

/* Add what @object needs itself. */
static int add_needs(struct closure *c, const char *object,
		     const struct elf_needs *n, struct why *reterr_why)
{
	char real[PATH_MAX];

	if (!realpath(object, real))
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       object, strerror(errno));
	char *slash = strrchr(real, '/');
	*slash = '\0'; /* realpath always has one */
	for (char **need = n->needed; need && *need; need++) {
		if (has_item(c, *need))
			continue;
		if (c->count >= CLOSURE_MAX)
			return why_set(reterr_why, -E2BIG,
				       "'%s' needs too many libraries", object);
		char *path = locate(*need, n, real);
		if (!path)
			return why_set(reterr_why, -ENOENT,
				       "library '%s', which '%s' needs, is not "
				       "on this machine",
				       *need, object);
		if (add_item(c, *need, path) < 0)
			return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	return 0;
}

/*
 * What the C library loads by itself, without a word in any header: to end a
 * thread early glibc (2.36, misc/unwind-link.c) needs it and aborts
 * without. Other C libraries do not, and then it may not be there.
 */
static int add_unwinder(struct closure *c, struct why *reterr_why)
{
	static const char soname[] = "libgcc_s.so.1";
	struct elf_needs none = { 0 };
	char *path = has_item(c, soname) ? NULL : locate(soname, &none, "");

	if (path && add_item(c, soname, path) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

int closure_find(const char *program, struct closure *ret,
		 struct why *reterr_why)
{
	struct closure c = { 0 };
	struct elf_needs n = { 0 };
	int r = elf_read_needs(program, &n, reterr_why);

	if (r < 0)
		return r;
	c.interpreter = take_ptr(n.interpreter);
	r = add_needs(&c, program, &n, reterr_why);
	if (r == 0 && n.ends_threads)
		r = add_unwinder(&c, reterr_why);
	elf_needs_done(&n);
	for (size_t i = 0; r == 0 && i < c.count; i++) {
		r = elf_read_needs(c.item[i].path, &n, reterr_why);
		if (r < 0)
			break;
		r = add_needs(&c, c.item[i].path, &n, reterr_why);
		if (r == 0 && n.ends_threads)
			r = add_unwinder(&c, reterr_why);
		elf_needs_done(&n);
	}
	if (r < 0) {
		closure_done(&c);
		return r;
	}
	*ret = c;
	return 0;
}
