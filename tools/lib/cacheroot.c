/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/cacheroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"

#define ADVICE "; set KTSTR_CACHE_DIR or XDG_CACHE_HOME"

/* The value of variable @name, NULL when unset or empty. */
static const char *value_of(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int check_home(const char *home, struct why *reterr_why)
{
	if (!home)
		return why_set(reterr_why, -ENOENT, "HOME is not set" ADVICE);
	if (!*home)
		return why_set(reterr_why, -ENOENT, "HOME is empty" ADVICE);
	if (strcmp(home, "/") == 0)
		return why_set(reterr_why, -EINVAL,
			       "HOME is '/', no place for a cache" ADVICE);
	if (*home != '/')
		return why_set(reterr_why, -EINVAL,
			       "HOME '%s' is not an absolute path" ADVICE,
			       home);
	return 0;
}

/* @base without slashes at its end, then @below. */
static int join(const char *base, const char *below, char **ret,
		struct why *reterr_why)
{
	auto_str struct str path = { 0 };
	size_t len = strlen(base);
	char *text;

	while (len > 1 && base[len - 1] == '/')
		len--;
	str_add_bytes(&path, base, len);
	str_add(&path, below);
	text = str_take(&path);
	if (!text)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	*ret = text;
	return 0;
}

int cache_root(char **ret, struct why *reterr_why)
{
	const char *base = value_of("KTSTR_CACHE_DIR");
	int r;

	if (base)
		return join(base, "", ret, reterr_why);
	base = value_of("XDG_CACHE_HOME");
	if (base)
		return join(base, "/ktstr/kernels", ret, reterr_why);
	base = getenv("HOME");
	r = check_home(base, reterr_why);
	if (r < 0)
		return r;
	return join(base, "/.cache/ktstr/kernels", ret, reterr_why);
}

/* Give @mode to the folder @path if it is ours; never through a link, which
 * may lead to any folder of ours. */
static void give_mode(const char *path, mode_t mode)
{
	auto_fd int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 01777) != mode)
		(void)fchmod(fd, mode | (st.st_mode & S_ISGID));
}

/*
 * Make the folder @path at once with @mode, or give it to ours. In its place
 * may be a link to another disk, by who may decide that: we make and remove
 * files there.
 */
static int make_with_mode(const char *path, mode_t mode, uid_t owner)
{
	mode_t mask = umask(0);
	int r = mkdir(path, mode) < 0 ? -errno : 0;
	struct stat st;

	umask(mask);
	if (r != -EEXIST)
		return r;
	if (lstat(path, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && st.st_uid != 0 && st.st_uid != owner &&
	    st.st_uid != geteuid())
		return -ELOOP;
	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	give_mode(path, mode);
	return 0;
}

int cache_folder(const char *root, const char *name, char **ret,
		 struct why *reterr_why)
{
	auto_free char *path = NULL;
	struct stat st;
	int r = file_make_folders(root, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(&path, "%s/%s", root, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (stat(root, &st) < 0)
		return why_set(reterr_why, -errno, "cannot look at '%s': %s",
			       root, strerror(errno));
	r = make_with_mode(path, (st.st_mode & 01777) | S_IRWXU, st.st_uid);
	if (r == -ELOOP)
		return why_set(reterr_why, -EPERM,
			       "folder '%s' is a link that another user made",
			       path);
	if (r < 0)
		return why_set(reterr_why, r, "cannot make folder '%s': %s",
			       path, strerror(-r));
	if (ret)
		*ret = take_ptr(path);
	return 0;
}
