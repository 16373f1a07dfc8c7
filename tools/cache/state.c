/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"

#define MAX_CONFIG (4 << 20)

static const char record_name[] = ".config.ktstr";

int state_crc_file(const char *path, char ret[STATE_CRC_SIZE])
{
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, path, MAX_CONFIG, &text);

	ret[0] = '\0';
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	snprintf(ret, STATE_CRC_SIZE, "%08x",
		 crc32_of(text, (size_t)r, /* before */ 0));
	return 0;
}

/* Fill base and record from @build's record, when it tells of this .config. */
static int read_record(const char *build, struct state *s)
{
	char base[16], result[16], kconfig[24];
	auto_free char *path = NULL, *text = NULL;
	int r;

	snprintf(s->base, sizeof(s->base), "%s", s->config);
	if (asprintf(&path, "%s/%s", build, record_name) < 0)
		return -ENOMEM;
	r = file_read_at(AT_FDCWD, path, /* max */ 4096, &text);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (sscanf(text, "base %15s\nresult %15s\nkconfig %23s\n", base, result,
		   kconfig) != 3 ||
	    strcmp(result, s->config) != 0)
		return 0;
	if (strcmp(base, "none") == 0)
		base[0] = '\0';
	if (strlen(base) >= sizeof(s->base))
		return 0;
	memcpy(s->base, base, strlen(base) + 1);
	snprintf(s->record, sizeof(s->record), "%s", kconfig);
	return 0;
}

int state_probe(const char *tree, const char *build, struct state *ret,
		struct why *reterr_why)
{
	auto_free char *config = NULL;
	struct state s = { 0 };
	int r = git_look(tree, &s.git, &s.dirty, s.hash, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(&config, "%s/.config", build) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = state_crc_file(config, s.config);
	if (r == 0)
		r = read_record(build, &s);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", config,
			       strerror(-r));
	*ret = s;
	return 0;
}

enum change state_compare(const struct state *before, const struct state *now)
{
	if (!now)
		return CHANGE_FAILED;
	if (before->dirty)
		return CHANGE_BEFORE;
	if (now->dirty)
		return CHANGE_EDITED;
	if (strcmp(before->hash, now->hash) != 0)
		return CHANGE_MOVED;
	if (strcmp(before->base, now->base) != 0)
		return CHANGE_CONFIG;
	return CHANGE_NONE;
}

const char *change_name(enum change change)
{
	static const char *const name[] = {
		[CHANGE_NONE] = "clean",    [CHANGE_BEFORE] = "dirty-before",
		[CHANGE_EDITED] = "edited", [CHANGE_MOVED] = "moved",
		[CHANGE_CONFIG] = "config", [CHANGE_FAILED] = "failed",
	};

	return name[change];
}

int state_record(const char *build, const char *base, const char *kconfig,
		 struct why *reterr_why)
{
	auto_free char *config = NULL, *path = NULL, *text = NULL;
	char result[STATE_CRC_SIZE];
	int r;

	if (asprintf(&config, "%s/.config", build) < 0 ||
	    asprintf(&path, "%s/%s", build, record_name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = state_crc_file(config, result);
	if (r == 0 && !*result)
		r = -ENOENT;
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", config,
			       strerror(-r));
	if (asprintf(&text, "base %s\nresult %s\nkconfig %s\n",
		     *base ? base : "none", result, kconfig) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return file_publish(path, text, strlen(text), 0666, reterr_why);
}
