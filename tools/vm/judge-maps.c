/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-maps.h"

#include <string.h>

#include "tools/vm/judge-checks.h"

#define TOLD_MAX 8 /* of those that are out of their bounds */

static bool is_bad(const json_t *event)
{
	return json_is_false(json_object_get(event, "ok"));
}

void judge_maps(const struct evidence *e, struct judgement *j)
{
	const char *step = "";

	for (size_t i = 0; i < json_array_size(e->facts->event); i++) {
		const json_t *event = json_array_get(e->facts->event, i);

		if (strcmp(facts_text(event, "what"), "step") == 0)
			step = facts_text(event, "name");
		if (!is_bad(event) || j->bad_reads++ >= TOLD_MAX)
			continue;
		judge_reason(j, "%s of %s in step '%s' found %s, not %s",
			     facts_text(event, "name"),
			     facts_text(event, "map"), step,
			     facts_text(event, "in_force"),
			     facts_text(event, "wanted"));
	}
	if (j->bad_reads > TOLD_MAX)
		judge_reason(j, "and %u values more were out of their bounds",
			     j->bad_reads - TOLD_MAX);
	if (j->bad_reads &&
	    (j->verdict == VERDICT_PASS || j->verdict == VERDICT_INCONCLUSIVE))
		judge_decide(j, VERDICT_FAIL, "check-failed");
}
