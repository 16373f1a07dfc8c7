/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "tools/cache/net/http.h"
#include "tools/cache/net/url.h"
#include "tools/cache/release/download-keep.h"
#include "tools/cache/release/mirror.h"
#include "tools/cache/release/recent.h"
#include "tools/cache/release/releases.h"
#include "tools/cache/release/sums.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/lockfile.h"

#define SUMS_S	    60
#define SUMS_BYTES  (4u << 20)
#define TARBALL_S   3600
#define MAX_TARBALL (4ull << 30)

/**
 * struct job - one download
 * @root, @version: what is wanted
 * @file:   the tarball's name at the mirror
 * @url:    where it is there
 * @shown:  the same for messages, without a password
 * @path:   .downloads of the cache
 * @folder: the same, open
 */
struct job {
	const char *root;
	const struct version *version;
	struct str file, url;
	struct url shown;
	char *path;
	int folder;
};

static void job_done(struct job *j)
{
	str_done(&j->file);
	str_done(&j->url);
	free(j->path);
	if (j->folder >= 0)
		(void)close(j->folder);
}

void download_done(struct download *d)
{
	free(d->path);
	if (d->fd >= 0)
		(void)close(d->fd);
	*d = (struct download)DOWNLOAD_NONE;
}

static const char *keyring(void)
{
	const char *file = getenv("KTSTR_KEYRING");

	return file && *file ? file : NULL;
}

/* The tarball is not at the mirror: @why says so; add what would help. */
static int explain_missing(const struct job *j, const struct why *why,
			   struct why *reterr_why)
{
	auto_releases struct releases all = { 0 };
	const struct release *newest = NULL;
	char text[VERSION_SIZE];

	version_format(j->version, text);
	if (releases_load(j->root, &all, NULL) == 0)
		newest = releases_newest(&all, j->version);
	if (j->version->is_rc && newest)
		return why_set(reterr_why, -ENOENT,
			       "kernel '%s': %s; pre-releases vanish after "
			       "the release, and %s is out",
			       text, why->text, newest->text);
	if (j->version->is_rc)
		return why_set(reterr_why, -ENOENT,
			       "kernel '%s': %s; pre-releases vanish after "
			       "the release",
			       text, why->text);
	if (newest)
		return why_set(
			reterr_why, -ENOENT,
			"kernel '%s': %s; the newest %llu.%llu is %s", text,
			why->text, (unsigned long long)j->version->major,
			(unsigned long long)j->version->minor, newest->text);
	return why_set(reterr_why, -ENOENT, "kernel '%s': %s", text, why->text);
}

/* There is no checksum: is it because there is no such tarball? */
static int explain_no_sum(const struct job *j, struct why *reterr_why)
{
	const struct http_request req = { .url = j->url.text,
					  .timeout_s = SUMS_S,
					  .quiet = true };
	struct why why;
	int r = http_head(&req, &why);

	if (r == -ENOENT)
		return explain_missing(j, &why, reterr_why);
	if (r < 0)
		return why_set(reterr_why, r, "%s", why.text);
	return why_set(reterr_why, -EBADMSG,
		       "'%s' has no checksum in sha256sums.asc beside it, so "
		       "nothing proves its content",
		       j->shown.shown);
}

/* The checksum of our tarball in @text, as far as it is proven. */
static int read_sum(const struct job *j, const struct str *text,
		    char ret[HASH_HEX_SIZE], struct why *reterr_why)
{
	auto_str struct str proven = { 0 };
	int r = 0;

	if (keyring())
		r = sums_verify(text, keyring(), &proven, reterr_why);
	if (r < 0)
		return r == -ENOENT ? -EINVAL : r;
	r = sums_find(str_text(keyring() ? &proven : text), j->file.text, ret);
	if (r == -EBADMSG)
		return why_set(reterr_why, r,
			       "sha256sums.asc has two checksums of '%s'",
			       j->file.text);
	return r;
}

