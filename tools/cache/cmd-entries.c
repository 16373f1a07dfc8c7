/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-entries.c - entries: put, strip. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/commands.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/store.h"
#include "tools/cache/store/strip.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

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

/* All that is in @fd, from its begin. */
static int publish_all(int fd, const char *to, struct why *reterr_why)
{
	struct stat st;
	void *all = MAP_FAILED;
	int r;

	if (fstat(fd, &st) == 0)
		all = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			   0);
	if (all == MAP_FAILED)
		return why_set(reterr_why, -errno, "cannot write '%s': %s", to,
			       strerror(errno));
	r = file_publish(to, all, (size_t)st.st_size, 0666, reterr_why);
	munmap(all, (size_t)st.st_size);
	return r;
}

int do_strip(const struct options *o)
{
	const char *to = o->args[1];
	struct why why;
	bool has_btf;
	int r;

	/* libelf writes here and there: where nobody sees it, and where nothing
	 * is left if we are killed. */
	auto_fd int fd = memfd_create("vmlinux", MFD_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot make a file in memory: %m");
	r = strip_vmlinux(o->args[0], fd, &has_btf, &why);
	if (r == 0)
		r = publish_all(fd, to, &why);
	return r < 0 ? fail(r, &why) : EX_PASS;
}
