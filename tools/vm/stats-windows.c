/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats-windows.h"

#include <math.h>
#include <string.h>

static bool was_seen(const json_t *w)
{
	return json_object_get(w, "standstill_ns") &&
	       strcmp(facts_text(w, "type"), "exec") != 0;
}

static void add_sharing(struct windows_seen *s, const json_t *w)
{
	double ns = (double)facts_int(w, "core_shared_ns");

	if (!json_object_get(w, "core_shared_ns") || ns <= s->shared_ns)
		return;
	s->shared_ns = ns;
	s->shared_cpu = ns > 0 ? (int)facts_int(w, "core_shared_cpu") : -1;
	s->idle_core_cpu = ns > 0 ? (int)facts_int(w, "core_idle_cpu") : -1;
}

void windows_seen_of(const struct facts *f, const char *cgroup,
		     struct windows_seen *ret)
{
	struct windows_seen s = { -1, -1, 0, -1, -1, -1, -1 };

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);
		double idle = (double)facts_int(w, "idle_wait_ns");

		if (!was_seen(w) ||
		    (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0))
			continue;
		s.standstill_ns = fmax(s.standstill_ns,
				       (double)facts_int(w, "standstill_ns"));
		if (idle > s.idle_wait_ns && idle > 0) {
			s.idle_cpu = (int)facts_int(w, "idle_wait_cpu");
			s.idle_of_ns = (double)facts_int(w, "idle_wait_of_ns");
		}
		s.idle_wait_ns = fmax(s.idle_wait_ns, idle);
		add_sharing(&s, w);
	}
	*ret = s;
}
