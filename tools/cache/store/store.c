/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/store/copy.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/meta.h"
#include "tools/cache/store/share.h"
#include "tools/cache/store/strip.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

static int strip_to(const char *from, const char *work,
		    const struct copy_modes *modes, bool *ret_has_btf,
		    struct why *reterr_why)
{
	auto_free char *to = NULL;
	int r;

	if (asprintf(&to, "%s/vmlinux", work) < 0)
		return no_memory(reterr_why);
	auto_fd int fd = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot create '%s': %s", to,
			       strerror(errno));
	r = strip_vmlinux(from, fd, ret_has_btf, reterr_why);
	if (r < 0)
		return r;
	r = copy_finish(fd, modes);
	if (r < 0)
		return why_set(reterr_why, r, "cannot write '%s': %s", to,
			       strerror(-r));
	return 0;
}

static int write_meta(const char *work, json_t *meta,
		      const struct copy_modes *modes, struct why *reterr_why)
{
	auto_free char *text = json_dumps(meta, JSON_INDENT(2)), *path = NULL;
	int r;

	if (!text || asprintf(&path, "%s/" ENTRY_METADATA, work) < 0)
		return no_memory(reterr_why);
	auto_fd int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno : file_write_all(fd, text, strlen(text));
	if (r == 0)
		r = file_write_all(fd, "\n", 1);
	if (r == 0)
		r = copy_finish(fd, modes);
	if (r < 0)
		return why_set(reterr_why, r, "cannot write '%s': %s", path,
			       strerror(-r));
	return 0;
}

/* Make the whole entry in the folder @work, which does not exist yet. */
static int fill(const struct store_request *req, const char *work,
		const struct copy_modes *modes, struct why *reterr_why)
{
	bool has_btf = false;
	json_t *meta = NULL;
	int r = bzimage_check(req->image, reterr_why);

	if (r == 0)
		r = copy_make_folder(work, modes, reterr_why);
	if (r == 0)
		r = copy_file(req->image, work, ENTRY_IMAGE, modes, reterr_why);
	if (r == 0)
		r = copy_file(req->config, work, "config", modes, reterr_why);
	if (r == 0 && req->vmlinux)
		r = strip_to(req->vmlinux, work, modes, &has_btf, reterr_why);
	if (r == 0 && req->btf) {
		has_btf = true;
		r = copy_file(req->btf, work, "vmlinux.btf", modes, reterr_why);
	}
	if (r == 0 && req->bpf_dir)
		r = copy_tree(req->bpf_dir, work, "bpf", modes, reterr_why);
	if (r == 0)
		r = meta_make(req, work, has_btf, &meta, reterr_why);
	if (r == 0)
		r = write_meta(work, meta, modes, reterr_why);
	json_decref(meta);
	if (r == 0 && req->vmlinux && !has_btf)
		warn("'%s' has no BTF: schedulers cannot be loaded into this "
		     "kernel",
		     req->vmlinux);
	return r;
}

/* Do they say the same of what they were built from? */
static bool is_same_origin(const struct entry *a, const struct entry *b)
{
	return strcmp(entry_text(a, "identity"), entry_text(b, "identity")) ==
		       0 &&
	       strcmp(entry_text(a, "toolchain"), entry_text(b, "toolchain")) ==
		       0;
}

/*
 * Are both entries valid, of the same origin and with the same files? Then the
 * old one may stay.
 */
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
	return is_same_origin(&old, &new) && entry_verify(&old) == 0 &&
	       !old.error_kind &&
	       json_equal(json_object_get(old.meta, "files"),
			  json_object_get(new.meta, "files"));
}

/* Move @work to @final; what was there ends in the place of @work. */
static int move(const char *work, const char *parent, const char *final,
		struct why *reterr_why)
{
	auto_fd int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (rename(work, final) < 0) {
		r = -errno;
		if ((r == -ENOTEMPTY || r == -EEXIST) &&
		    renameat2(AT_FDCWD, work, AT_FDCWD, final,
			      RENAME_EXCHANGE) == 0)
			r = 0;
		else if (r == -ENOTEMPTY || r == -EEXIST)
			r = -errno;
	}
	if (r < 0)
		return why_set(reterr_why, r, "cannot make '%s': %s", final,
			       strerror(-r));
	/* Without this a crash brings the old entry back, which is no harm. */
	if (folder >= 0)
		(void)fsync(folder);
	return 0;
}

/* Publish @work as @parent/@name, unless what is there is equal. */
static int publish(const char *work, const char *parent, const char *name,
		   struct why *reterr_why)
{
	auto_free char *final = NULL;
	int r;

	if (asprintf(&final, "%s/%s", parent, name) < 0)
		return no_memory(reterr_why);
	if (is_equal(parent, name, work))
		return 0;
	r = copy_sync_folders(work, reterr_why);
	return r < 0 ? r : move(work, parent, final, reterr_why);
}

int store_install(const char *root, const char *key, const char *work,
		  unsigned int wait_ms, struct why *reterr_why)
{
	int r = key_check(key, reterr_why);

	if (r < 0)
		return r;
	share_with_others(root, work);
	auto_fd int lock = entry_lock(root, key, wait_ms, reterr_why);
	if (lock < 0)
		return lock;
	r = publish(work, root, key, reterr_why);
	if (r == 0)
		entry_used(root, key);
	return r;
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

/* Where the entry is to be: a folder, and its name there. */
static int find_place(const struct store_request *req, char **ret_parent,
		      char **ret_name, struct why *reterr_why)
{
	int r = key_check(req->key, reterr_why);

	if (r < 0)
		return r;
	if (!req->to) {
		*ret_parent = strdup(req->root);
		*ret_name = strdup(req->key);
		return *ret_parent && *ret_name ? 0 : no_memory(reterr_why);
	}
	if (!split(req->to, ret_parent, ret_name) ||
	    strcmp(*ret_name, req->key) != 0)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no place for an entry called '%s'",
			       req->to, req->key);
	return 0;
}

int store_put(const struct store_request *req, char **ret_path,
	      struct why *reterr_why)
{
	auto_free char *parent = NULL, *name = NULL, *temps = NULL;
	auto_free char *work = NULL, *final = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	struct copy_modes modes;
	int r = find_place(req, &parent, &name, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(&temps, "%s/.tmp", parent) < 0 ||
	    asprintf(&final, "%s/%s", parent, name) < 0)
		return no_memory(reterr_why);
	r = temp_new(temps, "put", &temp, reterr_why);
	if (r == 0)
		r = copy_modes(parent, &modes, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&work, "%s/%s", temp.path, req->key) < 0)
		return no_memory(reterr_why);
	r = fill(req, work, &modes, reterr_why);
	if (r == 0 && req->to)
		r = publish(work, parent, name, reterr_why);
	else if (r == 0)
		r = store_install(parent, name, work, req->wait_ms, reterr_why);
	if (r == 0)
		*ret_path = take_ptr(final);
	return r;
}
