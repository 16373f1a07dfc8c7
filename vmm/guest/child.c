/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/child.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

void children_add(struct children *all, struct child *c, pid_t pid)
{
	*c = (struct child){ .pid = pid, .next = all->first };
	all->first = c;
}

void children_forget(struct children *all, struct child *c)
{
	for (struct child **at = &all->first; *at; at = &(*at)->next) {
		if (*at == c) {
			*at = c->next;
			return;
		}
	}
}

static uint64_t ns_of(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * UINT64_C(1000000000) +
	       (uint64_t)t->tv_usec * 1000;
}

void children_reap(struct children *all)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		struct child *c = all->first;

		while (c && c->pid != pid)
			c = c->next;
		if (!c)
			continue; /* an orphan that became ours */
		children_forget(all, c);
		c->ended = true;
		c->status = status;
		c->cpu_ns = ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime);
	}
}

void child_status_text(int status, struct str *out)
{
	if (WIFSIGNALED(status))
		str_addf(out, "signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		str_addf(out, "exit %d", WEXITSTATUS(status));
}
