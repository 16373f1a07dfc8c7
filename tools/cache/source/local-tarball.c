/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * local-tarball.c - a tarball that the user has.
 *
 * To read a tarball takes longer than all else on a cache hit. So what was
 * found is noted in the cache, with what stat(2) says of the file, as git does
 * it in its index.
 */
#include "tools/cache/source/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/cache/source/tarball.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"

/* A file that was changed this short ago may change again, and its times not.
 */
#define RACY_S	 3
#define NOTE_MAX 1024

/* What tells that a file is still the same, as text. */
static void add_stat(struct str *out, const struct stat *st)
{
	str_addf(out, "%" PRIuMAX ":%" PRIuMAX " %" PRIuMAX,
		 (uintmax_t)st->st_dev, (uintmax_t)st->st_ino,
		 (uintmax_t)st->st_size);
	str_addf(out, " %" PRIdMAX ".%09ld %" PRIdMAX ".%09ld\n",
		 (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		 (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static char *note_path(const char *root, const char *path)
{
	char *note = NULL;

	if (asprintf(&note, "%s/.tarballs/%08x", root,
		     crc32_of(path, strlen(path), /* before */ 0)) < 0)
		return NULL;
	return note;
}

/* Take hash and version from the note, if it tells of this very file. */
static bool recall(const char *note, const struct str *now, struct source *s)
{
	auto_free char *text = NULL;
	char sha256[HASH_HEX_SIZE], version[64];

	if (file_read_at(AT_FDCWD, note, NOTE_MAX, &text) < 0 ||
	    strncmp(text, str_text(now), now->len) != 0 ||
	    sscanf(text + now->len, "%64[0-9a-f] %63s\n", sha256, version) !=
		    2 ||
	    strlen(sha256) != HASH_HEX_SIZE - 1)
		return false;
	s->version = strdup(version);
	memcpy(s->sha256, sha256, sizeof(sha256));
	return s->version;
}

/* Note what was found; without a note the next time takes longer, no more. */
static void remember(const char *root, const char *note, const struct stat *st,
		     struct str *text, const struct source *s)
{
	auto_free char *folder = NULL;

	if (st->st_mtim.tv_sec + RACY_S > time(NULL) ||
	    st->st_ctim.tv_sec + RACY_S > time(NULL) ||
	    asprintf(&folder, "%s/.tarballs", root) < 0 ||
	    file_make_folders(folder, NULL) < 0)
		return;
	str_addf(text, "%s %s\n", s->sha256, s->version);
	(void)file_publish(note, str_text(text), text->len, 0666, NULL);
}

static int read_tarball(struct source *s, struct why *reterr_why)
{
	int r = tarball_check(s->path, reterr_why);

	if (r == 0)
		r = tarball_version(s->path, &s->version, reterr_why);
	if (r < 0)
		return r;
	r = hash_file(AT_FDCWD, s->path, s->sha256);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", s->path,
			       strerror(-r));
	return 0;
}

int resolve_tarball(const struct source_request *req, struct source *s,
		    struct why *reterr_why)
{
	auto_free char *note = note_path(req->root, s->path);
	auto_str struct str now = { 0 };
	char mark[SOURCE_MARK_SIZE];
	struct stat st;
	int r = source_refuse_build_dir(req, "a tarball", reterr_why);

	if (r < 0)
		return r;
	if (!note)
		return source_no_memory(reterr_why);
	if (stat(s->path, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       s->path, strerror(errno));
	add_stat(&now, &st);
	if (!recall(note, &now, s)) {
		r = read_tarball(s, reterr_why);
		if (r < 0)
			return r;
		remember(req->root, note, &st, &now, s);
	}
	s->kind = SOURCE_TARBALL;
	source_mark(s, mark);
	s->label = source_label(s->path, s->sha256, mark);
	s->key = source_key(s);
	return s->label && s->key ? 0 : source_no_memory(reterr_why);
}
