/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git/git.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"

#define MAX_CONFIG (4 << 20)

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

/*
 * Fill base and record from the note in @path, if it tells of this .config.
 *
 * Return: 1 if it does, 0, or -errno.
 */
static int read_note(const char *path, struct state *s)
{
	char base[16], result[16], kconfig[STATE_RECORD_SIZE];
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, path, /* max */ 4096, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (sscanf(text, "base %15s\nresult %15s\nkconfig %47s\n", base, result,
		   kconfig) != 3 ||
	    strcmp(result, s->config) != 0)
		return 0;
	if (strcmp(base, "none") == 0)
		base[0] = '\0';
	if (strlen(base) >= sizeof(s->base))
		return 0;
	memcpy(s->base, base, strlen(base) + 1);
	snprintf(s->record, sizeof(s->record), "%s", kconfig);
	return 1;
}

/* The same with the note of today, then with that of an unfinished change. */
static int read_notes(const char *build, struct state *s)
{
	auto_free char *note = NULL, *next = NULL;
	int r;

	snprintf(s->base, sizeof(s->base), "%s", s->config);
	if (asprintf(&note, "%s/.config.ktstr", build) < 0 ||
	    asprintf(&next, "%s.next", note) < 0)
		return -ENOMEM;
	r = read_note(note, s);
	return r ? r : read_note(next, s);
}

int state_probe(const char *tree, const char *build, struct state *ret,
		struct why *reterr_why)
{
	auto_free char *config = NULL;
	struct state s = { 0 };
	struct git_look look;
	int r = git_look(tree, build, &look, reterr_why);

	if (r < 0)
		return r;
	s.git = look.git;
	s.dirty = look.dirty;
	memcpy(s.hash, look.hash, sizeof(s.hash));
	memcpy(s.fingerprint, look.fingerprint, sizeof(s.fingerprint));
	if (asprintf(&config, "%s/.config", build) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = state_crc_file(config, s.config);
	if (r == 0)
		r = read_notes(build, &s);
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
	/* Nobody can tell what happened to a tree that nothing names. */
	if (before->dirty && !before->git)
		return CHANGE_BEFORE;
	if (strcmp(before->hash, now->hash) != 0 && !now->dirty)
		return CHANGE_MOVED;
	/* A clean tree has no fingerprint. */
	if (strcmp(before->fingerprint, now->fingerprint) != 0 ||
	    before->dirty != now->dirty)
		return CHANGE_EDITED;
	if (strcmp(before->hash, now->hash) != 0)
		return CHANGE_MOVED;
	if (strcmp(before->base, now->base) != 0)
		return CHANGE_CONFIG;
	return before->dirty ? CHANGE_BEFORE : CHANGE_NONE;
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

int state_adopt(const char *build, const char *config, const char *base,
		const char *kconfig, struct why *reterr_why)
{
	auto_free char *to = NULL, *note = NULL, *next = NULL;
	auto_free char *text = NULL, *told = NULL;
	int n, r;

	if (asprintf(&to, "%s/.config", build) < 0 ||
	    asprintf(&note, "%s.ktstr", to) < 0 ||
	    asprintf(&next, "%s.next", note) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = file_read_at(AT_FDCWD, config, MAX_CONFIG, &text);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", config,
			       strerror(-r));
	n = asprintf(&told, "base %s\nresult %08x\nkconfig %s\n",
		     *base ? base : "none",
		     crc32_of(text, (size_t)r, /* before */ 0), kconfig);
	if (n < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	n = file_publish(next, told, (size_t)n, 0666, reterr_why);
	if (n == 0)
		n = file_publish(to, text, (size_t)r, 0666, reterr_why);
	if (n == 0 && rename(next, note) < 0)
		n = why_set(reterr_why, -errno, "cannot make '%s': %s", note,
			    strerror(errno));
	return n;
}
