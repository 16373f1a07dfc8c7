/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any object, laid out as ktstr-vm lays out a result, must say the same to who
 * looks for its few lines and to who parses it; a text that is no object is
 * looked through without harm.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/result-scan.h"
#include "tools/lib/cleanup.h"

#define NAME "k/s/t/p/default/virtual/s1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const json_t *o, const char *text)
{
	const char *name = json_string_value(json_object_get(o, "name"));
	const char *says = json_string_value(json_object_get(o, "verdict"));
	double seconds = 0, parsed = result_seconds(o);
	enum verdict verdict;

	if (!result_scan(text, strlen(text), NAME, &verdict, &seconds))
		return;
	if (!name || strcmp(name, NAME) != 0 || !says ||
	    strcmp(says, verdict_names[verdict]) != 0 ||
	    json_integer_value(json_object_get(o, "schema_version")) != 1)
		abort();
	/* One cuts at the microsecond, and neither has 0.6 exactly. */
	if (seconds - parsed > 1.01e-6 || parsed - seconds > 1.01e-6)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *copy = strndup((const char *)data, size);
	double seconds;
	enum verdict verdict;

	if (!copy)
		abort();
	(void)result_scan(copy, strlen(copy), NAME, &verdict, &seconds);
	json_t *o = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	auto_free char *text =
		o ? json_dumps(o, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;
	if (text && json_is_object(o))
		check_same(o, text);
	json_decref(o);
	return 0;
}
