/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remote.h - where entries are shared: a folder, or a web server. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"

/**
 * struct remote - one place with objects, and our secrets for it
 * @where:    URL of a web server's folder with a slash at the end, or the path
 *	      of a folder without one
 * @is_web:   the former
 * @pushes:   what is stored here goes there too
 * @hurry:    a build waits: few tries, and limits on the whole of a transfer
 * @token:    bearer token, or NULL
 * @sign_key: what signs objects, or NULL
 */
struct remote {
	char *where;
	bool is_web, pushes, hurry;
	char *token, *sign_key;
};

#define auto_remote __attribute__((cleanup(remote_done)))

void remote_done(struct remote *r);

/**
 * remote_find() - read the settings
 * @where: NULL for KTSTR_REMOTE_CACHE, or another place. A token that is for
 *	   the server in KTSTR_REMOTE_CACHE is not sent to another one
 * @ret:   remote_done() it
 *
 * A place is http://HOST/PATH, https://HOST/PATH, file:///PATH or a path.
 *
 * Return: 0; -ENOENT without a sentence when there is none; or with one -EINVAL
 * when a setting is wrong, or -ENOMEM.
 */
int remote_find(const char *where, struct remote *ret, struct why *reterr_why);

/* Name of the object @key there, for messages and requests. */
char *remote_object(const struct remote *r, const char *key);

/*
 * Each of these returns 0, or with a sentence what http.h says, and for folders
 * -errno:
 * * -ENOENT - the object is not there
 * * -EEXIST - put: it is there already, and @replace is false
 */

/* Is it there? In a hurry the answer comes within 10 s, or is an error. */
int remote_has(const struct remote *r, const char *key, struct why *reterr_why);

/**
 * remote_get() - open an object for reading
 * @temp:   a folder to work in
 * @ret_fd: at its start
 * @ret_is_ours: it is in a folder that only we can write
 */
int remote_get(const struct remote *r, const char *key, const char *temp,
	       int *ret_fd, bool *ret_is_ours, struct why *reterr_why);

/* Make the file @path the object @key, at once. */
int remote_put(const struct remote *r, const char *key, const char *path,
	       bool replace, struct why *reterr_why);
