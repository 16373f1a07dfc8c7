/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * here-journal.h - sysctls of this host, set for a test and put back.
 *
 * What was there before is written to a file below /run first. Its writer holds
 * a lock on it for as long as it lives; a file that nobody has locked is of one
 * that was killed, and whoever comes next puts back what it says.
 */
#pragma once

#include "tools/lib/why.h"

/* @path: of the file, or NULL when there was nothing to set */
struct here_journal {
	char *path;
	char **before;
	int fd;
};

#define HERE_JOURNAL_NONE                                                      \
	{                                                                      \
		.fd = -1                                                       \
	}

/**
 * here_journal_begin() - set @sysctl, each "NAME=VALUE", NULL for none
 *
 * First puts back what others have left.
 *
 * Return: 0 or an error of sysctl.h, of which nothing stays; -errno.
 */
int here_journal_begin(struct here_journal *j, char *const *sysctl,
		       struct why *reterr_why);

/* Put back what was there. Return: 0 or an error of sysctl.h. */
int here_journal_end(struct here_journal *j, struct why *reterr_why);
