/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.h - the state of a kernel source tree, and how it changed. */
#pragma once

#include <stdbool.h>

#include "tools/cache/git/git.h"

/* Hex digits of a CRC32, with the NUL. */
#define STATE_CRC_SIZE 9

/* "cfgHASH-kcHASH-xkcHASH", with the NUL and some room. */
#define STATE_RECORD_SIZE 48

/**
 * struct state - what a kernel is built from
 * @git, @dirty, @hash, @fingerprint: see struct git_look
 * @config: CRC32 of .config in the build folder, or ""
 * @base:   CRC32 of the .config that is ours to build upon: @config, unless
 *	    state_adopt() has noted that we made this very .config; then what it
 *	    was made from, "" for tinyconfig
 * @record: what the note says that went in, or ""; empty if .config is
 *	    not what the record tells of
 * */
struct state {
	bool git, dirty;
	char hash[GIT_HASH_SIZE];
	char fingerprint[HASH_HEX_SIZE];
	char config[STATE_CRC_SIZE];
	char base[STATE_CRC_SIZE];
	char record[STATE_RECORD_SIZE];
};

/**
 * state_probe() - look at a source tree
 * @tree:  its top folder
 * @build: the folder with .config; equal to @tree when built in place
 *
 * Return: 0, or -errno with a sentence; -EIO when git cannot tell.
 */
int state_probe(const char *tree, const char *build, struct state *ret,
		struct why *reterr_why);

/**
 * enum change - what happened to a tree between two looks
 * @CHANGE_NONE:   nothing, and it is clean
 * @CHANGE_BEFORE: it was dirty before: nothing happened since, or it is not
 *		   under git, and that cannot be told
 * @CHANGE_EDITED: a file was changed meanwhile
 * @CHANGE_MOVED:  HEAD is another commit now, and the tree is clean
 * @CHANGE_CONFIG: the user's .config is another one now
 * @CHANGE_FAILED: the second look failed; an unknown state is not a clean one
 */
enum change {
	CHANGE_NONE,
	CHANGE_BEFORE,
	CHANGE_EDITED,
	CHANGE_MOVED,
	CHANGE_CONFIG,
	CHANGE_FAILED,
};

/* Compare two looks; @now is NULL when the second one failed. */
enum change state_compare(const struct state *before, const struct state *now);

/* One word: clean, dirty-before, edited, moved, config, failed. */
const char *change_name(enum change change);

/* CRC32 of a file in hex; "" when it is not there. Return: 0 or -errno. */
int state_crc_file(const char *path, char ret[STATE_CRC_SIZE]);

/**
 * state_adopt() - make @config the .config in @build, and note that we did
 * @config:  a file
 * @base:    what it was made from, see struct state
 * @kconfig: hash of the fragments that went in
 *
 * The note is @build/.config.ktstr. That is how the second build of an
 * unchanged tree finds the entry of the first, though .config is not the same
 * any more. The note is there before the .config that it tells of, under
 * another name, so that at no moment our .config looks like the user's, or the
 * other way round.
 *
 * Return: 0 or -errno with a sentence.
 */
int state_adopt(const char *build, const char *config, const char *base,
		const char *kconfig, struct why *reterr_why);
