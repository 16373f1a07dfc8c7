/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"
#include "vmm/cpio.h"

#define COMMAND_MAX (1 << 20)

int archive_init(int fd, const char *init, struct why *reterr_why)
{
	auto_cpio struct cpio *c = NULL;
	int r = cpio_new(fd, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	r = cpio_add_file(c, "init", 0755, init, reterr_why);
	if (r == 0)
		r = cpio_finish(c, reterr_why);
	return r;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void add_words(struct str *out, const char *key, char *const *words)
{
	for (; words && *words; words++) {
		str_addf(out, "%s = ", key);
		words_quote(out, *words);
		str_add(out, "\n");
	}
}

/* Texts whose words are quoted already. */
static void add_lines(struct str *out, const char *key, char *const *lines)
{
	for (; lines && *lines; lines++)
		str_addf(out, "%s = %s\n", key, *lines);
}

/* The text of /job/job. */
static void describe(struct str *out, const struct job *job)
{
	str_add(out, "format = 1\n[job]\n");
	str_addf(out, "seed = %" PRIu64 "\n", job->seed);
	str_addf(out, "clock = %s\n",
		 job->clock == CLOCK_VIRTUAL ? "virtual" : "real");
	/* Who sits at a shell sees that it hangs, and may have stopped it. */
	str_addf(out, "watchdog = %s\n", job->shell ? "no" : "yes");
	for (unsigned int i = 0; i < PHASES; i++) {
		if (job->limits.ns[i])
			str_addf(out, "%s-limit = %" PRIu64 "ns\n",
				 phase_name((enum phase)i), job->limits.ns[i]);
	}
	if (job->scheduler)
		str_addf(out, "scheduler = /job/bin/%s\n",
			 base_name(job->scheduler));
	add_words(out, "arg", job->args);
	add_words(out, "sysctl", job->sysctl);
	add_lines(out, "enable", job->enable);
	add_lines(out, "disable", job->disable);
	if (job->cgroup_parent)
		str_addf(out, "cgroup-parent = %s\n", job->cgroup_parent);
	if (job->watchdog_ns)
		str_addf(out, "scx-timeout = %" PRIu64 "ns\n",
			 job->watchdog_ns);
	if (job->cores)
		str_add(out, "shared-cores = yes\n");
	if (job->trace_kib)
		str_addf(out, "trace = %" PRIu64 "\n", job->trace_kib);
	if (job->shell)
		str_addf(out, "shell = %s\nterm = %s\n",
			 job->shell == JOB_SHELL_TTY ? "tty" : "pipe",
			 job->term);
}

/* The command's words, as the guest reads them: vmm/guest/job.c. */
static int add_command(struct cpio *c, char *const *command,
		       struct why *reterr_why)
{
	auto_str struct str words = { 0 };

	for (; *command; command++)
		str_add_bytes(&words, *command, strlen(*command) + 1);
	if (words.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (words.len > COMMAND_MAX)
		return why_set(reterr_why, -E2BIG,
			       "the command line has %zu bytes; there is room "
			       "for %d",
			       words.len, COMMAND_MAX);
	return cpio_add_data(c, "job/exec", 0644, words.text, words.len,
			     reterr_why);
}

/* A script's name and text tell nothing of what it starts, so neither what the
 * guest needs nor what a result depends on would be known. */
static int add_scheduler(struct pack *p, const char *host,
			 struct why *reterr_why)
{
	auto_str struct str guest = { 0 };

	if (pack_kind(host) == PACK_SCRIPT && access(host, X_OK) == 0)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is a script; a scheduler must be an ELF "
			       "program, since what a script starts is unknown",
			       host);
	str_addf(&guest, "/job/bin/%s", base_name(host));
	return pack_program(p, host, str_text(&guest), reterr_why);
}

static int add_files(struct cpio *c, const struct job *job,
		     struct why *reterr_why)
{
	auto_pack struct pack p = { .cpio = c };
	int r = 0;

	if (job->scheduler)
		r = add_scheduler(&p, job->scheduler, reterr_why);
	if (r == 0 && job->program && job->command)
		r = pack_program(&p, job->program, job->command[0], reterr_why);
	for (size_t i = 0; r == 0 && i < job->include_count; i++)
		r = pack_include(&p, &job->include[i], reterr_why);
	return r;
}

int archive_job(int fd, const struct job *job, uint64_t *ret_unpacked,
		struct why *reterr_why)
{
	auto_cpio struct cpio *c = NULL;
	auto_str struct str text = { 0 };
	int r = cpio_new(fd, &c);

	describe(&text, job);
	if (r < 0 || text.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = cpio_add_data(c, "job/job", 0644, text.text, text.len, reterr_why);
	if (r == 0 && job->test_text)
		r = cpio_add_data(c, "job/test", 0644, job->test_text,
				  strlen(job->test_text), reterr_why);
	if (r == 0 && job->test_name)
		r = cpio_add_data(c, "job/name", 0644, job->test_name,
				  strlen(job->test_name), reterr_why);
	if (r == 0 && job->layout)
		r = cpio_add_data(c, "job/monitor", 0644, job->layout,
				  strlen(job->layout), reterr_why);
	if (r == 0 && job->repro)
		r = cpio_add_data(c, "job/repro", 0644, job->repro,
				  strlen(job->repro), reterr_why);
	if (r == 0 && job->command)
		r = add_command(c, job->command, reterr_why);
	if (r == 0)
		r = add_files(c, job, reterr_why);
	if (r == 0)
		r = cpio_finish(c, reterr_why);
	if (r == 0 && ret_unpacked)
		*ret_unpacked = cpio_unpacked(c);
	return r;
}
