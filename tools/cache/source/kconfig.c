/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/kconfig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/kconfig/conf.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"

/* @folder/ktstr.config exists: hand @folder out. Return: 0 or -errno. */
static int take_folder(char *folder, char **ret)
{
	auto_free char *file = NULL, *own = folder;

	if (!own || asprintf(&file, "%s/ktstr.config", own) < 0)
		return -ENOMEM;
	if (access(file, R_OK) < 0)
		return -errno;
	*ret = take_ptr(own);
	return 0;
}

int kconfig_folder(const char *option, char **ret, struct why *reterr_why)
{
	static const char *const beside[] = { "../share/ktstr/kconfig",
					      "../kconfig" };
	const char *named = option ? option : getenv("KTSTR_KCONFIG_DIR");
	char self[4096], *folder, *slash;
	ssize_t n;
	int r;

	if (named && *named) {
		r = take_folder(strdup(named), ret);
		if (r == -ENOENT || r == -ENOTDIR)
			why_set(reterr_why, r,
				"there is no 'ktstr.config' in '%s'", named);
		else if (r < 0)
			why_set(reterr_why, r,
				"cannot read 'ktstr.config' in '%s': %s", named,
				strerror(-r));
		return r;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < 2; i++) {
		if (asprintf(&folder, "%.*s/%s", (int)(slash - self), self,
			     beside[i]) < 0)
			folder = NULL;
		r = take_folder(folder, ret);
		if (r == 0)
			return 0;
		if (r != -ENOENT && r != -ENOTDIR)
			return why_set(reterr_why, r,
				       "cannot read 'ktstr.config' beside this "
				       "program: %s",
				       strerror(-r));
	}
	return why_set(reterr_why, -ENOENT,
		       "cannot find 'ktstr.config' beside this program; name "
		       "its folder with --kconfig-dir or KTSTR_KCONFIG_DIR");
}

static void hash_conf(const struct conf *c, char ret[STATE_CRC_SIZE])
{
	auto_str struct str text = { 0 };

	conf_format(&text, c);
	snprintf(ret, STATE_CRC_SIZE, "%08x",
		 crc32_of(str_text(&text), text.len, /* before */ 0));
}

int kconfig_hash(const char *folder, const char *arch, const char *extra,
		 struct kconfig *ret, struct why *reterr_why)
{
	auto_conf struct conf builtin = { 0 }, more = { 0 };
	auto_free char *common = NULL, *own = NULL;
	struct kconfig k = { 0 };
	int r;

	if (asprintf(&common, "%s/ktstr.config", folder) < 0 ||
	    asprintf(&own, "%s/%s.config", folder, arch) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = conf_read(&builtin, common, NULL, reterr_why);
	if (r == 0)
		r = conf_read(&builtin, own, NULL, reterr_why);
	if (r == 0 && extra)
		r = conf_read(&more, extra, NULL, reterr_why);
	if (r < 0)
		return r;
	hash_conf(&builtin, k.builtin);
	if (extra)
		hash_conf(&more, k.extra);
	*ret = k;
	return 0;
}

int kconfig_base(char ret[KCONFIG_BASE_SIZE], struct why *reterr_why)
{
	const char *value = getenv("KTSTR_KCONFIG_BASE");

	if (!value || !*value || strcmp(value, "tinyconfig") == 0)
		memcpy(ret, KCONFIG_BASE_DEFAULT, sizeof(KCONFIG_BASE_DEFAULT));
	else if (strcmp(value, "defconfig") == 0)
		memcpy(ret, "def", sizeof("def"));
	else
		return why_set(reterr_why, -EINVAL,
			       "KTSTR_KCONFIG_BASE is '%s'; it may be "
			       "tinyconfig or defconfig",
			       value);
	return 0;
}

void kconfig_format(struct str *out, const struct kconfig *k)
{
	if (*k->cc)
		str_addf(out, "%s-", k->cc);
	str_addf(out, "kc%s", k->builtin);
	if (*k->extra)
		str_addf(out, "-xkc%s", k->extra);
}
