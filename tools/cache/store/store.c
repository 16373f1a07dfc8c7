/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/source/spec.h"
#include "tools/cache/store/copy.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/meta.h"
#include "tools/cache/store/strip.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

static int strip_to(const char *from, const char *work, bool *ret_has_btf,
		    struct why *reterr_why)
{
	auto_free char *to = NULL;
	int r;

	if (asprintf(&to, "%s/vmlinux", work) < 0)
		return no_memory(reterr_why);
	auto_fd int fd = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot create '%s': %s", to,
			       strerror(errno));
	r = strip_vmlinux(from, fd, ret_has_btf, reterr_why);
	if (r == 0 && fsync(fd) < 0)
		r = why_set(reterr_why, -errno, "cannot write '%s': %s", to,
			    strerror(errno));
	return r;
}

static int write_meta(const char *work, json_t *meta, struct why *reterr_why)
{
	auto_free char *text = json_dumps(meta, JSON_INDENT(2)), *path = NULL;
	auto_free char *whole = NULL;
	int n;

	if (!text || asprintf(&path, "%s/" ENTRY_METADATA, work) < 0)
		return no_memory(reterr_why);
	n = asprintf(&whole, "%s\n", text);
	if (n < 0)
		return no_memory(reterr_why);
	return file_publish(path, whole, (size_t)n, 0666, reterr_why);
}

/* Make the whole entry in the folder @work, which does not exist yet. */
static int fill(const struct store_request *req, const char *work,
		struct why *reterr_why)
{
	const char *slash = strrchr(req->image, '/');
	const char *image_name = slash ? slash + 1 : req->image;
	bool has_btf = false;
	json_t *meta = NULL;
	int r;

	if (mkdir(work, 0777) < 0)
		return why_set(reterr_why, -errno, "cannot make '%s': %s", work,
			       strerror(errno));
	r = copy_file(req->image, work, image_name, reterr_why);
	if (r == 0)
		r = copy_file(req->config, work, "config", reterr_why);
	if (r == 0)
		r = strip_to(req->vmlinux, work, &has_btf, reterr_why);
	if (r == 0 && req->bpf_dir)
		r = copy_tree(req->bpf_dir, work, "bpf", reterr_why);
	if (r == 0)
		r = meta_make(req, work, image_name, has_btf, &meta,
			      reterr_why);
	if (r == 0)
		r = write_meta(work, meta, reterr_why);
	json_decref(meta);
	if (r == 0 && !has_btf)
		warn("'%s' has no BTF: schedulers cannot be loaded into this "
		     "kernel",
		     req->vmlinux);
	return r;
}

/* Are both entries valid, with the same files? Then the old one may stay. */
static bool is_equal(const char *parent, const char *name, const char *work)
{
	auto_entry struct entry old = { 0 }, new = { 0 };
	auto_free char *folder = strdup(work);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash)
		return false;
	*slash = '\0';
	if (entry_look(parent, name, &old) < 0 || old.error_kind ||
	    entry_look(folder, slash + 1, &new) < 0 || new.error_kind)
		return false;
	return entry_verify(&old) == 0 && !old.error_kind &&
	       json_equal(json_object_get(old.meta, "files"),
			  json_object_get(new.meta, "files"));
}

/* Move @work to @final; what was there ends in the place of @work. */
static int install(const char *work, const char *final, struct why *reterr_why)
{
	if (rename(work, final) == 0)
		return 0;
	if ((errno == ENOTEMPTY || errno == EEXIST) &&
	    renameat2(AT_FDCWD, work, AT_FDCWD, final, RENAME_EXCHANGE) == 0)
		return 0;
	return why_set(reterr_why, -errno, "cannot make '%s': %s", final,
		       strerror(errno));
}

/* Split @path into folder and last part. Return: false when it has none. */
static bool split(const char *path, char **ret_folder, char **ret_name)
{
	const char *slash = strrchr(path, '/');

	*ret_folder =
		slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	*ret_name = strdup(slash ? slash + 1 : path);
	return *ret_folder && *ret_name && **ret_name && **ret_folder;
}

int store_put(const struct store_request *req, char **ret_path,
	      struct why *reterr_why)
{
	auto_free char *parent = NULL, *name = NULL, *temps = NULL;
	auto_free char *work = NULL, *final = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	auto_fd int lock = -1;
	int r = key_check(req->key, reterr_why);

	if (r < 0)
		return r;
	if (req->to &&
	    (!split(req->to, &parent, &name) || strcmp(name, req->key) != 0))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no place for an entry called '%s'",
			       req->to, req->key);
	if (!req->to) {
		parent = strdup(req->root);
		name = strdup(req->key);
	}
	if (!parent || !name || asprintf(&temps, "%s/.tmp", parent) < 0 ||
	    asprintf(&final, "%s/%s", parent, name) < 0)
		return no_memory(reterr_why);
	r = temp_new(temps, "put", &temp, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&work, "%s/%s", temp.path, req->key) < 0)
		return no_memory(reterr_why);
	r = fill(req, work, reterr_why);
	if (r == 0 && !req->to) {
		lock = entry_lock(parent, name, /* exclusive */ true,
				  req->wait_ms, reterr_why);
		r = lock < 0 ? lock : 0;
	}
	if (r == 0 && !is_equal(parent, name, work))
		r = install(work, final, reterr_why);
	if (r == 0)
		*ret_path = take_ptr(final);
	return r;
}
