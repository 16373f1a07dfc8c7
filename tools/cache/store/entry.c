/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/entry.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"
#include "tools/lib/utf8.h"

/* Longest metadata.json that is read, in bytes. */
#define META_BYTES_MAX (4 << 20)
/* Longest label, so that names made of it are names of files. */
#define LABEL_MAX 200
/* How often an entry is looked at that is replaced meanwhile. */
#define LOOKS_MAX 10

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

bool entry_names_itself(const struct entry *e)
{
	return *entry_text(e, "key") && json_object_get(e->meta, "files");
}

/* Mark @e as corrupt, and say why: names in it come from a damaged file. */
KTSTR_PRINTF(3, 4)
static void corrupt(struct entry *e, const char *kind, const char *fmt, ...)
{
	auto_str struct str line = { 0 };
	char text[sizeof(e->error.text)];
	va_list ap;

	e->error_kind = kind;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_add_line(&line, text, strlen(text), /* max_chars */ 0);
	snprintf(e->error.text, sizeof(e->error.text), "%s", str_text(&line));
}

/* May @name be a file below the entry? It comes from metadata.json. */
static bool is_below(const char *name)
{
	size_t len;

	do {
		len = strcspn(name, "/");
		if (len == 0 || strncmp(name, "..", len) == 0)
			return false;
		name += len;
	} while (*name++ == '/');
	return true;
}

/* May @label be the name of a link, and stand in a shell's command? It is
 * handed to both, see mk/kernel-build.mk, and an entry may come from somebody
 * else. */
static bool is_label(const char *label)
{
	for (const char *p = label; *p; p++) {
		bool plain = isascii((unsigned char)*p) &&
			     (isalnum((unsigned char)*p) || *p == '_');

		if (!plain && (p == label || !strchr(".-+", *p)))
			return false;
	}
	return strlen(label) <= LABEL_MAX;
}

/* Read metadata.json, and name what is wrong with it. Return: 0, or the -errno
 * of a shortage, which is no fault of the entry. */
static int read_meta(struct entry *e, int dir)
{
	auto_fd int fd =
		openat(dir, ENTRY_METADATA, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	auto_free char *text = NULL;
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISREG(st.st_mode))
		r = -EINVAL;
	if (r == 0)
		r = file_read_at(dir, ENTRY_METADATA, META_BYTES_MAX, &text);
	if (why_is_shortage(r))
		return r;
	if (r == -ENOENT)
		corrupt(e, "missing", "it has no %s", ENTRY_METADATA);
	else if (r == -EINVAL)
		corrupt(e, "unreadable", "%s is no regular file",
			ENTRY_METADATA);
	else if (r < 0)
		corrupt(e, "unreadable", "%s cannot be read: %s",
			ENTRY_METADATA, strerror(-r));
	else
		entry_parse(e, text, (size_t)r);
	return 0;
}

/* Fields without which an entry is of no use to anybody. */
static void check_fields(struct entry *e)
{
	static const char *const text[] = { "key", "label", "arch",
					    "image_name", "built_at" };
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *name;

	if (json_integer_value(json_object_get(e->meta, "format")) !=
		    ENTRY_FORMAT ||
	    !json_is_object(files) ||
	    !json_is_object(json_object_get(e->meta, "source"))) {
		corrupt(e, "schema_drift",
			"metadata.json is of another version of "
			"ktstr-cache");
		return;
	}
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		if (!*entry_text(e, text[i]))
			corrupt(e, "schema_drift", "metadata.json lacks '%s'",
				text[i]);
	}
	json_object_foreach(files, name, file)
	{
		if (!is_below(name))
			corrupt(e, "schema_drift",
				"metadata.json lists a file outside of the "
				"entry");
	}
	if (!is_label(entry_text(e, "label")))
		corrupt(e, "schema_drift", "its label is no name");
	if (strchr(entry_text(e, "image_name"), '/'))
		corrupt(e, "schema_drift", "the boot image is no file name");
	if (!e->error_kind && strcmp(entry_text(e, "key"), e->key) != 0)
		corrupt(e, "schema_drift", "it is the entry of another key, %s",
			entry_text(e, "key"));
}

void entry_parse(struct entry *e, const char *text, size_t len)
{
	json_error_t error;

	e->meta = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (e->meta)
		check_fields(e);
	else if (json_error_code(&error) == json_error_premature_end_of_input)
		corrupt(e, "truncated", "metadata.json ends at line %d",
			error.line);
	else
		corrupt(e, "malformed", "metadata.json:%d:%d: %s", error.line,
			error.column, error.text);
}

