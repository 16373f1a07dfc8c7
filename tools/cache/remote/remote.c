/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/net/http.h"
#include "tools/cache/remote/archive.h"
#include "tools/cache/remote/folder.h"
#include "tools/lib/cleanup.h"

/*
 * In a hurry: longest wait for the first answer, and for a whole object, in
 * seconds. What takes longer than that is not faster than a build.
 */
#define HURRY_ASK_S  10
#define HURRY_MOVE_S 600
#define HURRY_TRIES  2

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

char *remote_object(const struct remote *r, const char *key)
{
	char *text;

	if (asprintf(&text, "%s%s%s%s", r->where, r->is_web ? "" : "/", key,
		     OBJECT_SUFFIX) < 0)
		return NULL;
	return text;
}

static struct http_request request(const struct remote *r, const char *url,
				   const char *key)
{
	return (struct http_request){
		.url = url,
		.token = r->token,
		.what = key,
		.tries = r->hurry ? HURRY_TRIES : 0,
		.timeout_s = r->hurry ? HURRY_MOVE_S : 0,
		.max_bytes = OBJECT_MAX_BYTES,
	};
}

int remote_has(const struct remote *r, const char *key, struct why *reterr_why)
{
	auto_free char *object = remote_object(r, key);
	struct http_request req = request(r, object, key);
	struct stat st;

	if (!object)
		return no_memory(reterr_why);
	req.quiet = true;
	req.timeout_s = r->hurry ? HURRY_ASK_S : 0;
	if (r->is_web)
		return http_head(&req, reterr_why);
	if (lstat(object, &st) == 0)
		return 0;
	return why_set(reterr_why, -errno, "'%s': %s", object, strerror(errno));
}

static int web_get(const struct remote *r, const char *object, const char *key,
		   const char *temp, int *ret_fd, struct why *reterr_why)
{
	struct http_request req = request(r, object, key);
	auto_free char *path = NULL;
	int result;

	if (asprintf(&path, "%s/object", temp) < 0)
		return no_memory(reterr_why);
	auto_fd int fd =
		open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot create '%s': %s",
			       path, strerror(errno));
	result = http_get_file(&req, fd, reterr_why);
	if (result == 0 && lseek(fd, 0, SEEK_SET) < 0)
		result = why_set(reterr_why, -errno, "cannot read '%s': %s",
				 path, strerror(errno));
	if (result == 0)
		*ret_fd = take_fd(fd);
	return result;
}

int remote_get(const struct remote *r, const char *key, const char *temp,
	       int *ret_fd, bool *ret_is_ours, struct why *reterr_why)
{
	auto_free char *object = remote_object(r, key), *name = NULL;

	if (!object || asprintf(&name, "%s%s", key, OBJECT_SUFFIX) < 0)
		return no_memory(reterr_why);
	*ret_is_ours = false;
	if (!r->is_web)
		return folder_get(r->where, name, ret_fd, ret_is_ours,
				  reterr_why);
	return web_get(r, object, key, temp, ret_fd, reterr_why);
}

int remote_put(const struct remote *r, const char *key, const char *path,
	       bool replace, struct why *reterr_why)
{
	auto_free char *object = remote_object(r, key), *name = NULL;
	struct http_request req = request(r, object, key);
	struct stat st;

	if (!object || asprintf(&name, "%s%s", key, OBJECT_SUFFIX) < 0)
		return no_memory(reterr_why);
	if (!r->is_web)
		return folder_put(r->where, name, path, replace, reterr_why);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	req.only_new = !replace;
	return http_put_file(&req, fd, (uint64_t)st.st_size, reterr_why);
}