/*
 * The checksum that the tarball must have; "" for a pre-release. A list that is
 * @kept will do for a tarball that is kept, so that it needs no network.
 */
static int wanted_sum(const struct job *j, bool kept, char ret[HASH_HEX_SIZE],
		      struct why *reterr_why)
{
	auto_str struct str url = { 0 }, text = { 0 }, name = { 0 };
	struct http_request req = { .timeout_s = SUMS_S,
				    .max_bytes = SUMS_BYTES,
				    .what = "checksums" };
	uint64_t age_s;
	struct why why;
	int r;

	ret[0] = '\0';
	if (j->version->is_rc)
		return 0;
	str_addf(&name, "sums-v%llu", (unsigned long long)j->version->major);
	mirror_add_sums(&url, j->version);
	if (url.failed || name.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (kept && recent_get(j->root, name.text, SUMS_BYTES, &text, &age_s) &&
	    read_sum(j, &text, ret, NULL) == 0)
		return 0;
	str_done(&text);
	req.url = url.text;
	r = http_get(&req, &text, reterr_why);
	if (r == 0)
		r = read_sum(j, &text, ret, reterr_why);
	if (r == -ENOENT)
		return explain_no_sum(j, reterr_why);
	if (r < 0)
		return r;
	if (!keyring())
		detail("KTSTR_KEYRING is not set: the signature of "
		       "sha256sums.asc is not checked");
	if (recent_put(j->root, name.text, &text, &why) < 0)
		warn("%s, ignoring it", why.text);
	return 0;
}

/* Fetch into the part. */
static int fetch(const struct job *j, int part, const char *note_path,
		 struct why *reterr_why)
{
	const struct http_request req = { .url = j->url.text,
					  .timeout_s = TARBALL_S,
					  .max_bytes = MAX_TARBALL,
					  .what = j->file.text,
					  .note = note_path };
	struct why why;
	int r;

	note("fetching '%s'", j->shown.shown);
	r = http_get_file(&req, part, &why);
	if (r == -ENOENT)
		return explain_missing(j, &why, reterr_why);
	if (r < 0)
		return why_set(reterr_why, r, "%s", why.text);
	if (fsync(part) < 0)
		return why_set(reterr_why, -errno, "cannot keep '%s': %s",
			       j->file.text, strerror(errno));
	return 0;
}

/* Compare what came with @sum; give it its name. Its lock is shared then. */
static int accept(const struct job *j, const char *part_name, const char *sum,
		  int *part, struct download *ret, struct why *reterr_why)
{
	auto_str struct str name = { 0 };
	char hash[HASH_HEX_SIZE];
	int r = hash_file(j->folder, part_name, hash);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s/%s': %s",
			       j->path, part_name, strerror(-r));
	if (*sum && strcmp(hash, sum) != 0) {
		(void)unlinkat(j->folder, part_name, 0);
		return why_set(reterr_why, -EBADMSG,
			       "'%s' is not what sha256sums.asc says: its "
			       "SHA-256 is %.16s..., not %.16s...; it is "
			       "removed",
			       j->shown.shown, hash, sum);
	}
	if (!*sum)
		note("pre-releases have no checksums: '%s' is taken as it "
		     "came",
		     j->shown.shown);
	keep_add_name(&name, j->file.text, hash);
	if (name.failed ||
	    asprintf(&ret->path, "%s/%s", j->path, name.text) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (renameat(j->folder, part_name, j->folder, name.text) < 0)
		return why_set(reterr_why, -errno, "cannot make '%s/%s': %s",
			       j->path, name.text, strerror(errno));
	(void)lock_file_take(*part, LOCK_SH, LOCK_FILE_FOREVER);
	ret->fd = take_fd(*part);
	keep_trim(j->folder, name.text);
	return 0;
}

/*
 * A half stays, to be gone on with later; nothing, or too much, does not.
 * Without a part there is nothing to note about it.
 */
static void tidy(const struct job *j, int part, const char *part_name,
		 const char *note_path, int error)
{
	if (part >= 0 && (error == -EFBIG || lseek(part, 0, SEEK_END) == 0))
		(void)unlinkat(j->folder, part_name, 0);
	if (faccessat(j->folder, part_name, F_OK, 0) < 0)
		(void)unlink(note_path);
}

/* A kept tarball: is its checksum signed, if that is wanted? */
static int check_kept(const struct job *j, const char *hash,
		      struct why *reterr_why)
{
	char sum[HASH_HEX_SIZE];
	int r;

