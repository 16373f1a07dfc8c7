/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/mirror.h"

#include <stdlib.h>
#include <string.h>

/* Where kernel.org has them; the same for all users since 2019. */
static const char feed_base[] = "https://www.kernel.org";
static const char release_base[] = "https://cdn.kernel.org/pub/linux/kernel";
static const char rc_base[] = "https://git.kernel.org";

static const char *setting(void)
{
	const char *url = getenv("KTSTR_KERNEL_MIRROR");

	return url && *url ? url : NULL;
}

const char *mirror_name(void)
{
	const char *ours = setting();

	return ours ? ours : "https://www.kernel.org";
}

/* Append the mirror's URL without slashes at its end, or @base. */
static void add_base(struct str *out, const char *base)
{
	const char *ours = setting();
	const char *url = ours ? ours : base;
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	str_add_bytes(out, url, n);
}

void mirror_add_feed(struct str *out)
{
	add_base(out, feed_base);
	str_add(out, "/releases.json");
}

void mirror_add_file(struct str *out, const struct version *v)
{
	struct version name = *v;
	char text[VERSION_SIZE];

	if (name.patch == 0)
		name.has_patch = false;
	version_format(&name, text);
	str_addf(out, "linux-%s.tar.%s", text, v->is_rc ? "gz" : "xz");
}

static void add_folder(struct str *out, const struct version *v)
{
	add_base(out, v->is_rc ? rc_base : release_base);
	if (v->is_rc)
		str_add(out, "/torvalds/t/");
	else
		str_addf(out, "/v%llu.x/", (unsigned long long)v->major);
}

void mirror_add_tarball(struct str *out, const struct version *v)
{
	add_folder(out, v);
	mirror_add_file(out, v);
}

void mirror_add_sums(struct str *out, const struct version *v)
{
	add_folder(out, v);
	str_add(out, "sha256sums.asc");
}
