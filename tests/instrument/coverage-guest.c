/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage-guest.c - the counters of a COVERAGE=1 guest leave with its report.
 *
 * Init and its children save them below /coverage in the machine, where gcov's
 * runtime adds those of one process to those of the last. This stands in place
 * of channel_end(), so it sends them where nothing else is sent any more. A
 * machine that panics, or is ended from outside, has no counters.
 *
 *	{"t":"coverage","file":PATH,"at":OFFSET,"hex":BYTES}
 *	{"t":"coverage"}	there are no more
 */
#include <errno.h>
#include <ftw.h>
#include <gcov.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/instrument/shared.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/json.h"

#define FOLDER "/coverage"
/* Two digits each in a frame of FRAME_PAYLOAD_MAX. */
#define PIECE 16384

int __real_channel_end(struct channel *c);
int __wrap_channel_end(struct channel *c);

/* nftw(3) hands nothing on. */
static struct channel *to;

/* The engine on a host saves where the build is; nothing needs to be sent. */
static int is_guest(void)
{
	return getpid() == 1;
}

__attribute__((constructor)) static void begin(void)
{
	if (!is_guest())
		return;
	(void)setenv("GCOV_PREFIX", FOLDER, 1);
	(void)setenv(SHARED_ONE_SAVES, "1", 1);
}

static void send_piece(const char *path, size_t at, const unsigned char *data,
		       size_t len)
{
	struct str out = { 0 };

	json_open(&out, "coverage");
	json_text(&out, "file", path + strlen(FOLDER));
	json_number(&out, "at", at);
	json_key(&out, "hex");
	str_add(&out, "\"");
	for (size_t i = 0; i < len; i++)
		str_addf(&out, "%02x", data[i]);
	str_add(&out, "\"");
	(void)channel_send(to, &out);
}

static int send_file(const char *path, const struct stat *st, int kind,
		     struct FTW *where)
{
	unsigned char piece[PIECE];
	size_t at = 0, n;
	FILE *f;

	(void)st;
	(void)where;
	f = kind == FTW_F ? fopen(path, "re") : NULL;
	if (!f)
		return 0;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
		send_piece(path, at, piece, n);
		at += n;
	}
	(void)fclose(f);
	return 0;
}

int __wrap_channel_end(struct channel *c)
{
	struct str last = { 0 };

	if (!is_guest() || c->error)
		return __real_channel_end(c);
	__gcov_dump();
	to = c;
	(void)nftw(FOLDER, send_file, 16, FTW_PHYS);
	json_open(&last, "coverage");
	(void)channel_send(c, &last);
	return __real_channel_end(c);
}
