/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"
#include "vmm/closure.h"
#include "vmm/cpio.h"

#define auto_closure __attribute__((cleanup(closure_done)))

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

/* Add a program under /job/bin, its libraries, and its loader. */
static int add_program(struct cpio *c, const char *path, struct why *reterr_why)
{
	auto_closure struct closure needs = { 0 };
	auto_str struct str name = { 0 };
	int r;

	if (access(path, X_OK) < 0 && errno == ENOENT)
		return why_set(reterr_why, -ENOENT, "no such program: '%s'",
			       path);
	if (access(path, X_OK) < 0)
		return why_set(reterr_why, -EACCES, "'%s' is not executable",
			       path);
	r = closure_find(path, &needs, reterr_why);
	if (r < 0)
		return r;
	str_addf(&name, "job/bin/%s", base_name(path));
	r = cpio_add_file(c, str_text(&name), 0755, path, reterr_why);
	if (r == 0 && needs.interpreter)
		r = cpio_add_file(c, needs.interpreter + 1, 0755,
				  needs.interpreter, reterr_why);
	for (size_t i = 0; r == 0 && i < needs.count; i++) {
		auto_str struct str lib = { 0 };

		str_addf(&lib, "job/lib/%s", base_name(needs.item[i].soname));
		r = cpio_add_file(c, str_text(&lib), 0755, needs.item[i].path,
				  reterr_why);
	}
	return r;
}

static void add_words(struct str *out, const char *key, char *const *words)
{
	for (; words && *words; words++) {
		str_addf(out, "%s = ", key);
		words_quote(out, *words);
		str_add(out, "\n");
	}
}

/* The text of /job/job. */
static void describe(struct str *out, const struct job *job)
{
	str_add(out, "format = 1\n[job]\n");
	str_addf(out, "seed = %" PRIu64 "\n", job->seed);
	str_addf(out, "clock = %s\n",
		 job->clock == CLOCK_VIRTUAL ? "virtual" : "real");
	str_addf(out, "calibrate = %s\n", job->calibrate ? "yes" : "no");
	/* Its limit is the guest's time: a busy host cannot make it fire. */
	str_addf(out, "watchdog = %s\n",
		 job->clock == CLOCK_VIRTUAL ? "yes" : "no");
	/*
	 * The verifier needs seconds of guest time where each of many CPUs runs
	 * 15 million instructions a second; waiting idly costs the host
	 * nothing.
	 */
	if (job->scheduler)
		str_addf(out, "scheduler = /job/bin/%s\nattach-timeout = %s\n",
			 base_name(job->scheduler),
			 job->clock == CLOCK_VIRTUAL ? "60s" : "10s");
	add_words(out, "arg", job->args);
	if (job->command) {
		str_add(out, "exec = ");
		str_addf(out, "/job/bin/%s", base_name(job->command[0]));
		for (char *const *w = job->command + 1; *w; w++) {
			str_add(out, " ");
			words_quote(out, *w);
		}
		str_add(out, "\n");
	}
}

int archive_job(int fd, const struct job *job, struct why *reterr_why)
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
	if (r == 0 && job->scheduler)
		r = add_program(c, job->scheduler, reterr_why);
	if (r == 0 && job->command)
		r = add_program(c, job->command[0], reterr_why);
	if (r == 0)
		r = cpio_finish(c, reterr_why);
	return r;
}
