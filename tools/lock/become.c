/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of ktstr-lock: it becomes its command. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tools/lib/cpulist.h"
#include "tools/lock/lock.h"

void die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(EX_BROKEN, "cannot follow our parent: %m");
	/* It may have ended before the kernel knew of our wish. */
	if (getppid() != parent)
		die(EX_BROKEN, "our parent has ended");
}

void export_variable(const char *name, const char *value)
{
	int r = value ? setenv(name, value, /* overwrite */ 1) : unsetenv(name);

	if (r < 0)
		die(EX_BROKEN, "cannot set %s: %m", name);
}

static void export_list(const char *name, const cpu_set_t *set)
{
	auto_str struct str text = { 0 };

	if (!set || CPU_COUNT(set) == 0) {
		export_variable(name, NULL);
		return;
	}
	cpulist_format(&text, set);
	if (text.failed)
		die(EX_BROKEN, "out of memory");
	export_variable(name, str_text(&text));
}

void export_plan(const cpu_set_t *cpus, const cpu_set_t *mems,
		 unsigned int jobs)
{
	auto_str struct str text = { 0 };

	export_list("KTSTR_CPUS", cpus);
	export_list("KTSTR_MEMS", mems);
	str_addf(&text, "%u", jobs);
	export_variable("KTSTR_JOBS", str_text(&text));
}

void export_pinning(const struct plan *plan)
{
	auto_str struct str pinning = { 0 };
	auto_str struct str service = { 0 };

	if (!plan) {
		export_variable("KTSTR_PINNING", NULL);
		export_variable("KTSTR_SERVICE_CPU", NULL);
		return;
	}
	pinning_format(&pinning, plan);
	str_addf(&service, "%u", plan->service);
	if (pinning.failed || service.failed)
		die(EX_BROKEN, "out of memory");
	export_variable("KTSTR_PINNING", str_text(&pinning));
	export_variable("KTSTR_SERVICE_CPU", str_text(&service));
}

noreturn void become(const struct request *req)
{
	int err;

	execvp(req->argv[0], req->argv);
	err = errno;
	die(err == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN, "cannot run '%s': %s",
	    req->argv[0], strerror(err));
}
