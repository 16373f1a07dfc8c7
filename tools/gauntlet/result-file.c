/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-file.c - one result.json. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/result-scan.h"
#include "tools/gauntlet/result.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"

#define RESULT_BYTES_MAX (64 * 1024 * 1024)

const char *const verdict_names[VERDICTS] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_SKIP] = "skip",
	[VERDICT_ERROR] = "error",
};

/* A pipe of that name would keep us waiting for good. */
static int read_file(const char *path, char **ret)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ESPIPE;
	return file_read_at(AT_FDCWD, path, RESULT_BYTES_MAX, ret);
}

json_t *result_read(const char *path, char **reterr)
{
	auto_free char *text = NULL;
	int len = read_file(path, &text);
	json_error_t error;
	const char *verdict;
	json_t *o;

	if (len < 0) {
		if (asprintf(reterr, "cannot read '%s': %s", path,
			     len == -ESPIPE ? "it is no file"
					    : strerror(-len)) < 0)
			die(EX_BROKEN, "out of memory");
		errno = -len;
		return NULL;
	}
	o = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, &error);
	verdict = json_string_value(json_object_get(o, "verdict"));
	if (json_integer_value(json_object_get(o, "schema_version")) ==
		    RESULT_SCHEMA_VERSION &&
	    json_is_string(json_object_get(o, "name")) && verdict) {
		for (size_t i = 0; i < VERDICTS; i++) {
			if (strcmp(verdict, verdict_names[i]) == 0)
				return o;
		}
	}
	if (asprintf(reterr, "'%s' is not a result of schema version %d%s%s",
		     path, RESULT_SCHEMA_VERSION, o ? "" : ": ",
		     o ? "" : error.text) < 0)
		die(EX_BROKEN, "out of memory");
	json_decref(o);
	errno = EINVAL;
	return NULL;
}

enum verdict result_verdict(const json_t *o)
{
	const char *text = json_string_value(json_object_get(o, "verdict"));
	size_t i = 0;

	while (strcmp(text, verdict_names[i]) != 0)
		i++;
	return (enum verdict)i;
}

void result_add_path(struct str *line)
{
	const char *folder = getenv("KTSTR_RERUN_PATH");

	if (!folder || !*folder)
		return;
	str_add(line, "PATH=");
	words_quote(line, folder);
	str_add(line, ":$PATH ");
}

json_t *result_load_file(const char *path)
{
	auto_free char *error = NULL;
	json_t *o = result_read(path, &error);

	if (!o)
		die(EX_USAGE, "%s", error);
	return o;
}

int result_identity(const char *path, const char *identity, enum verdict *ret)
{
	auto_free char *error = NULL;
	json_t *o = result_read(path, &error);
	const char *its = json_string_value(json_object_get(o, "identity"));
	int r = o && its && strcmp(its, identity) == 0 ? 0 : -ENOENT;

	if (r == 0)
		*ret = result_verdict(o);
	json_decref(o);
	return r;
}

int result_brief(const char *path, const char *name, enum verdict *ret,
		 double *ret_seconds)
{
	auto_free char *text = NULL, *error = NULL;
	int len = read_file(path, &text);
	json_t *o;

	if (len == -ENOENT || len == -ENOTDIR || len == -ENAMETOOLONG)
		return -ENOENT;
	if (len >= 0 && result_scan(text, (size_t)len, name, ret, ret_seconds))
		return 0;
	o = result_read(path, &error);
	if (!o || strcmp(json_string_value(json_object_get(o, "name")), name)) {
		json_decref(o);
		return -EINVAL;
	}
	*ret = result_verdict(o);
	*ret_seconds = result_seconds(o);
	json_decref(o);
	return 0;
}
