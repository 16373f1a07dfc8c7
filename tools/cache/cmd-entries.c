/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-entries.c - entries: put, strip. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/commands.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/store.h"
#include "tools/cache/store/strip.h"
#include "tools/lib/cleanup.h"

/* How long put waits for the readers of an entry that it replaces. */
#define PUT_WAIT_MS 60000

/* Is it the cache that cannot have it, and not the kernel? */
static bool is_refused(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM ||
	       error == -ENOSPC || error == -EDQUOT || error == -EREMOTEIO;
}

int put_or_spare(const struct options *o, struct store_request *req,
		 char **ret_path, struct why *why)
{
	int r = store_put(req, ret_path, why);

	if (r == 0 || !o->spare || !is_refused(r))
		return r;
	warn("%s; this kernel is kept in '%s' alone", why->text, o->spare);
	req->to = o->spare;
	req->key =
		strrchr(o->spare, '/') ? strrchr(o->spare, '/') + 1 : o->spare;
	return store_put(req, ret_path, why);
}

int do_put(const struct options *o)
{
	auto_source struct source s = { 0 };
	struct store_request req = {
		.root = o->root,
		.to = o->to,
		.key = o->key,
		.image = o->image,
		.vmlinux = o->vmlinux,
		.config = o->config,
		.bpf_dir = o->bpf_dir,
		.edited = o->edited,
		.wait_ms = PUT_WAIT_MS,
	};
	auto_free char *path = NULL;
	struct why why;
	int r = 0;

	if (o->probe_file) {
		r = source_read(o->probe_file, &s, &why);
		req.source = &s;
	}
	if (r < 0)
		return fail(r, &why);
	if (o->probe_file &&
	    (s.kind == SOURCE_HOST || s.kind == SOURCE_IMAGE)) {
		if (o->image || o->vmlinux || o->config || o->bpf_dir || o->key)
			die(EX_USAGE,
			    "put: '%s' is about a kernel whose files are on "
			    "this machine: name no others",
			    o->probe_file);
		r = put_host(o, &s, PUT_WAIT_MS, &path, &why);
		if (r == 0)
			puts(path);
		return r < 0 ? fail(r, &why) : EX_PASS;
	}
	if (!o->image || !o->config)
		die(EX_USAGE, "put needs --image and --config");
	if (o->to && !req.key)
		req.key = strrchr(o->to, '/') ? strrchr(o->to, '/') + 1 : o->to;
	if (!req.key)
		req.key = s.key;
	if (!req.key)
		die(EX_USAGE, "put needs --key, or --probe-file of a source "
			      "that has a key, or --to");
	if (!o->to)
		check_remote();
	r = put_or_spare(o, &req, &path, &why);
	if (r < 0)
		return fail(r, &why);
	if (!req.to)
		push_stored(o, req.key);
	puts(path);
	return EX_PASS;
}

int do_strip(const struct options *o)
{
	const char *to = o->args[1];
	auto_free char *temp = NULL;
	struct why why;
	bool has_btf;
	int r;

	if (asprintf(&temp, "%s.XXXXXX", to) < 0)
		die(EX_BROKEN, "out of memory");
	auto_fd int fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot create '%s': %m", temp);
	r = strip_vmlinux(o->args[0], fd, &has_btf, &why);
	if (r == 0 && (fchmod(fd, 0644) < 0 || rename(temp, to) < 0))
		r = why_set(&why, -errno, "cannot write '%s': %s", to,
			    strerror(errno));
	if (r < 0) {
		(void)unlink(temp);
		return fail(r, &why);
	}
	return EX_PASS;
}
