/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/option-values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/words.h"

void option_append(char ***list, const char *text)
{
	if (words_append(list, text) < 0)
		die(EX_BROKEN, "out of memory");
}

/* A part of a variant's name, and so of a path. */
static bool is_label(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_+.";

	return *text && *text != '.' && *text != '-' &&
	       !text[strspn(text, plain)];
}

void option_kernel(struct request *req, const char *text)
{
	size_t len = strcspn(text, "=");
	char *label = must(strndup(text, len));

	if (!is_label(label))
		die(EX_USAGE,
		    "--kernel: '%s' is no label: letters, digits, '-', '_', "
		    "'+' and '.'",
		    label);
	for (size_t i = 0; i < req->kernel_count; i++) {
		if (strcmp(req->kernel[i].label, label) == 0)
			die(EX_USAGE, "--kernel: two are labelled '%s'", label);
	}
	req->kernel = must(reallocarray(req->kernel, req->kernel_count + 1,
					sizeof(*req->kernel)));
	req->kernel[req->kernel_count++] =
		(struct kernel){ .label = label,
				 .entry = text[len] ? text + len + 1 : NULL };
}

void option_seeds(struct request *req, const char *text)
{
	struct why why;

	if (seeds_add(&req->seeds, text, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--seed: %s", why.text);
}

void option_clock(struct request *req, const char *text)
{
	if (strcmp(text, "virtual") != 0 && strcmp(text, "real") != 0)
		die(EX_USAGE, "--clock: '%s' is neither virtual nor real",
		    text);
	if (words_have(req->clock, text))
		die(EX_USAGE, "--clock: %s is given twice", text);
	option_append(&req->clock, text);
}

void option_limit(struct request *req, const char *text)
{
	uint64_t n;

	if (num_parse(text, 1, UINT32_MAX, &n) < 0)
		die(EX_USAGE, "--limit: '%s' is no number from 1 to %u", text,
		    UINT32_MAX);
	req->limit = n;
}

void option_topology(struct request *req, const char *text)
{
	char shape[TOPOLOGY_TEXT_SIZE];
	struct topology t;
	struct why why;

	if (topology_parse(text, &t, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology: %s", why.text);
	/* One spelling for each, because it stands in the variant's name. */
	topology_format(&t, shape);
	for (char **other = req->topology; other && *other; other++) {
		if (strcmp(*other, shape) == 0)
			die(EX_USAGE, "--topology: %s is given twice", shape);
	}
	option_append(&req->topology, shape);
}

void option_expect(struct request *req, const char *text)
{
	if (num_parse_decimal(text, &req->expect) < 0)
		die(EX_USAGE, "--expect: '%s' is no number of seconds", text);
}

char **option_words(const char *option, const char *text)
{
	char **words = NULL;
	size_t at;

	int r = words_split(text, &words, &at);
	if (r == -ENOMEM)
		die(EX_BROKEN, "out of memory");
	if (r < 0)
		die(EX_USAGE, "%s: '%s' has a quote that is not closed", option,
		    text);
	return words;
}
