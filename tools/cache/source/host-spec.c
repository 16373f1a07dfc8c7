/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host-spec.c - kernels that are built already as kernel specs: the one that
 * runs, and boot images. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/source/host.h"
#include "tools/cache/source/resolve.h"
#include "tools/kconfig/check.h"
#include "tools/lib/cleanup.h"

static bool is_on(const struct conf *c, const char *name)
{
	const struct conf_line *line = conf_find(c, name);

	return line && strcmp(line->value, "y") == 0;
}

/*
 * What only schedulers in BPF need: without these the kernel's own is tested,
 * and the others are skipped in the machine, with the reason.
 */
static bool is_for_schedulers(const char *name)
{
	static const char *const names[] = {
		"CONFIG_SCHED_CLASS_EXT", "CONFIG_DEBUG_INFO_BTF",
		"CONFIG_BPF_SYSCALL",	  "CONFIG_BPF_JIT",
		"CONFIG_FTRACE",	  "CONFIG_KPROBE_EVENTS",
		"CONFIG_BPF_EVENTS",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* Name what the configuration lacks. Return: 0 or -EINVAL. */
static int check(const char *spec, const struct host *h, const struct conf *c,
		 const struct required *list, struct why *reterr_why)
{
	auto_str struct str names = { 0 };

	for (; list->name; list++) {
		if (!is_on(c, list->name) && !is_for_schedulers(list->name))
			str_addf(&names, "%s%s", names.len ? ", " : "",
				 list->name);
	}
	if (names.len == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s': no test can run on %s, for in '%s' "
		       "these are not y: %s",
		       spec, h->release, h->config, str_text(&names));
}

static int check_config(const struct source_request *req, const struct host *h,
			struct why *reterr_why)
{
	auto_free char *folder = NULL, *path = NULL;
	auto_free char *text = strdup(h->settings);
	auto_conf struct conf config = { 0 };
	struct required *list = NULL;
	int r;

	if (!text)
		return source_no_memory(reterr_why);
	r = kconfig_folder(req->kconfig_dir, &folder, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&path, "%s/required.list", folder) < 0)
		return source_no_memory(reterr_why);
	r = required_read(path, &list, reterr_why);
	if (r >= 0)
		r = conf_parse(&config, text, h->config, reterr_why);
	if (r == 0)
		r = check(req->spec, h, &config, list, reterr_why);
	required_free(list);
	return r;
}

/* Hash what the entry will be made of. */
static int hash_content(const struct host *h, char ret[HASH_HEX_SIZE],
			struct why *reterr_why)
{
	const char *const files[] = { h->image, h->btf };
	char hex[HASH_HEX_SIZE];
	struct hash hash;
	int r;

	hash_init(&hash);
	hash_add_fact(&hash, "config", h->settings);
	/* The notes of an ELF file say that it is the image's. */
	hash_add_fact(&hash, "vmlinux", h->vmlinux ? "yes" : "no");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!files[i])
			continue;
		r = hash_file(AT_FDCWD, files[i], hex);
		if (r < 0)
			return why_set(reterr_why, r, "cannot read '%s': %s",
				       files[i], strerror(-r));
		hash_add_fact(&hash, "file", hex);
	}
	hash_hex(&hash, ret);
	return 0;
}

static int refuse(const struct source_request *req, const char *what,
		  struct why *reterr_why)
{
	char mark[COMPILERS_MARK_SIZE], base[KCONFIG_BASE_SIZE];
	auto_free char *compilers = NULL;
	int r = source_refuse_build_dir(req, what, reterr_why);

	if (r == 0 && req->extra)
		r = why_set(reterr_why, -EINVAL,
			    "kernel '%s' is built already, without the "
			    "fragment '%s'",
			    req->spec, req->extra);
	if (r == 0)
		r = kconfig_base(base, reterr_why);
	if (r == 0 && strcmp(base, KCONFIG_BASE_DEFAULT) != 0)
		r = why_set(reterr_why, -EINVAL,
			    "kernel '%s' is built already: "
			    "KTSTR_KCONFIG_BASE=%s is for one that is not",
			    req->spec, getenv("KTSTR_KCONFIG_BASE"));
	if (r == 0)
		r = compilers_read(mark, &compilers, reterr_why);
	if (r == 0 && *compilers)
		r = source_refuse_compilers(req, compilers, reterr_why);
	return r;
}

/* Fill @s by what was found, which is taken out of @h. */
static int fill(const struct source_request *req, struct host *h,
		struct source *s, struct why *reterr_why)
{
	auto_free char *name = NULL;
	int r = check_config(req, h, reterr_why);

	if (r == 0)
		r = hash_content(h, s->sha256, reterr_why);
	if (r < 0)
		return r;
	free(s->path);
	s->path = take_ptr(h->image);
	s->version = take_ptr(h->release);
	if (asprintf(&name, "%s-%s", s->kind == SOURCE_HOST ? "host" : "image",
		     s->version) < 0)
		return source_no_memory(reterr_why);
	s->label = source_label(name, s->sha256, "");
	s->key = source_key(s);
	return s->label && s->key ? 0 : source_no_memory(reterr_why);
}

int resolve_host(const struct source_request *req, struct source *s,
		 struct why *reterr_why)
{
	auto_host struct host h = { 0 };
	int r = refuse(req, "the kernel that runs", reterr_why);

	if (r == 0)
		r = host_find(&h, reterr_why);
	s->kind = SOURCE_HOST;
	return r ? r : fill(req, &h, s, reterr_why);
}

int resolve_image(const struct source_request *req, struct source *s,
		  struct why *reterr_why)
{
	auto_host struct host h = { 0 };
	int r = refuse(req, "a boot image", reterr_why);

	if (r == 0)
		r = host_of_image(s->path, &h, reterr_why);
	s->kind = SOURCE_IMAGE;
	return r ? r : fill(req, &h, s, reterr_why);
}
