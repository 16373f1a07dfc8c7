/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/result-scan.h"

#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"

/* Behind @lead, once and for all @text is looked through; or NULL. */
static const char *behind(const char *text, const char *lead)
{
	const char *found = strstr(text, lead);

	return found ? found + strlen(lead) : NULL;
}

/* Does a quoted text at @p, with a comma behind it, say @word? */
static bool says(const char *p, const char *word)
{
	size_t len = strlen(word);

	return strncmp(p, word, len) == 0 && strncmp(p + len, "\",\n", 3) == 0;
}

/* "wall_s" of "host": a number such as 12.345, to the microsecond. */
static bool read_wall(const char *text, double *ret)
{
	const char *host = behind(text, "\n  \"host\": {");
	const char *wall = host ? behind(host, "\n    \"wall_s\": ") : NULL;
	const char *end = host ? strstr(host, "\n  }") : NULL;
	char number[32];
	size_t len;

	if (!wall || !end || wall > end)
		return false;
	len = strcspn(wall, ",\n");
	if (len >= sizeof(number))
		return false;
	memcpy(number, wall, len);
	number[len] = '\0';
	return num_parse_decimal(number, ret) == 0;
}

bool result_scan(const char *text, size_t len, const char *name,
		 enum verdict *ret, double *ret_seconds)
{
	const char *schema = behind(text, "{\n  \"schema_version\": 1,\n");
	const char *its = behind(text, "\n  \"name\": \"");
	const char *verdict = behind(text, "\n  \"verdict\": \"");
	size_t end = len;

	while (end > 0 && text[end - 1] == '\n')
		end--;
	if (schema != text + strlen("{\n  \"schema_version\": 1,\n") || !its ||
	    !says(its, name) || !verdict || end < 2 ||
	    strncmp(text + end - 2, "\n}", 2) != 0 ||
	    strstr(text, "\n  \"timings\": {") || !read_wall(text, ret_seconds))
		return false;
	for (size_t i = 0; i < VERDICTS; i++) {
		if (says(verdict, verdict_names[i])) {
			*ret = (enum verdict)i;
			return true;
		}
	}
	return false;
}

double result_seconds(const json_t *o)
{
	const json_t *timings = json_object_get(o, "timings");
	json_t *value;
	const json_t *total = json_object_get(timings, "total_s");
	const json_t *wall =
		json_object_get(json_object_get(o, "host"), "wall_s");
	double sum = 0;
	bool any = false;
	const char *key;

	if (json_is_number(total))
		return json_number_value(total);
	json_object_foreach((json_t *)timings, key, value)
	{
		size_t len = strlen(key);

		if (len < 2 || strcmp(key + len - 2, "_s") != 0 ||
		    !json_is_number(value))
			continue;
		sum += json_number_value(value);
		any = true;
	}
	if (any)
		return sum;
	return json_is_number(wall) ? json_number_value(wall) : -1;
}
