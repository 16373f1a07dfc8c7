/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-wrap.c - around other commands: work, exec, log, try. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/commands.h"
#include "tools/cache/wrap/wrap.h"

int do_work(const struct options *o)
{
	struct why why;
	int r = wrap_work(o->root, o->args, &why);

	if (r >= 0)
		return r;
	warn("%s", why.text);
	return r == -EINVAL ? EX_USAGE : EX_BROKEN;
}

int do_exec(const struct options *o)
{
	int error;

	execvp(o->args[0], o->args);
	error = errno;
	warn("cannot run '%s': %s", o->args[0], strerror(error));
	return error == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN;
}

int do_log(const struct options *o)
{
	struct why why;
	int r;

	if (!o->to)
		die(EX_USAGE, "log needs --to");
	r = wrap_log(o->to, o->append, o->title ? o->title : o->args[0],
		     o->echo, o->args, &why);
	if (r >= 0)
		return r;
	warn("%s", why.text);
	return EX_BROKEN;
}

int do_try(const struct options *o)
{
	struct why why;
	int r;

	if (!o->to)
		die(EX_USAGE, "try needs --to");
	r = wrap_try(o->to, o->args, &why);
	if (r >= 0)
		return r;
	warn("%s", why.text);
	return EX_BROKEN;
}
