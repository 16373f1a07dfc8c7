/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-expect.h"

#include <string.h>

#include "tools/vm/judge-checks.h"

static bool is_false(const json_t *o, const char *key)
{
	return json_is_false(json_object_get(o, key));
}

/* Did the check of that name fail, and none beside it? */
static bool failed_alone(const struct judgement *j, const char *name)
{
	bool seen = false;

	for (size_t i = 0; i < json_array_size(j->checks); i++) {
		const json_t *c = json_array_get(j->checks, i);

		if (!is_false(c, "ok") || is_false(c, "judged"))
			continue;
		if (strcmp(facts_text(c, "name"), name) != 0)
			return false;
		seen = true;
	}
	return seen;
}

/* A metric of a payload that is out of its bounds has the class of checks. */
static bool metrics_are_good(const struct judgement *j)
{
	for (size_t i = 0; i < json_array_size(j->payloads); i++) {
		const json_t *list = json_object_get(
			json_array_get(j->payloads, i), "metrics");

		for (size_t k = 0; k < json_array_size(list); k++) {
			if (is_false(json_array_get(list, k), "ok"))
				return false;
		}
	}
	return true;
}

static bool is_expected(const struct expectation *x, const struct judgement *j)
{
	if (j->verdict != VERDICT_FAIL || strcmp(j->class, x->class) != 0)
		return false;
	return !x->has_check || (failed_alone(j, check_info[x->check].key) &&
				 metrics_are_good(j) && !j->bad_reads);
}

void judge_expected(const struct expectation *x, struct judgement *j)
{
	bool passed = j->verdict == VERDICT_PASS;

	if (!x->class || (!passed && j->verdict != VERDICT_FAIL))
		return;
	if (is_expected(x, j)) {
		j->verdict = VERDICT_PASS;
		return;
	}
	if (passed)
		judge_decide(j, VERDICT_FAIL, "check-failed");
	judge_reason(j, "the test expects a failure of class %s%s%s%s, and %s",
		     x->class, x->has_check ? " by " : "",
		     x->has_check ? check_info[x->check].key : "",
		     x->has_check ? " alone" : "",
		     passed ? "all passed" : "this is another one");
}
