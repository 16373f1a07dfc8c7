/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cgroup2 tree is mounted, and where in it this process is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/sandbox/cgroup.h"

#define PROC_BYTES_MAX (4 << 20)

enum mountinfo_field {
	FIELD_ROOT = 3,
	FIELD_MOUNT = 4,
};

/* Undo \040 and the like, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; to++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
		    p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			*to = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
				     (p[3] - '0'));
			p += 4;
		} else {
			*to = *p++;
		}
	}
	*to = '\0';
}

/* A copy of field @n of @line, unescaped. */
static char *field_of(const char *line, unsigned int n)
{
	char *text;

	while (n-- > 0) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	text = strndup(line, strcspn(line, " \n"));
	if (text)
		unescape(text);
	return text;
}

static bool is_cgroup2(const char *line)
{
	const char *end = line + strcspn(line, "\n");
	const char *dash = strstr(line, " - ");

	return dash && dash < end && strncmp(dash, " - cgroup2 ", 11) == 0;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static const char *find_line(const char *text, bool (*wanted)(const char *line))
{
	for (; *text; text = next_line(text)) {
		if (wanted(text))
			return text;
	}
	return NULL;
}

static bool is_unified(const char *line)
{
	return strncmp(line, "0::", 3) == 0;
}

/* The part of @path below @root, without slashes around; NULL: not below. */
static char *below(const char *path, const char *root)
{
	size_t len = strlen(root);
	size_t end;

	while (len > 0 && root[len - 1] == '/')
		len--;
	if (strncmp(path, root, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	path += len;
	path += strspn(path, "/");
	if (strncmp(path, "..", 2) == 0 && (!path[2] || path[2] == '/'))
		return NULL; /* above the root of our cgroup namespace */
	end = strlen(path);
	while (end > 0 && path[end - 1] == '/')
		end--;
	return strndup(path, end);
}

int cgroup_position_parse(const char *mountinfo, const char *cgroup,
			  struct cgroup_position *ret, struct why *reterr_why)
{
	const char *mounted = find_line(mountinfo, is_cgroup2), *next;
	const char *own = find_line(cgroup, is_unified);

	if (!mounted)
		return why_set(reterr_why, -ENOENT, "no cgroup2 is mounted");
	if (!own)
		return why_set(reterr_why, -ENOENT,
			       "this process is in no cgroup of version 2");
	auto_free char *root = field_of(mounted, FIELD_ROOT);
	auto_free char *mount = field_of(mounted, FIELD_MOUNT);
	auto_free char *path = strndup(own + 3, strcspn(own + 3, "\n"));
	if (!root || !mount || !path)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	ret->path = below(path, root);
	/* There may be other mounts, of other parts of the tree. */
	next = ret->path ? NULL : find_line(next_line(mounted), is_cgroup2);
	if (next)
		return cgroup_position_parse(next, cgroup, ret, reterr_why);
	if (!ret->path)
		return why_set(reterr_why, -ENOENT,
			       "our cgroup '%s' is not below '%s'", path,
			       mount);
	ret->mount = take_ptr(mount);
	return 0;
}

int cgroup_position_read(struct cgroup_position *ret, struct why *reterr_why)
{
	auto_free char *mountinfo = NULL;
	auto_free char *cgroup = NULL;
	int r;

	r = file_read_at(AT_FDCWD, "/proc/self/mountinfo", PROC_BYTES_MAX,
			 &mountinfo);
	if (r >= 0)
		r = file_read_at(AT_FDCWD, "/proc/self/cgroup", PROC_BYTES_MAX,
				 &cgroup);
	if (r < 0)
		return why_set(reterr_why, -ENOENT,
			       "cannot read our cgroup from /proc: %s",
			       strerror(-r));
	return cgroup_position_parse(mountinfo, cgroup, ret, reterr_why);
}

void cgroup_position_done(struct cgroup_position *p)
{
	free(p->mount);
	free(p->path);
	*p = (struct cgroup_position){ 0 };
}
