/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-workers.h"

#include <string.h>

#include "tools/vm/judge-checks.h"

#define TOLD_MAX 5 /* reasons, whoever many failed */

bool judge_workers(const struct evidence *e, struct judgement *j)
{
	unsigned int count = 0;

	for (size_t i = 0; i < json_array_size(e->facts->worker); i++) {
		const json_t *w = json_array_get(e->facts->worker, i);
		const json_t *all = json_object_get(w, "warnings");
		const json_t *last =
			json_array_get(all, json_array_size(all) - 1);
		const char *why = json_string_value(last);

		if (strcmp(facts_text(w, "exit"), "failed") != 0)
			continue;
		if (count++ < TOLD_MAX)
			judge_reason(j, "cgroup '%s': %s",
				     facts_text(w, "cgroup"),
				     why ? why : "a worker could not go on");
	}
	if (count > TOLD_MAX)
		judge_reason(j, "and %u workers more", count - TOLD_MAX);
	return count > 0;
}
