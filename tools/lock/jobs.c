/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many jobs the command may run: as many as there are CPUs, and not more
 * than make's jobserver lets us have. What we take of it has to be given back
 * when the command has ended, so that we do not become the command: hold.c.
 *
 * The command gets a jobserver of its own, a pipe with the tokens that we took.
 * With make's it could run more jobs than it has CPUs, and would have to
 * compete for tokens that we hold for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/jobserver.h"
#include "tools/lock/hold.h"
#include "tools/lock/lock.h"

/* Scripts redirect lower numbers. */
#define INHERITED_FD 100

static struct jobserver outer = JOBSERVER_NONE;

/* Run by exit(), so that die() gives the tokens back, too. */
static void give_back(void)
{
	loan_return(&outer);
}

static void export_jobs(unsigned int jobs)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", jobs);
	export_variable("KTSTR_JOBS", text);
}

/* Without a jobserver, a command that make started may run one job. */
static noreturn void become_serial(const struct request *req, unsigned int cpus,
				   int error, const struct why *why)
{
	/* Whoever wants no more than that need not care. */
	if (cpus > 1)
		warn("%s, so KTSTR_JOBS is 1 and not %u%s", why->text, cpus,
		     error == -EBADF ? ": begin the recipe's line with '+'"
				     : "");
	export_jobs(1);
	become(req);
}

static void make_pipe(const struct jobserver_auth *auth, int ret[2])
{
	const int number[2] = { auth->read, auth->write };
	int end[2];

	if (pipe2(end, O_CLOEXEC) < 0)
		die(EX_BROKEN, "cannot make a pipe: %m");
	for (int i = 0; i < 2; i++) {
		/* Under the numbers of make's, which the command may know from
		 * elsewhere: not from MAKEFLAGS alone. */
		ret[i] = auth->fifo ? fcntl(end[i], F_DUPFD, INHERITED_FD)
				    : dup2(end[i], number[i]);
		if (ret[i] < 0)
			die(EX_BROKEN, "cannot hand on a pipe: %m");
		(void)close(end[i]);
	}
}

static void export_flags(const char *name, unsigned int jobs, const int pipe[2])
{
	const char *before = getenv(name);
	auto_str struct str text = { 0 };

	if (!before)
		return;
	jobserver_rewrite(&text, before, jobs, pipe[0], pipe[1]);
	if (text.failed)
		die(EX_BROKEN, "out of memory");
	export_variable(name, str_text(&text));
}

noreturn void become_jobs(const struct request *req, unsigned int cpus)
{
	struct loan loan = { .outer = &outer, .cpus = cpus };
	struct jobserver_auth auth;
	struct why why;
	int r = jobserver_parse(getenv("MAKEFLAGS"), &auth, &why);

	if (r == -ENOENT) {
		export_jobs(cpus);
		become(req);
	}
	if (r == 0)
		r = jobserver_open(&auth, &outer, &why);
	if (r < 0)
		become_serial(req, cpus, r, &why);
	make_pipe(&auth, loan.pipe);
	jobserver_auth_done(&auth);
	if (cpus > 1)
		loan_begin(&loan);
	if (atexit(give_back) != 0)
		die(EX_BROKEN, "out of memory");
	/* Nothing waits from here on: not for locks, not for tokens. */
	loan_take(&loan, cpus - 1);
	export_jobs(outer.held + 1);
	export_flags("MAKEFLAGS", outer.held + 1, loan.pipe);
	export_flags("MFLAGS", outer.held + 1, loan.pipe);
	if (cpus == 1)
		become(req);
	loan_hold(req, &loan);
}
