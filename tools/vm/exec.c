/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.c - "ktstr-vm exec": a program of the host, run in the guest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "tools/vm/host.h"
#include "tools/vm/launch.h"
#include "vmm/console.h"

#define EXEC_TIMEOUT_S 600

/* The path of @name as a shell finds it; dies when it is not there. */
static char *find_program(const char *name)
{
	char *path = program_find(name);

	if (!path && strchr(name, '/'))
		die(errno == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN,
		    "cannot run '%s': %m", name);
	if (!path)
		die(EX_NOT_FOUND, "no program '%s' in PATH", name);
	return path;
}

static int report(const struct outcome *o)
{
	fwrite(str_text(&o->facts.out), 1, o->facts.out.len, stdout);
	fwrite(str_text(&o->facts.err), 1, o->facts.err.len, stderr);
	if (o->facts.complete && o->facts.exec)
		return (int)facts_int(o->facts.exec, "status");
	if (o->machine.end == END_TIMEOUT)
		die(EX_TIMEOUT, "the host-time limit ran out after %.0f s",
		    o->machine.seconds);
	auto_str struct str tail = { 0 };
	console_tail(&tail, o->console, o->console_len, 20, "  | ");
	auto_free char *panic = NULL;
	if (o->facts.error)
		warn("the guest's init: %s", facts_text(o->facts.error, "why"));
	else if (console_panic(o->console, o->console_len, &panic))
		warn(strstr(panic, "NMI")
			     ? "the guest hung; its watchdog ended it: %s"
			     : "the guest's kernel panicked: %s",
		     panic);
	else
		warn("the guest ended without a result: %s", o->facts.why.text);
	fputs(str_text(&tail), stderr);
	return EX_BROKEN;
}

int command_exec(const struct request *req)
{
	struct topology t = topology_default;
	struct machine_config c;
	struct outcome o;
	struct why why;

	if (!req->command || !req->command[0])
		die(EX_USAGE, "exec needs -- and a command");
	if (req->topology && topology_parse(req->topology, &t, &why) < 0)
		die(EX_USAGE, "--topology: %s", why.text);
	launch_configure(req, &t, 0, &c);
	if (req->dry_run) {
		launch_show(&c);
		return EX_PASS;
	}
	auto_free char *init = host_find_init(req);
	auto_free char *program = find_program(req->command[0]);
	auto_words char **argv = NULL;
	if (words_append(&argv, program) < 0)
		die(EX_BROKEN, "out of memory");
	for (char *const *w = req->command + 1; *w; w++) {
		if (words_append(&argv, *w) < 0)
			die(EX_BROKEN, "out of memory");
	}
	struct job job = { .command = argv, .clock = c.clock, .seed = 1 };
	launch(&c, &job, init, req->timeout_s ? req->timeout_s : EXEC_TIMEOUT_S,
	       &o);
	int code = report(&o);
	outcome_done(&o);
	return code;
}

int command_initramfs(const struct request *req)
{
	auto_free char *init = host_find_init(req);
	auto_str struct str temp = { 0 };
	struct why why;

	if (!req->out)
		die(EX_USAGE, "initramfs needs --out FILE");
	str_addf(&temp, "%s.XXXXXX", req->out);
	auto_fd int fd = mkostemp(temp.text, O_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot create '%s': %m", temp.text);
	if (archive_init(fd, init, &why) < 0) {
		(void)unlink(temp.text);
		die(EX_BROKEN, "%s", why.text);
	}
	if (fchmod(fd, 0644) < 0 || rename(temp.text, req->out) < 0) {
		int err = errno;

		(void)unlink(temp.text);
		die(EX_BROKEN, "cannot write '%s': %s", req->out,
		    strerror(err));
	}
	puts(req->out);
	return EX_PASS;
}
