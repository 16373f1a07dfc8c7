/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/retries.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/result.h"
#include "tools/lib/msg.h"
#include "tools/lib/num.h"

#define RETRIES_MAX 100

unsigned int retries_allowed(void)
{
	const char *text = getenv("KTSTR_RETRIES");
	uint64_t n = 1;

	if (text && *text && num_parse(text, 0, RETRIES_MAX, &n) < 0)
		die(EX_USAGE, "KTSTR_RETRIES '%s' is not a number from 0 to %d",
		    text, RETRIES_MAX);
	return (unsigned int)n;
}

static bool is(const json_t *o, const char *key, const char *want)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text && strcmp(text, want) == 0;
}

bool retries_wanted(const char *path)
{
	json_t *o = json_load_file(path, 0, NULL);
	bool wanted = is(o, "verdict", verdict_names[VERDICT_INCONCLUSIVE]) &&
		      is(o, "class", "host-noise");

	json_decref(o);
	return wanted;
}
