/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/source/host-read.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

void host_done(struct host *h)
{
	free(h->release);
	free(h->image);
	free(h->config);
	free(h->settings);
	free(h->vmlinux);
	free(h->btf);
	*h = (struct host){ 0 };
}

/* Where the files of the machine are: "", or a folder. */
static const char *root(void)
{
	const char *value = getenv("KTSTR_HOST_ROOT");

	return value ? value : "";
}

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

static int read_release(struct host *h, struct why *reterr_why)
{
	auto_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/proc/sys/kernel/osrelease", root()) < 0)
		return no_memory(reterr_why);
	r = file_read_at(AT_FDCWD, path, /* max */ 64, &h->release);
	if (r < 0)
		return why_set(reterr_why, r,
			       "kernel 'host': cannot read '%s': %s", path,
			       strerror(-r));
	h->release[strcspn(h->release, "\n")] = '\0';
	if (!*h->release || strchr(h->release, '/'))
		return why_set(reterr_why, -EINVAL,
			       "kernel 'host': '%s' holds no release", path);
	return 0;
}

/**
 * struct place - where a file may be
 * @before: of the release
 * @after:  of it; NULL where the release is no part of the name
 */
struct place {
	const char *before, *after;
};

/*
 * The first of @places that can be read; NULL when none can.
 *
 * @ret_denied: one that is there but cannot be read, or untouched
 */
static char *first_of(const char *release, const struct place *places,
		      char **ret_denied)
{
	for (; places->before; places++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s%s%s%s", root(), places->before,
			     places->after ? release : "",
			     places->after ? places->after : "") < 0)
			return NULL;
		if (access(path, R_OK) == 0)
			return take_ptr(path);
		if (errno == EACCES && ret_denied && !*ret_denied)
			*ret_denied = take_ptr(path);
	}
	return NULL;
}

/* Find one file that must be there; @what it is, for the message. */
static int find(struct host *h, const struct place *places, const char *what,
		const char *where, char **ret, struct why *reterr_why)
{
	auto_free char *denied = NULL;

	*ret = first_of(h->release, places, &denied);
	if (*ret)
		return 0;
	if (denied)
		return why_set(reterr_why, -EACCES,
			       "kernel 'host': '%s' is not readable for you; "
			       "let root make it so (chmod a+r)",
			       denied);
	return why_set(reterr_why, -ENOENT,
		       "kernel 'host': there is no %s of the kernel that runs, "
		       "%s: it is looked for in %s",
		       what, h->release, where);
}

static int check_image(const struct host *h, struct why *reterr_why)
{
	char release[65];

	if (!bzimage_release(h->image, release))
		return why_set(reterr_why, -EINVAL,
			       "kernel 'host': '%s' is no bzImage", h->image);
	if (strcmp(release, h->release) == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel 'host': '%s' is of %s, but %s runs", h->image,
		       release, h->release);
}

/* The ELF file of the kernel that runs, else its BTF; it may have neither. */
static void find_symbols(struct host *h)
{
	static const struct place elf[] = {
		{ "/lib/modules/", "/vmlinux" },
		{ "/usr/lib/debug/boot/vmlinux-", "" },
		{ "/usr/lib/debug/lib/modules/", "/vmlinux" },
		{ "/boot/vmlinux-", "" },
		{ "/lib/modules/", "/build/vmlinux" },
		{ NULL, NULL },
	};
	static const struct place btf[] = {
		{ "/sys/kernel/btf/vmlinux", NULL },
		{ NULL, NULL },
	};
	auto_free char *notes = NULL;

	if (asprintf(&notes, "%s/sys/kernel/notes", root()) < 0)
		return;
	for (const struct place *p = elf; p->before && !h->vmlinux; p++) {
		const struct place one[] = { *p, { NULL, NULL } };
		auto_free char *path = first_of(h->release, one, NULL);

		if (path && host_has_notes(path, notes))
			h->vmlinux = take_ptr(path);
	}
	if (!h->vmlinux)
		h->btf = first_of(h->release, btf, NULL);
}

int host_find(struct host *ret, struct why *reterr_why)
{
	static const struct place images[] = {
		{ "/boot/vmlinuz-", "" },
		{ "/lib/modules/", "/vmlinuz" },
		{ NULL, NULL },
	};
	static const struct place configs[] = {
		{ "/boot/config-", "" },
		{ "/lib/modules/", "/config" },
		{ "/proc/config.gz", NULL },
		{ NULL, NULL },
	};
	auto_host struct host h = { 0 };
	int r = read_release(&h, reterr_why);

	if (r == 0)
		r = find(&h, images, "image", "/boot and /lib/modules",
			 &h.image, reterr_why);
	if (r == 0)
		r = check_image(&h, reterr_why);
	if (r == 0)
		r = find(&h, configs, "configuration",
			 "/boot, /lib/modules and /proc/config.gz", &h.config,
			 reterr_why);
	if (r == 0)
		r = host_read_config(h.config, &h.settings, reterr_why);
	if (r < 0)
		return r;
	find_symbols(&h);
	*ret = h;
	h = (struct host){ 0 };
	return 0;
}
