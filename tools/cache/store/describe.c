/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/cache/store/lock.h"
#include "tools/cache/store/vmlinux.h"
#include "tools/lib/cleanup.h"

enum kconfig_status kconfig_status(const struct entry *e, const char *now)
{
	const char *then = entry_text(e, "ktstr_kconfig_hash");

	if (!*then)
		return KCONFIG_UNTRACKED;
	return *now && strcmp(then, now) != 0 ? KCONFIG_STALE : KCONFIG_MATCHES;
}

const char *kconfig_status_name(enum kconfig_status status)
{
	static const char *const name[] = {
		[KCONFIG_MATCHES] = "matches",
		[KCONFIG_STALE] = "stale",
		[KCONFIG_UNTRACKED] = "untracked",
	};

	return name[status];
}

/* The path of a file in the entry, as JSON. */
static json_t *path_in(const struct entry *e, const char *name)
{
	return json_sprintf("%s/%s", e->path, name);
}

static json_t *time_or_null(time_t t)
{
	char text[32];
	struct tm tm;

	if (t == 0 || !gmtime_r(&t, &tm))
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

json_t *describe_entry(const char *root, const struct entry *e, const char *now)
{
	auto_free char *dwarf = NULL;
	json_t *all, *added;
	time_t used = 0;
	int r;

	if (e->error_kind)
		return json_pack("{s:s, s:s, s:s, s:s}", "key", e->key, "path",
				 e->path, "error", e->error.text, "error_kind",
				 e->error_kind);
	r = vmlinux_with_dwarf(e, &dwarf);
	if (r == 0)
		r = entry_last_use(root, e->key, &used);
	if (r < 0) {
		errno = -r;
		return NULL;
	}
	added = json_pack(
		"{s:s, s:o, s:s, s:o, s:o, s:s?, s:n}", "path", e->path,
		"image_path", path_in(e, entry_text(e, "image_name")),
		"kconfig_status", kconfig_status_name(kconfig_status(e, now)),
		"last_use", time_or_null(used), "symbols",
		json_is_true(json_object_get(e->meta, "has_vmlinux"))
			? path_in(e, "vmlinux")
			: json_null(),
		"dwarf", dwarf, "eol");
	all = json_deep_copy(e->meta);
	if (!all || !added || json_object_update(all, added) < 0) {
		json_decref(all);
		all = NULL;
		errno = ENOMEM;
	}
	json_decref(added);
	return all;
}

void describe_size(struct str *out, uint64_t bytes)
{
	static const char *const unit[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		str_addf(out, "%llu bytes", (unsigned long long)bytes);
		return;
	}
	while (value >= 1024 && i + 1 < sizeof(unit) / sizeof(unit[0])) {
		value /= 1024;
		i++;
	}
	str_addf(out, "%.1f %s", value, unit[i]);
}
