/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h - the commands of ktstr-cache, and what they are given. */
#pragma once

#include <stdbool.h>

#include "tools/cache/source/source.h"
#include "tools/lib/why.h"

/**
 * struct options - the command line
 *
 * Strings are NULL when the option was not given. @args are the words behind
 * the command, NULL-terminated; @root is the cache.
 */
struct options {
	const char *root;
	const char *probe_file, *extra, *kconfig_dir, *build_dir, *field;
	const char *since, *to, *image, *vmlinux, *config, *key, *bpf_dir;
	const char *title;
	const char *range;
	const char *max_size;
	unsigned int keep, max_age_days;
	bool has_max_age, dry_run, eol;
	const char *from, *spare;
	bool all;
	bool edited, lines, why;
	bool has_keep, corrupt_only, force, json, echo, append, die_with_parent;
	char **args;
};

/* What --help prints. */
extern const char commands_help[];

/* Each returns an exit code, or does not return. */
int do_resolve(const struct options *o);
int do_probe(const struct options *o);
int do_key(const struct options *o);
int do_adopt(const struct options *o);
int do_built(const struct options *o);
int do_fetch(const struct options *o);
int do_expand(const struct options *o);
int do_strip(const struct options *o);
int do_put(const struct options *o);
int do_get(const struct options *o);
int do_push(const struct options *o);
int do_pull(const struct options *o);
int do_show(const struct options *o);
int do_why(const struct options *o);
int do_list(const struct options *o);
int do_verify(const struct options *o);
int do_clean(const struct options *o);
int do_gc(const struct options *o);
int do_vmlinux(const struct options *o);
int do_work(const struct options *o);
int do_exec(const struct options *o);
int do_log(const struct options *o);
int do_try(const struct options *o);

/* list --range: no entries, but what is published. */
int do_list_range(const struct options *o);

/* The exit code for @error, whose sentence is said now. */
int fail(int error, const struct why *why);

/* The hash of today's fragments, or "" when they cannot be found. */
void kconfig_now(const struct options *o, char ret[STATE_CRC_SIZE]);

/* Refuse wrong settings of the remote cache, before work that takes long. */
void check_remote(void);
/* Get the entry that @spec names from the remote cache, where it is the key of
 * one that is not here. */
void pull_missing(const struct options *o, const char *spec);
/* Push what was just stored, if there is a remote that wants it. */
void push_stored(const struct options *o, const char *key);

struct store_request;
/* Store a kernel; in the folder --spare, which is said, where the cache cannot
 * have it: then @req->to is set. Return: as store_put(). */
int put_or_spare(const struct options *o, struct store_request *req,
		 char **ret_path, struct why *why);

struct source;
/* Store the kernel that runs, which @s was resolved to. Return: 0 or -errno. */
int put_host(const struct options *o, const struct source *s,
	     unsigned int wait_ms, char **ret_path, struct why *why);

struct entry;
/* The entry called @key, corrupt or not; does not return when there is none. */
void look_or_exit(const struct options *o, const char *key, struct entry *ret);
