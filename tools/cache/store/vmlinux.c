/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/vmlinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"

/* The path that was recorded, or that of an older entry; NULL if neither. */
static char *recorded_path(const struct entry *e)
{
	json_t *source = json_object_get(e->meta, "source");
	const char *tree =
		json_string_value(json_object_get(source, "source_tree_path"));
	const char *exact = entry_text(e, "source_vmlinux_path");
	char *path;

	if (*exact)
		return strdup(exact);
	if (!tree || asprintf(&path, "%s/vmlinux", tree) < 0)
		return NULL;
	return path;
}

int vmlinux_with_dwarf(const struct entry *e, char **ret)
{
	json_t *size = json_object_get(e->meta, "source_vmlinux_size");
	json_t *mtime = json_object_get(e->meta, "source_vmlinux_mtime_secs");
	auto_free char *path = NULL;
	struct stat st;

	*ret = NULL;
	if (!json_is_integer(size) || !json_is_integer(mtime))
		return 0;
	path = recorded_path(e);
	if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == json_integer_value(size) &&
	    st.st_mtime == json_integer_value(mtime))
		*ret = take_ptr(path);
	return 0;
}

/* Is there an ELF file at this path? Return: it, -ENOENT or -ENOMEM. */
__attribute__((format(printf, 2, 3))) static int try(char **ret,
						     const char *fmt, ...)
{
	auto_free char *path = NULL;
	char magic[4];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&path, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || read(fd, magic, 4) != 4 || memcmp(magic, "\177ELF", 4))
		return -ENOENT;
	*ret = take_ptr(path);
	return 0;
}

/* Where distributions put that of the release @v. */
static int try_release(const char *root, const char *v, char **ret)
{
	int r = try(ret, "%s/usr/lib/debug/boot/vmlinux-%s", root, v);

	if (r == -ENOENT)
		r = try(ret, "%s/boot/vmlinux-%s", root, v);
	if (r == -ENOENT)
		r = try(ret, "%s/usr/lib/debug/lib/modules/%s/vmlinux", root,
			v);
	if (r == -ENOENT)
		r = try(ret, "%s/lib/modules/%s/build/vmlinux", root, v);
	return r;
}

int vmlinux_find(const char *image, const char *root, char **ret)
{
	auto_free char *folder = strdup(image);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	const char *name, *parent;
	int r;

	if (!slash)
		return folder ? -ENOENT : -ENOMEM;
	*slash = '\0';
	name = slash + 1;
	r = try(ret, "%s/vmlinux", folder);
	if (r == -ENOENT)
		r = try(ret, "%s/../../../vmlinux", folder);
	if (r == -ENOENT && strncmp(name, "vmlinuz-", 8) == 0)
		r = try_release(root, name + 8, ret);
	if (r == -ENOENT)
		r = try(ret, "%s/build/vmlinux", folder);
	parent = strrchr(folder, '/');
	if (r == -ENOENT && parent && parent[1])
		r = try_release(root, parent + 1, ret);
	return r;
}
