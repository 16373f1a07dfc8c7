/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host-spec.c - the kernel that runs as a kernel spec. */
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

/* Name what the configuration lacks. Return: 0 or -EINVAL. */
static int check(const struct host *h, const struct conf *c,
		 const struct required *list, struct why *reterr_why)
{
	auto_str struct str names = { 0 };

	for (; list->name; list++) {
		if (!is_on(c, list->name))
			str_addf(&names, "%s%s", names.len ? ", " : "",
				 list->name);
	}
	if (names.len == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel 'host': no test can run on %s, for in '%s' "
		       "these are not y: %s",
		       h->release, h->config, str_text(&names));
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
		r = check(h, &config, list, reterr_why);
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

int resolve_host(const struct source_request *req, struct source *s,
		 struct why *reterr_why)
{
	auto_host struct host h = { 0 };
	auto_free char *name = NULL;
	int r = source_refuse_build_dir(req, "the kernel that runs",
					reterr_why);

	if (r == 0 && req->extra)
		r = why_set(reterr_why, -EINVAL,
			    "kernel 'host' is built already, without the "
			    "fragment '%s'",
			    req->extra);
	if (r == 0)
		r = host_find(&h, reterr_why);
	if (r == 0)
		r = check_config(req, &h, reterr_why);
	if (r == 0)
		r = hash_content(&h, s->sha256, reterr_why);
	if (r < 0)
		return r;
	s->kind = SOURCE_HOST;
	s->path = take_ptr(h.image);
	s->version = take_ptr(h.release);
	if (asprintf(&name, "host-%s", s->version) < 0)
		return source_no_memory(reterr_why);
	s->label = source_label(name, s->sha256, "");
	s->key = source_key(s);
	return s->label && s->key ? 0 : source_no_memory(reterr_why);
}
