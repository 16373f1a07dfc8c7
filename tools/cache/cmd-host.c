/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-host.c - put a kernel that is built already into the cache. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/source/host.h"
#include "tools/cache/source/source.h"
#include "tools/cache/store/store.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* Is the kernel that runs the one that was resolved? */
static int check_same(const struct options *o, const struct source *was,
		      struct why *why)
{
	const struct source_request req = {
		.spec = was->kind == SOURCE_HOST ? "host" : was->path,
		.kconfig_dir = o->kconfig_dir,
		.root = o->root,
	};
	auto_source struct source now = { 0 };
	int r = source_resolve(&req, &now, why);

	if (r == 0 && strcmp(now.key, was->key) != 0)
		r = why_set(why, -EINVAL,
			    "kernel '%s': '%s' was changed meanwhile", req.spec,
			    was->path);
	return r;
}

int put_host(const struct options *o, const struct source *s,
	     unsigned int wait_ms, char **ret_path, struct why *why)
{
	auto_temp struct temp temp = TEMP_NONE;
	auto_host struct host h = { 0 };
	auto_free char *config = NULL;
	const char *slash = o->to ? strrchr(o->to, '/') : NULL;
	int r = check_same(o, s, why);

	if (r == 0)
		r = s->kind == SOURCE_HOST ? host_find(&h, why)
					   : host_of_image(s->path, &h, why);
	if (r == 0)
		r = temp_new_for(o->root, "host", &temp, why);
	if (r)
		return r;
	if (asprintf(&config, "%s/config", temp.path) < 0)
		return why_set(why, -ENOMEM, "out of memory");
	r = file_publish(config, h.settings, strlen(h.settings), 0644, why);
	if (r < 0)
		return r;
	struct store_request req = {
		.root = o->root,
		.to = o->to,
		.key = slash   ? slash + 1
		       : o->to ? o->to
			       : s->key,
		.source = s,
		.image = h.image,
		.vmlinux = h.vmlinux,
		.btf = h.btf,
		.config = config,
		.wait_ms = wait_ms,
	};
	return put_or_spare(o, &req, ret_path, why);
}
