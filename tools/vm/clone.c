/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/clone.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/vm/environment.h"

bool clone_is_possible(const struct machine_config *c)
{
	return c->clock == CLOCK_VIRTUAL && c->tty_fd == 0;
}

static int run(struct clone *s, struct machine_result *ret,
	       struct why *reterr_why)
{
	return machine_run(s->c, environment_cpus(), s->timeout_s, s->stop_fd,
			   ret, reterr_why);
}

static int run_cold(struct clone *s, struct machine_result *ret,
		    struct why *reterr_why)
{
	s->c->state_fd = -1;
	s->c->ram_fds = NULL;
	s->c->ram_count = 0;
	return run(s, ret, reterr_why);
}

/* QEMU could not load the template: make it anew, once. */
static int run_again(struct clone *s, struct machine_result *ret,
		     struct why *reterr_why)
{
	struct template *t = &s->template;
	int r;

	warn("template '%s' cannot be used: %s; it is made anew", t->path,
	     reterr_why->text);
	r = template_remake(s->c, s->stop_fd, t, &s->signal, reterr_why);
	if (r == 0) {
		template_apply(t, s->c);
		r = run(s, ret, reterr_why);
		if (r != -ESTALE)
			return r;
	}
	if (r == -EINTR)
		return r;
	warn("%s; the machine boots without a template", reterr_why->text);
	return run_cold(s, ret, reterr_why);
}

int clone_run(struct clone *s, struct machine_result *ret,
	      struct why *reterr_why)
{
	struct template *t = &s->template;
	int r;

	auto_free char *qemu = program_find(s->c->qemu);
	if (!qemu || s->cold || !clone_is_possible(s->c))
		return run_cold(s, ret, reterr_why);
	r = template_get(s->c, s->stop_fd, t, &s->signal, reterr_why);
	if (r == -EINTR)
		return r;
	if (r < 0) {
		note("%s; the machine boots without a template",
		     reterr_why->text);
		return run_cold(s, ret, reterr_why);
	}
	template_apply(t, s->c);
	r = run(s, ret, reterr_why);
	if (r == -ESTALE)
		r = run_again(s, ret, reterr_why);
	if (r == 0 && ret->times.cloned) {
		s->console = take_ptr(t->console);
		s->console_len = t->console_len;
	}
	return r;
}

int clone_reject(const struct clone *s, struct why *reterr_why)
{
	return template_reject(&s->template, s->stop_fd, reterr_why);
}

void clone_done(struct clone *s)
{
	template_done(&s->template);
}
