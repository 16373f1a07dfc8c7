/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.c - a boot image that somebody has, with its configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/source/host-read.h"
#include "tools/cache/source/host.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cleanup.h"

/* The first of these that can be read: beside the image under the names that
 * distributions use, and where they install it. */
static int find_config(struct host *h, struct why *reterr_why)
{
	const char *slash = strrchr(h->image, '/');
	int folder = slash ? (int)(slash - h->image) : 0;
	char *path[4] = { NULL };
	int r = 0;

	if (asprintf(&path[0], "%.*s/config-%s", folder, h->image, h->release) <
		    0 ||
	    asprintf(&path[1], "%.*s/config", folder, h->image) < 0 ||
	    asprintf(&path[2], "/lib/modules/%s/config", h->release) < 0 ||
	    asprintf(&path[3], "/boot/config-%s", h->release) < 0)
		r = -ENOMEM;
	for (int i = 0; r == 0 && i < 4; i++) {
		if (access(path[i], R_OK) < 0)
			continue;
		h->config = take_ptr(path[i]);
		break;
	}
	for (int i = 0; i < 4; i++)
		free(path[i]);
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	if (h->config)
		return 0;
	return why_set(reterr_why, -ENOENT,
		       "kernel '%s' has no configuration: neither config-%s "
		       "nor config is beside it, nor is it in /boot or "
		       "/lib/modules",
		       h->image, h->release);
}

int host_of_image(const char *path, struct host *ret, struct why *reterr_why)
{
	auto_host struct host h = { 0 };
	char release[BZIMAGE_RELEASE_SIZE];
	int r;

	if (!bzimage_release(path, release) || strchr(release, '/'))
		return why_set(reterr_why, -EINVAL, "'%s' is no bzImage", path);
	h.release = strdup(release);
	h.image = strdup(path);
	if (!h.release || !h.image)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = find_config(&h, reterr_why);
	if (r == 0)
		r = host_read_config(h.config, &h.settings, reterr_why);
	if (r < 0)
		return r;
	*ret = h;
	h = (struct host){ 0 };
	return 0;
}
