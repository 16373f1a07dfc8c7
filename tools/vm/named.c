/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/named.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/str.h"
#include "tools/lib/variant-name.h"

#define SOURCES_BYTES_MAX (16 << 20)

/* As long as the program: request has no owner for texts. */
static char *keep(char *text)
{
	if (!text)
		die(EX_BROKEN, "out of memory");
	return text;
}

static char *part_of(const struct variant_name *name, enum variant_part part)
{
	return keep(strndup(name->part[part], name->len[part]));
}

/* The names in a folder, for a complaint. */
static void add_names(struct str *out, const char *folder)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, NULL, alphasort);
	bool any = false;

	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		auto_str struct str path = { 0 };

		str_addf(&path, "%s/%s/.", folder, name);
		if (*name != '.' && access(str_text(&path), F_OK) == 0) {
			str_addf(out, "%s'%s'", any ? ", " : "; there is ",
				 name);
			any = true;
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static const char *find_kernel(const char *project, const char *label)
{
	auto_str struct str path = { 0 }, others = { 0 }, folder = { 0 };

	str_addf(&path, "%s/kernels/%s", project, label);
	if (access(str_text(&path), F_OK) == 0)
		return keep(str_take(&path));
	str_addf(&folder, "%s/kernels", project);
	add_names(&others, str_text(&folder));
	die(EX_USAGE,
	    "no kernel is labelled '%s' in '%s'%s; make ktstr-kernel gets "
	    "those of the project, --kernel takes any",
	    label, str_text(&folder), str_text(&others));
}

/* Is @path of a file NAME.suffix? */
static bool is_file_of(const char *path, size_t len, const char *name,
		       const char *suffix)
{
	const char *slash = memrchr(path, '/', len);
	size_t at = slash ? (size_t)(slash - path) + 1 : 0;
	size_t name_len = strlen(name), suffix_len = strlen(suffix);

	return len - at == name_len + suffix_len &&
	       memcmp(path + at, name, name_len) == 0 &&
	       memcmp(path + at + name_len, suffix, suffix_len) == 0;
}

/* The line of @sources that names such a file, or NULL. */
static char *find_listed(const char *sources, const char *name,
			 const char *suffix)
{
	while (*sources) {
		size_t len = strcspn(sources, "\n");

		if (is_file_of(sources, len, name, suffix))
			return keep(strndup(sources, len));
		sources += len + (sources[len] == '\n');
	}
	return NULL;
}

static char *find_source(const char *project, const char *name,
			 const char *suffix)
{
	auto_str struct str list = { 0 }, path = { 0 };
	auto_free char *sources = NULL;
	char *found;
	int r;

	str_addf(&list, "%s/sources", project);
	str_addf(&path, "ktstr/%s%s", name, suffix);
	r = file_read_at(AT_FDCWD, str_text(&list), SOURCES_BYTES_MAX,
			 &sources);
	if (r < 0 && r != -ENOENT)
		die(EX_USAGE, "cannot read '%s': %s", str_text(&list),
		    strerror(-r));
	if (r >= 0) {
		found = find_listed(sources, name, suffix);
		if (found)
			return found;
		die(EX_USAGE,
		    "'%s' names no %s%s; make ktstr-list writes it anew",
		    str_text(&list), name, suffix);
	}
	if (access(str_text(&path), F_OK) == 0)
		return keep(str_take(&path));
	die(EX_USAGE,
	    "there is neither '%s', which make ktstr-list writes, nor '%s'",
	    str_text(&list), str_text(&path));
}

/* Where the preset's name is a shape, it was given as one. */
static void find_machine(struct request *req)
{
	struct topology t;
	struct why why;

	if (strcmp(req->preset, "own") == 0 || preset_find(req->preset))
		return;
	if (topology_parse(req->preset, &t, &why) < 0)
		die(EX_USAGE,
		    "--variant: no preset is named '%s', and it is no shape "
		    "that says all of a machine: %s",
		    req->preset, why.text);
	req->topology = req->preset;
}

void named_find(struct request *req)
{
	const char *project = req->project ? req->project : "ktstr-out";
	struct variant_name name;
	struct why why;

	if (variant_name_parse(req->variant, strlen(req->variant), &name,
			       &why) < 0)
		die(EX_USAGE, "--variant: '%s' is no variant's name: %s",
		    req->variant, why.text);
	auto_free char *clock = part_of(&name, VARIANT_CLOCK);
	auto_free char *sched = part_of(&name, VARIANT_SCHEDULER);
	auto_free char *test = part_of(&name, VARIANT_TEST);
	req->kernel_label = part_of(&name, VARIANT_KERNEL);
	req->preset = part_of(&name, VARIANT_PRESET);
	req->profile = part_of(&name, VARIANT_PROFILE);
	req->clock = strcmp(clock, "real") == 0 ? CLOCK_REAL : CLOCK_VIRTUAL;
	req->has_clock = true;
	req->seed = name.seed;
	find_machine(req);
	if (!req->kernel)
		req->kernel = find_kernel(project, req->kernel_label);
	if (!req->sched)
		req->sched = strcmp(sched, "none") == 0
				     ? "none"
				     : find_source(project, sched, ".sched");
	if (!req->test)
		req->test = find_source(project, test, ".test");
	if (!req->out) {
		struct str folder = { 0 };

		str_addf(&folder, "%s/results/%s", project, req->variant);
		req->out = keep(str_take(&folder));
	}
}
