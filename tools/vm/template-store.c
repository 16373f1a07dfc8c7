/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template-store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/str.h"
#include "tools/vm/template-check.h"

#define METADATA_MAX  (1 << 20)
#define CONSOLE_MAX   (64 << 20)
#define NS_PER_SECOND 1000000000ULL
/* How often a template may be replaced while we open it. */
#define TRIES 10

void template_done(struct template *t)
{
	for (unsigned int i = 0; i < t->ram_count; i++)
		cleanup_fd(&t->ram_fds[i]);
	cleanup_fd(&t->state_fd);
	cleanup_fd(&t->folder);
	free(t->path);
	free(t->console);
	*t = (struct template)TEMPLATE_NONE;
}

static int damaged(const struct template *t, const char *name,
		   struct why *reterr_why)
{
	return why_set(reterr_why, -ESTALE, "template '%s' has a damaged '%s'",
		       t->path, name);
}

/* Open one file, which must have the size that @files tells; *ret is -1 if it
 * tells of no such file. */
static int open_file(struct template *t, const json_t *files, const char *name,
		     int flags, int *ret, struct why *reterr_why)
{
	const json_t *file = json_object_get(files, name);
	struct stat st;

	*ret = -1;
	if (!file)
		return 0;
	auto_fd int fd =
		openat(t->folder, name, flags | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != json_integer_value(json_object_get(file, "size")))
		return damaged(t, name, reterr_why);
	*ret = take_fd(fd);
	return 0;
}

static bool is_hash_of(const json_t *files, const char *name, const char *hex)
{
	const char *wanted = json_string_value(
		json_object_get(json_object_get(files, name), "sha256"));

	return wanted && strcmp(wanted, hex) == 0;
}

static bool read_console(struct template *t, const json_t *files)
{
	ssize_t len =
		file_read_at(t->folder, "console", CONSOLE_MAX, &t->console);
	char hex[HASH_HEX_SIZE];
	struct hash hash;

	if (len < 0)
		return false;
	t->console_len = (size_t)len;
	hash_init(&hash);
	hash_add(&hash, t->console, t->console_len);
	hash_hex(&hash, hex);
	return is_hash_of(files, "console", hex);
}

static int check_memory(const struct template *t, const json_t *files,
			struct why *reterr_why)
{
	unsigned int bad = 0;
	char name[16];
	int r = template_check(t->folder, t->ram_fds, t->ram_count, files,
			       &bad);

	snprintf(name, sizeof(name), "ram%u", bad);
	if (r == -ESTALE)
		return damaged(t, name, reterr_why);
	return r < 0 ? why_set(reterr_why, r, "cannot read '%s/%s': %s",
			       t->path, name, strerror(-r))
		     : 0;
}

/* Open the files that @metadata lists. */
static int open_files(struct template *t, const json_t *metadata,
		      struct why *reterr_why)
{
	const json_t *files = json_object_get(metadata, "files");
	json_int_t nodes =
		json_integer_value(json_object_get(metadata, "nodes"));
	char hex[HASH_HEX_SIZE];

	if (!json_is_object(files) || nodes < 1 || nodes > TOPOLOGY_NODES_MAX)
		return damaged(t, "metadata.json", reterr_why);
	int r = open_file(t, files, "state", O_RDONLY, &t->state_fd,
			  reterr_why);

	if (r < 0)
		return r;
	if (hash_file(t->folder, "state", hex) < 0 ||
	    !is_hash_of(files, "state", hex))
		return damaged(t, "state", reterr_why);
	if (!read_console(t, files))
		return damaged(t, "console", reterr_why);
	while (r == 0 && t->ram_count < nodes) {
		char name[16];

		/* QEMU 7.2 opens a memory file to write, also for a private
		 * view. */
		snprintf(name, sizeof(name), "ram%u", t->ram_count);
		r = open_file(t, files, name, O_RDWR,
			      &t->ram_fds[t->ram_count++], reterr_why);
	}
	return r < 0 ? r : check_memory(t, files, reterr_why);
}

