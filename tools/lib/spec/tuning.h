/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tuning.h - how a declaration or a test wants the guest's kernel, and which
 * files it brings: "sysctl", "kargs" and "include-files".
 */
#pragma once

#include "tools/lib/spec/conf.h"

/* Bytes of all kernel words of one file; the kernel takes 2048 in all, of which
 * ours are some 500. */
#define KARGS_BYTES_MAX 1000

/* "sysctl = NAME=VALUE"; the words of @value have one blank between them. */
struct sysctl {
	char *name, *value;
	struct place at;
};

/* A file of the host, as written. */
struct tuning_file {
	char *path;
	struct place at;
};

/**
 * struct tuning - all of one layer
 * @kargs: words without blanks and quotes, NULL-terminated, or NULL
 */
struct tuning {
	struct sysctl *sysctl;
	size_t sysctl_count;
	char **kargs;
	struct tuning_file *file;
	size_t file_count;
};

/* Read one entry of its key. What ktstr itself sets or needs is refused.
 * Return: 0 or -ENOMEM. */
int tuning_read_sysctl(const struct conf_entry *e, struct diag *d,
		       struct tuning *t);
int tuning_read_kargs(const struct conf_entry *e, struct diag *d,
		      struct tuning *t);
int tuning_read_files(const struct conf_entry *e, struct diag *d,
		      struct tuning *t);
void tuning_done(struct tuning *t);

/* Append the kernel's words, with a blank between any two in @out. */
void tuning_add_kargs(const struct tuning *t, struct str *out);

/* The file of a sysctl: "/proc/sys/kernel/sched_x". */
void sysctl_path(const char *name, struct str *ret);

/* Where an included file is in the guest: "/include-files/NAME". */
void tuning_file_guest(const char *path, struct str *ret);

/* Complain about @path unless it is a file of this host that can be read. */
void tuning_check_file(const char *path, const struct place *at,
		       struct diag *d);
/* The same for all files of @t. */
void tuning_check_files(const struct tuning *t, struct diag *d);
