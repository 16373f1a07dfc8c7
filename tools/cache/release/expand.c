/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/expand.h"

#include <errno.h>
#include <string.h>

#include "tools/cache/release/newest.h"
#include "tools/cache/source/spec.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

static int add(char ***specs, const char *spec, struct why *reterr_why)
{
	int r;

	/* They are printed a line each. */
	if (strchr(spec, '\n'))
		return why_set(reterr_why, -EINVAL,
			       "kernel '%s': a line end may not be in the name "
			       "of a kernel",
			       spec);
	r = words_have(*specs, spec) ? 0 : words_append(specs, spec);
	return r < 0 ? why_set(reterr_why, r, "out of memory") : 0;
}

static int add_range(const char *root, char ***specs, const char *range,
		     struct why *reterr_why)
{
	auto_free struct version *v = NULL;
	char text[VERSION_SIZE];
	int n = newest_in_range(root, range, &v, reterr_why), r = n;

	for (int i = 0; r >= 0 && i < n; i++) {
		version_format(&v[i], text);
		r = add(specs, text, reterr_why);
	}
	return r < 0 ? r : 0;
}

static int add_one(const char *root, char ***specs, const char *spec,
		   struct why *reterr_why)
{
	if (spec_kind(spec) == SPEC_RANGE)
		return add_range(root, specs, spec, reterr_why);
	return add(specs, spec, reterr_why);
}

/* Split @list at its commas. */
static int add_list(const char *root, char ***specs, char *list,
		    struct why *reterr_why)
{
	int r = 0;

	for (char *next = list; r == 0 && next;) {
		char *part = strsep(&next, ",");
		size_t n;

		part += strspn(part, " \t\n");
		n = strlen(part);
		while (n > 0 && strchr(" \t\n", part[n - 1]))
			part[--n] = '\0';
		if (n > 0)
			r = add_one(root, specs, part, reterr_why);
	}
	return r;
}

int expand_specs(const char *root, char *const *words, char ***ret,
		 struct why *reterr_why)
{
	auto_words char **specs = NULL;
	int r = 0;

	for (; r == 0 && *words; words++) {
		auto_free char *list = strdup(*words);

		if (!list)
			r = why_set(reterr_why, -ENOMEM, "out of memory");
		else if (access(list, F_OK) == 0)
			r = add_one(root, &specs, list, reterr_why);
		else
			r = add_list(root, &specs, list, reterr_why);
	}
	if (r == 0 && !specs)
		r = why_set(reterr_why, -EINVAL, "no kernel is named");
	if (r < 0)
		return r;
	*ret = take_ptr(specs);
	return 0;
}
