/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/gauntlet/result.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* More than any stamp of ours has. */
#define STAMP_BYTES_MAX 256

/* Size and times: whoever writes the file anew or puts another one in its place
 * changes the second of them, which no program can set. */
static void describe(const struct stat *st, struct str *out)
{
	str_addf(out, "%jd %jd.%09ld %jd.%09ld ", (intmax_t)st->st_size,
		 (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		 (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static void add_path(struct str *out, const char *folder, const char *name,
		     const char *end)
{
	str_addf(out, "%s/%s%s", folder, name, end);
	if (out->failed)
		die(EX_BROKEN, "out of memory");
}

void stamp_make(const char *folder, const char *name, const char *identity)
{
	auto_str struct str path = { 0 }, result = { 0 }, text = { 0 };
	enum verdict verdict;
	double seconds;
	struct stat st;
	struct why why;

	add_path(&path, folder, STAMP_PREFIX, identity);
	add_path(&result, folder, "result.json", "");
	if (stat(str_text(&result), &st) < 0)
		die(EX_BROKEN, "cannot look at '%s': %m", str_text(&result));
	if (result_brief(str_text(&result), name, &verdict, &seconds) < 0)
		seconds = -1;
	describe(&st, &text);
	str_addf(&text, "%.3f\n", seconds);
	if (file_publish(str_text(&path), str_text(&text), text.len, 0666,
			 &why) < 0)
		die(EX_BROKEN, "%s", why.text);
}

/* Is the result a pass of this variant with these inputs? */
static bool is_pass(const char *result, const char *name, const char *identity)
{
	enum verdict verdict;
	double seconds;

	return result_identity(result, identity, &verdict) == 0 &&
	       verdict == VERDICT_PASS &&
	       result_brief(result, name, &verdict, &seconds) == 0;
}

enum stamp stamp_check(const char *folder, const char *name,
		       const char *identity, double *ret_seconds)
{
	auto_str struct str path = { 0 }, result = { 0 }, want = { 0 };
	auto_free char *text = NULL;
	struct stat st;

	if (ret_seconds)
		*ret_seconds = -1;
	add_path(&path, folder, STAMP_PREFIX, identity);
	int r = file_read_at(AT_FDCWD, str_text(&path), STAMP_BYTES_MAX, &text);
	if (r == -ENOENT || r == -ENOTDIR)
		return STAMP_NONE;
	if (why_is_system(r))
		die(EX_BROKEN, "cannot read '%s': %s", str_text(&path),
		    strerror(-r));
	add_path(&result, folder, "result.json", "");
	if (r > 0 && stat(str_text(&result), &st) == 0) {
		describe(&st, &want);
		if (want.len && strncmp(text, want.text, want.len) == 0) {
			if (ret_seconds)
				*ret_seconds = strtod(text + want.len, NULL);
			return STAMP_HOLDS;
		}
	}
	return is_pass(str_text(&result), name, identity) ? STAMP_HOLDS
							  : STAMP_STALE;
}

bool stamp_has_pass(const char *results, const char *name, const char *identity,
		    double *ret_seconds)
{
	auto_str struct str folder = { 0 };

	if (!*identity)
		return false;
	add_path(&folder, results, name, "");
	return stamp_check(str_text(&folder), name, identity, ret_seconds) ==
		       STAMP_HOLDS &&
	       *ret_seconds >= 0;
}
