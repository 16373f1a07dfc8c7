/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.c - "ktstr-vm exec": a program of the host, run in the guest. */
#include "tools/vm/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "tools/vm/host.h"
#include "tools/vm/include.h"
#include "tools/vm/input.h"
#include "tools/vm/judge-machine.h"
#include "tools/vm/launch.h"
#include "tools/vm/performance.h"
#include "tools/vm/threads.h"
#include "vmm/console.h"
#include "vmm/elf.h"

/* Longest archive of the init. */
#define INIT_MAX (64 << 20)

/* The path of @name as a shell finds it; dies when it is not there. */
static char *find_program(const char *name)
{
	char *path = program_find(name);

	if (!path && (strchr(name, '/') || errno != ENOENT))
		die(errno == ENOENT ? EX_NOT_FOUND
				    : why_code(-errno, EX_CANNOT_RUN),
		    "cannot run '%s': %m", name);
	if (!path)
		die(EX_NOT_FOUND, "no program '%s' in PATH", name);
	return path;
}

static int tell_failure(const struct outcome *o, const struct judgement *j)
{
	auto_str struct str tail = { 0 };

	for (size_t i = 0; i < json_array_size(j->reasons); i++)
		warn("%s", json_string_value(json_array_get(j->reasons, i)));
	if (!o->facts.complete) {
		console_tail(&tail, o->console, o->console_len, 20, "  | ");
		fputs(str_text(&tail), stderr);
	}
	if (j->verdict == VERDICT_SKIP)
		return EX_SKIP;
	return strcmp(j->class, "time-limit") == 0 ? EX_TIMEOUT : EX_BROKEN;
}

int exec_report(const struct outcome *o, const struct machine_config *c)
{
	const struct evidence e = {
		.facts = &o->facts,
		.machine = &o->machine,
		.console = o->console,
		.console_len = o->console_len,
		.topology = c->topology,
		.memory_mib = c->memory_mib,
		.clock = c->clock,
		.torn_code = threads_are_dared(c),
	};
	struct judgement j = { VERDICT_PASS, "ok",	   json_array(),
			       json_array(), json_array(), 0 };
	/* Its status, 137, is also that of a kill by the kernel for want of
	 * memory. */
	const char *memory = judge_memory(&o->facts);
	int code;

	if (!judge_ran(&e, &j)) {
		code = tell_failure(o, &j);
	} else if (!o->facts.exec) {
		warn("the guest sent no exit status");
		code = EX_BROKEN;
	} else {
		code = (int)facts_int(o->facts.exec, "status");
		if (memory)
			warn("the guest's %u MiB of memory were not enough, "
			     "--memory gives it more: %s",
			     c->memory_mib, memory);
		if (memory && code == EX_SIGNAL + SIGKILL)
			code = EX_BROKEN;
	}
	judgement_done(&j);
	return code;
}

void exec_fill_command(const struct request *req, struct job *job)
{
	const char *name = req->command[0];
	char **argv = NULL;
	struct str path = { 0 };
	struct why why;

	if (!include_has(job->include, job->include_count, name)) {
		char *program = find_program(name);
		const char *slash = strrchr(name, '/');

		/* It says what it is instead. */
		if (pack_kind(program) == PACK_DATA &&
		    elf_read_needs(program, &(struct elf_needs){ 0 }, &why) < 0)
			die(why_code(why.error, EX_CANNOT_RUN), "%s", why.text);
		job->program = program;
		str_addf(&path, "/job/bin/%s", slash ? slash + 1 : name);
		name = str_text(&path);
	}
	if (path.failed || words_append(&argv, name) < 0)
		die(EX_BROKEN, "out of memory");
	for (char *const *w = req->command + 1; *w; w++) {
		if (words_append(&argv, *w) < 0)
			die(EX_BROKEN, "out of memory");
	}
	job->command = argv;
	str_done(&path);
}

void exec_job_done(struct job *job, struct include *include)
{
	for (size_t i = 0; i < job->include_count; i++) {
		free(include[i].host);
		free(include[i].guest);
	}
	free(include);
	words_free((char **)job->command);
	free((char *)job->program);
}

static int run_command(struct machine_config *c, const struct job *job,
		       const char *init, struct outcome *o)
{
	launch(c, job, init, job->limits.host_s, o);
	performance_tell(c);
	phases_tell(&o->phases, &o->facts, &o->machine);
	int code = exec_report(o, c);
	outcome_done(o);
	return code;
}

int command_exec(const struct request *req)
{
	struct topology t = topology_default;
	struct outcome o = { .live = true,
			     .cold = req->cold || req->dmesg,
			     .dmesg = req->dmesg };
	struct machine_config c;
	struct perf perf;
	struct include *include;
	struct why why;

	if (!req->command || !req->command[0] || !*req->command[0])
		die(EX_USAGE, "exec needs -- and a command");
	request_without_scheduler(req, "exec");
	if (req->topology && topology_parse(req->topology, &t, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology: %s", why.text);
	launch_configure(req, &t, 0, &c);
	performance_set_up(req, NULL, &c, &perf);
	auto_free char *init = host_find_init(req);
	struct job job = { .clock = c.clock, .input = true, .seed = req->seed };
	input_check(c.clock);
	job.limits = request_limits(
		req, (struct limits_for){ 0, topology_cpus(&t),
					  c.clock == CLOCK_VIRTUAL });
	job.include_count = include_read(req->include, &include);
	job.include = include;
	exec_fill_command(req, &job);
	int code = EX_PASS;
	if (req->dry_run)
		launch_rehearse(&c, &job, init);
	else
		code = run_command(&c, &job, init, &o);
	exec_job_done(&job, include);
	launch_done(&c);
	return code;
}

int command_initramfs(const struct request *req)
{
	auto_free char *init = host_find_init(req);
	auto_free char *text = NULL;
	char path[32];
	struct why why;

	if (!req->out)
		die(EX_USAGE, "initramfs needs --out FILE");
	auto_fd int fd = memfd_create("ktstr-init", MFD_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot make a memory file: %m");
	if (archive_init(fd, init, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int len = file_read_at(AT_FDCWD, path, INIT_MAX, &text);
	if (len < 0)
		die(EX_BROKEN, "cannot read a memory file: %s", strerror(-len));
	if (file_publish(req->out, text, (size_t)len, 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	puts(req->out);
	return EX_PASS;
}
