/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result-guest.h"

#include <fcntl.h>

#include "tools/lib/hash.h"

static json_t *text_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *words_json(char *const *words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

json_t *result_guest(const struct variant *v)
{
	json_int_t watchdog_ns = (json_int_t)v->test.watchdog_ns;
	json_t *o = json_object();

	json_object_set_new(o, "kargs", text_json(v->kargs));
	json_object_set_new(o, "sysctl", words_json(v->sysctl));
	json_object_set_new(o, "enable", words_json(v->enable));
	json_object_set_new(o, "disable", words_json(v->disable));
	json_object_set_new(
		o, "cgroup_parent",
		text_json(v->has_sched ? v->sched.cgroup_parent : NULL));
	json_object_set_new(o, "watchdog_ns",
			    watchdog_ns ? json_integer(watchdog_ns)
					: json_null());
	return o;
}

json_t *result_files(const struct variant *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->include_count; i++) {
		char hex[HASH_HEX_SIZE];

		if (hash_file(AT_FDCWD, v->include[i].host, hex) == 0)
			json_array_append_new(list,
					      json_pack("{ss ss}", "path",
							v->include[i].guest,
							"sha256", hex));
	}
	return list;
}
