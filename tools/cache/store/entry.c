/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/source/spec.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/hash.h"

void entry_done(struct entry *e)
{
	free(e->key);
	free(e->path);
	json_decref(e->meta);
	*e = (struct entry){ 0 };
}

const char *entry_text(const struct entry *e, const char *name)
{
	const char *text = json_string_value(json_object_get(e->meta, name));

	return text ? text : "";
}

/* Mark @e as corrupt, and say why. */
KTSTR_PRINTF(3, 4)
static void corrupt(struct entry *e, const char *kind, const char *fmt, ...)
{
	va_list ap;

	e->error_kind = kind;
	va_start(ap, fmt);
	vsnprintf(e->error.text, sizeof(e->error.text), fmt, ap);
	va_end(ap);
}

/* Read metadata.json, and name what is wrong with it. */
static void read_meta(struct entry *e, int dir)
{
	json_error_t error;
	int fd = openat(dir, ENTRY_METADATA, O_RDONLY | O_CLOEXEC);
	enum json_error_code code;

	if (fd < 0) {
		corrupt(e, errno == ENOENT ? "missing" : "unreadable",
			"%s cannot be read", ENTRY_METADATA);
		return;
	}
	e->meta = json_loadfd(fd, 0, &error);
	(void)close(fd);
	if (e->meta)
		return;
	code = json_error_code(&error);
	corrupt(e,
		code == json_error_premature_end_of_input ? "truncated"
							  : "malformed",
		"metadata.json: %s", error.text);
}

/* Fields without which an entry is of no use to anybody. */
static void check_fields(struct entry *e)
{
	static const char *const text[] = { "key", "label", "arch",
					    "image_name", "built_at" };

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		if (*entry_text(e, text[i]))
			continue;
		corrupt(e, "schema_drift", "metadata.json lacks '%s'", text[i]);
		return;
	}
	if (json_integer_value(json_object_get(e->meta, "format")) !=
		    ENTRY_FORMAT ||
	    !json_is_object(json_object_get(e->meta, "files")) ||
	    !json_is_object(json_object_get(e->meta, "source")))
		corrupt(e, "schema_drift",
			"metadata.json is of another version of "
			"ktstr-cache");
	else if (strcmp(entry_text(e, "key"), e->key) != 0)
		corrupt(e, "schema_drift", "it is the entry of another key, %s",
			entry_text(e, "key"));
}

/* A file that the metadata lists: is it there, with its size? */
static void check_file(struct entry *e, int dir, const char *name,
		       const json_t *file)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		corrupt(e,
			strcmp(name, entry_text(e, "image_name")) == 0
				? "image_missing"
				: "file_missing",
			"%s is missing", name);
	else if (st.st_size !=
		 json_integer_value(json_object_get(file, "size")))
		corrupt(e, "file_damaged", "%s has another size than it had",
			name);
}

static void check_files(struct entry *e, int dir)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *name;

	if (!json_object_get(files, entry_text(e, "image_name")))
		corrupt(e, "image_missing", "metadata.json does not list %s",
			entry_text(e, "image_name"));
	json_object_foreach(files, name, file)
	{
		if (!e->error_kind)
			check_file(e, dir, name, file);
	}
}

int entry_look(const char *root, const char *key, struct entry *ret)
{
	auto_entry struct entry e = { .key = strdup(key) };

	if (!e.key || asprintf(&e.path, "%s/%s", root, key) < 0)
		return -ENOMEM;
	auto_fd int dir = open(e.path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (dir < 0 && (errno == ENOENT || errno == ENOTDIR))
		return -ENOENT;
	if (dir < 0)
		corrupt(&e, "unreadable", "'%s' cannot be opened", e.path);
	if (!e.error_kind)
		read_meta(&e, dir);
	if (!e.error_kind)
		check_fields(&e);
	if (!e.error_kind)
		check_files(&e, dir);
	*ret = e;
	e = (struct entry){ 0 };
	return 0;
}

int entry_load(const char *root, const char *key, struct entry *ret,
	       struct why *reterr_why)
{
	auto_entry struct entry e = { 0 };
	int r = entry_look(root, key, &e);

	if (r < 0)
		return why_set(reterr_why, r, "no entry '%s' in '%s'", key,
			       root);
	if (e.error_kind)
		return why_set(reterr_why, -EBADMSG,
			       "entry '%s' is corrupt (%s): %s", key,
			       e.error_kind, e.error.text);
	*ret = e;
	e = (struct entry){ 0 };
	return 0;
}

int entry_verify(struct entry *e)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *name;

	if (e->error_kind)
		return 0;
	json_object_foreach(files, name, file)
	{
		auto_free char *path = NULL;
		char hash[HASH_HEX_SIZE] = "";
		const char *want =
			json_string_value(json_object_get(file, "sha256"));

		if (asprintf(&path, "%s/%s", e->path, name) < 0)
			return -ENOMEM;
		if (hash_file(AT_FDCWD, path, hash) < 0)
			corrupt(e, "unreadable", "%s cannot be read", name);
		else if (!want || strcmp(hash, want) != 0)
			corrupt(e, "file_damaged",
				"%s has another content than it had", name);
		if (e->error_kind)
			return 0;
	}
	return 0;
}

void entries_done(struct entries *all)
{
	for (size_t i = 0; i < all->count; i++)
		entry_done(&all->entry[i]);
	free(all->entry);
	*all = (struct entries){ 0 };
}

/* Valid before corrupt, newest first, then by key. */
static int by_age(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r;

	if (!x->error_kind != !y->error_kind)
		return x->error_kind ? 1 : -1;
	r = strcmp(entry_text(y, "built_at"), entry_text(x, "built_at"));
	return r ? r : strcmp(x->key, y->key);
}

static int add(struct entries *all, const char *root, const char *name)
{
	struct entry *grown;
	int r;

	grown = reallocarray(all->entry, all->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	all->entry = grown;
	r = entry_look(root, name, &grown[all->count]);
	if (r == 0)
		all->count++;
	return r == -ENOENT ? 0 : r; /* gone meanwhile, or a file */
}

int entries_load(const char *root, struct entries *ret, struct why *reterr_why)
{
	struct entries all = { 0 };
	struct dirent *d;
	DIR *dir = opendir(root);
	int r = 0;

	if (!dir && errno != ENOENT)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", root,
			       strerror(errno));
	while (dir && r == 0 && (d = readdir(dir))) {
		if (key_check(d->d_name, NULL) == 0)
			r = add(&all, root, d->d_name);
	}
	if (dir)
		(void)closedir(dir);
	if (r < 0) {
		entries_done(&all);
		return why_set(reterr_why, r, "out of memory");
	}
	if (all.count)
		qsort(all.entry, all.count, sizeof(*all.entry), by_age);
	*ret = all;
	return 0;
}