/* A file that the metadata lists: is it there, with its size? Return: as
 * read_meta(). */
static int check_file(struct entry *e, int dir, const char *name,
		      const json_t *file)
{
	struct stat st = { 0 };
	int r = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;

	if (why_is_shortage(r))
		return r;
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		corrupt(e, "unreadable", "%s cannot be looked at: %s", name,
			strerror(-r));
	else if (r < 0 || !S_ISREG(st.st_mode))
		corrupt(e,
			strcmp(name, entry_text(e, "image_name")) == 0
				? "image_missing"
				: "file_missing",
			"%s is missing", name);
	else if (st.st_size !=
		 json_integer_value(json_object_get(file, "size")))
		corrupt(e, "file_damaged", "%s has another size than it had",
			name);
	return 0;
}

static int check_files(struct entry *e, int dir)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *name;
	int r = 0;

	if (!json_object_get(files, entry_text(e, "image_name")))
		corrupt(e, "image_missing", "metadata.json does not list %s",
			entry_text(e, "image_name"));
	json_object_foreach(files, name, file)
	{
		if (r == 0 && !e->error_kind)
			r = check_file(e, dir, name, file);
	}
	return r;
}

/* Look at the entry once; the open folder goes to @ret_dir. Return: 0, -ENOENT,
 * or the -errno of a shortage. */
static int look_once(struct entry *e, int *ret_dir)
{
	int r = 0;

	*ret_dir = open(e->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (*ret_dir < 0 && (errno == ENOENT || errno == ENOTDIR))
		return -ENOENT;
	/* That is no fault of the entry. */
	if (*ret_dir < 0 && why_is_shortage(-errno))
		return -errno;
	if (*ret_dir < 0)
		corrupt(e, "unreadable", "'%s' cannot be opened: %s", e->path,
			strerror(errno));
	if (!e->error_kind)
		r = read_meta(e, *ret_dir);
	if (r == 0 && !e->error_kind)
		r = check_files(e, *ret_dir);
	return r;
}

/* Is @dir the folder at @path still? */
static bool is_current(int dir, const char *path)
{
	struct stat now, then;

	return dir < 0 ||
	       (stat(path, &now) == 0 && fstat(dir, &then) == 0 &&
		now.st_dev == then.st_dev && now.st_ino == then.st_ino);
}

int entry_look(const char *root, const char *key, struct entry *ret)
{
	auto_entry struct entry e = { .key = strdup(key) };

	int r;

	if (!e.key || asprintf(&e.path, "%s/%s", root, key) < 0)
		return -ENOMEM;
	for (int i = 0; i < LOOKS_MAX; i++) {
		auto_fd int dir = -1;

		json_decref(e.meta);
		e.meta = NULL;
		e.error_kind = NULL;
		r = look_once(&e, &dir);
		if (r < 0)
			return r;
		/* One that was replaced meanwhile loses its files. */
		if (!e.error_kind || is_current(dir, e.path))
			break;
	}
	*ret = e;
	e = (struct entry){ 0 };
	return 0;
}

int entry_load(const char *root, const char *key, struct entry *ret,
	       struct why *reterr_why)
{
	auto_entry struct entry e = { 0 };
	int r = entry_look(root, key, &e);

	if (r == -ENOENT)
		return why_set(reterr_why, r, "no entry '%s' in '%s'", key,
			       root);
	if (r < 0)
		return why_set(reterr_why, r, "cannot look at entry '%s': %s",
			       key, strerror(-r));
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
	auto_fd int dir = open(e->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (dir < 0 && why_is_shortage(-errno))
		return -errno;
	if (dir < 0) {
		corrupt(e, "unreadable", "'%s' cannot be opened: %s", e->path,
			strerror(errno));
		return 0;
	}
	json_object_foreach(files, name, file)
	{
		char hash[HASH_HEX_SIZE] = "";
		const char *want =
			json_string_value(json_object_get(file, "sha256"));
		int r = hash_file(dir, name, hash);

		if (why_is_shortage(r))
			return r;
		if (r < 0)
			corrupt(e, "unreadable", "%s cannot be read: %s", name,
				strerror(-r));
		else if (!want || strcmp(hash, want) != 0)
			corrupt(e, "file_damaged",
				"%s has another content than it had", name);
		if (e->error_kind)
			return 0;
	}
	return 0;
}