bool template_is_current(const struct template *t)
{
	struct stat open_one, st;

	return fstat(t->folder, &open_one) == 0 && stat(t->path, &st) == 0 &&
	       open_one.st_dev == st.st_dev && open_one.st_ino == st.st_ino;
}

/* In a shared cache others may put something where ours would be, and QEMU
 * believes what it loads. */
static int check_owner(const struct template *t, struct why *reterr_why)
{
	struct stat st;

	if (fstat(t->folder, &st) < 0 || st.st_uid != geteuid())
		return why_set(reterr_why, -EPERM,
			       "template '%s' belongs to another user",
			       t->path);
	return 0;
}

/* Open the folder with a shared lock. */
static int hold(struct template *t, struct why *reterr_why)
{
	for (int i = 0; i < TRIES; i++) {
		cleanup_fd(&t->folder);
		t->folder = open(t->path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (t->folder < 0)
			return why_set(reterr_why, -errno,
				       "cannot open template '%s': %s", t->path,
				       strerror(errno));
		/* Who has the other kind of lock is removing it. */
		int r = lock_file_take(t->folder, LOCK_SH, NS_PER_SECOND);
		if (r < 0 && r != -EWOULDBLOCK)
			return why_set(reterr_why, r,
				       "cannot lock template '%s': %s", t->path,
				       strerror(-r));
		if (r == 0 && template_is_current(t))
			return check_owner(t, reterr_why);
	}
	return why_set(reterr_why, -EBUSY, "template '%s' is in use", t->path);
}

int template_open(const char *root, const char *key, struct template *ret,
		  struct why *reterr_why)
{
	auto_template struct template t = TEMPLATE_NONE;
	auto_free char *text = NULL;
	json_error_t error;

	if (asprintf(&t.path, "%s/%s", root, key) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	int r = hold(&t, reterr_why);
	if (r < 0)
		return r;
	if (file_read_at(t.folder, "metadata.json", METADATA_MAX, &text) < 0)
		return damaged(&t, "metadata.json", reterr_why);
	json_t *metadata = json_loads(text, 0, &error);
	r = metadata ? open_files(&t, metadata, reterr_why)
		     : damaged(&t, "metadata.json", reterr_why);
	json_decref(metadata);
	if (r < 0)
		return r;
	(void)futimens(t.folder, NULL); /* used now */
	*ret = t;
	t = (struct template)TEMPLATE_NONE;
	return 0;
}

int template_publish(const char *root, const char *key, struct temp *made,
		     struct why *reterr_why)
{
	auto_str struct str path = { 0 };

	str_addf(&path, "%s/%s", root, key);
	if (rename(made->path, str_text(&path)) < 0) {
		if (errno == EEXIST || errno == ENOTEMPTY)
			return 0;
		return why_set(reterr_why, -errno, "cannot make '%s': %s",
			       str_text(&path), strerror(errno));
	}
	/* It is no temporary folder any more; its lock goes with its fd. */
	cleanup_fd(&made->fd);
	free(made->path);
	*made = (struct temp)TEMP_NONE;
	return 0;
}

int template_discard(const char *cache, const char *key, struct why *reterr_why)
{
	auto_temp struct temp grave = TEMP_NONE;
	auto_str struct str path = { 0 }, temps = { 0 }, doomed = { 0 };

	str_addf(&path, "%s/.templates/%s", cache, key);
	str_addf(&temps, "%s/.tmp", cache);
	int r = temp_new(str_text(&temps), "template", &grave, reterr_why);
	if (r < 0)
		return r;
	str_addf(&doomed, "%s/%s", grave.path, key);
	if (rename(str_text(&path), str_text(&doomed)) < 0 && errno != ENOENT)
		return why_set(reterr_why, -errno, "cannot remove '%s': %s",
			       str_text(&path), strerror(errno));
	return 0;
}