	if (!keyring() || j->version->is_rc)
		return 0;
	r = wanted_sum(j, /* kept */ true, sum, reterr_why);
	if (r == 0 && strcmp(sum, hash) != 0)
		r = why_set(reterr_why, -EBADMSG,
			    "the kept '%s' is not what the signed "
			    "sha256sums.asc says",
			    j->file.text);
	return r;
}

static int find(const struct job *j, struct download *ret,
		struct why *reterr_why)
{
	auto_download struct download d = DOWNLOAD_NONE;
	char hash[HASH_HEX_SIZE];
	int r = keep_find(j->folder, j->path, j->file.text, &d, hash,
			  reterr_why);

	if (r == 0)
		r = check_kept(j, hash, reterr_why);
	if (r < 0)
		return r;
	*ret = d;
	d = (struct download)DOWNLOAD_NONE;
	return 0;
}

static int begin(struct job *j, struct why *reterr_why)
{
	int r = cache_folder(j->root, ".downloads", &j->path, reterr_why);

	if (r < 0)
		return r;
	mirror_add_file(&j->file, j->version);
	mirror_add_tarball(&j->url, j->version);
	if (j->file.failed || j->url.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = url_parse(j->url.text, &j->shown, reterr_why);
	if (r < 0)
		return r;
	j->folder = open(j->path, O_DIRECTORY | O_CLOEXEC);
	if (j->folder < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       j->path, strerror(errno));
	return 0;
}

/* We hold @part: fetch, compare, keep. */
static int fetch_and_keep(const struct job *j, int *part, struct download *ret,
			  struct why *reterr_why)
{
	auto_free char *part_name = NULL, *note_path = NULL;
	char sum[HASH_HEX_SIZE];
	int r;

	if (asprintf(&part_name, "%s.part", j->file.text) < 0 ||
	    asprintf(&note_path, "%s/%s.note", j->path, part_name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	/* While we waited somebody else may have fetched it. */
	r = find(j, ret, reterr_why);
	if (r == -ENOENT) {
		r = wanted_sum(j, /* kept */ false, sum, reterr_why);
		if (r == -ENETDOWN)
			r = why_set(reterr_why, r,
				    "KTSTR_OFFLINE is set, and the tarball is "
				    "not in the cache: '%s' would be fetched",
				    j->shown.shown);
		if (r == 0)
			r = fetch(j, *part, note_path, reterr_why);
		if (r == 0)
			r = accept(j, part_name, sum, part, ret, reterr_why);
	}
	tidy(j, *part, part_name, note_path, r);
	return r;
}

int download_get(const char *root, const struct version *v,
		 struct download *ret, struct why *reterr_why)
{
	__attribute__((cleanup(job_done))) struct job j = { .root = root,
							    .version = v,
							    .folder = -1 };
	auto_download struct download d = DOWNLOAD_NONE;
	int r = begin(&j, reterr_why);

	if (r == 0)
		r = find(&j, &d, reterr_why);
	if (r == -ENOENT) {
		auto_fd int part = keep_part(j.folder, j.file.text, reterr_why);

		r = part < 0 ? part : fetch_and_keep(&j, &part, &d, reterr_why);
	}
	if (r < 0)
		return r;
	*ret = d;
	d = (struct download)DOWNLOAD_NONE;
	return 0;
}
