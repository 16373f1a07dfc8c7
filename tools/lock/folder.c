/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the locks on CPUs are. Every user of the machine has to come to the
 * same folder, so that the choice may depend on nothing that differs between
 * users.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/lockfile.h"
#include "tools/lock/lock.h"

/* Open to all, emptied by a reboot and by nobody else. Not /tmp: services have
 * private ones, and cleaners unlink files there by age. */
static const char *const bases[] = { "/run/lock", "/dev/shm" };

struct llc_name llc_name(unsigned int id)
{
	struct llc_name name;

	snprintf(name.text, sizeof(name.text), "llc-%u.lock", id);
	return name;
}

/* Can everybody make a folder in @base that everybody can lock in? */
static bool is_shared(const char *base)
{
	const char *reason;
	struct stat st;

	auto_fd int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	if ((st.st_mode & 01002) != 01002)
		return false;
	return !lock_remote_name(fd, &reason);
}

static const char *pick_base(void)
{
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		if (is_shared(bases[i]))
			return bases[i];
	}
	return NULL;
}

int folder_open(const struct request *req, bool create, char **ret_path,
		struct why *reterr_why)
{
	auto_free char *path = NULL;
	const char *base = NULL;
	int r;

	if (req->folder) {
		path = strdup(req->folder);
	} else {
		base = pick_base();
		if (!base)
			return why_set(reterr_why, -EACCES,
				       "neither '%s' nor '%s' is a local "
				       "folder open to all; set "
				       "KTSTR_LOCK_DIR",
				       bases[0], bases[1]);
		if (asprintf(&path, "%s/ktstr", base) < 0)
			path = NULL;
	}
	if (!path)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = lock_folder_open(path, create, /* path_is_ours */ base != NULL,
			     reterr_why);
	if (r >= 0 || r == -ENOENT)
		*ret_path = take_ptr(path);
	return r;
}
