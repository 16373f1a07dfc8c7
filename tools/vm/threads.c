/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/threads.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/vm/answers.h"
#include "tools/vm/qemu.h"

#define SOUND_MAJOR 8
#define SOUND_MINOR 1

/*
 * Before 8.1 TCG reads a page of code while another thread may write to it, and
 * runs the old or the half-written code ever after. Kernels patch their code
 * all the time (static keys, static calls, ftrace), by a breakpoint that all
 * CPUs must see go: now and then one does not, and panics with "int3: 0000".
 * No feature tells of the change that ended it, "accel/tcg: Always lock pages
 * before translation", so the version does.
 * Sources: QEMU's commits deba78709ae8 and cb62bd15e14e; Red Hat's bug 2216496.
 */
bool threads_are_sound(const char *qemu)
{
	auto_free char *line = qemu_version(qemu);
	const char *version = line ? strstr(line, "version ") : NULL;
	unsigned int major, minor;

	if (!version || sscanf(version, "version %u.%u", &major, &minor) != 2)
		return false;
	return major > SOUND_MAJOR ||
	       (major == SOUND_MAJOR && minor >= SOUND_MINOR);
}

bool threads_are_dared(const struct machine_config *c)
{
	return c->clock == CLOCK_REAL && c->accel == ACCEL_TCG &&
	       !c->one_thread && topology_cpus(&c->topology) > 1 &&
	       !threads_are_sound(c->qemu);
}

/* Of the host; NULL if it is not known. */
static char *boot_id(void)
{
	char *text = NULL;

	(void)file_read_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64,
			   &text);
	return text;
}

/* Remembered so that it is said once only, and again if that fails. */
static void say_once(const char *qemu)
{
	auto_free char *answers = qemu_answer_path(qemu), *said = NULL;
	auto_free char *boot = boot_id();
	auto_str struct str path = { 0 };

	if (answers && boot) {
		str_addf(&path, "%s-one-thread", answers);
		(void)answer_read(str_text(&path), 64, &said);
		if (said && strcmp(said, boot) == 0)
			return;
		answer_keep(str_text(&path), boot);
	}
	note("all CPUs of a machine take turns on one thread under the real "
	     "clock: with a thread for each this QEMU makes kernels panic now "
	     "and then; version %d.%d ends that, --accel tcg,thread=multi "
	     "dares it",
	     SOUND_MAJOR, SOUND_MINOR);
}

void threads_choose(const struct request *req, struct machine_config *c)
{
	c->one_thread = false;
	if (c->clock == CLOCK_VIRTUAL && req->accel == CHOOSE_TCG_MULTI)
		die(EX_USAGE, "under the virtual clock all CPUs take turns on "
			      "one thread; --accel tcg,thread=multi is for "
			      "--clock real");
	if (c->clock == CLOCK_VIRTUAL || c->accel == ACCEL_KVM ||
	    req->accel == CHOOSE_TCG_MULTI)
		return;
	c->one_thread = req->accel == CHOOSE_TCG_SINGLE;
	/* A CPU alone does not patch its code while it runs elsewhere. */
	if (c->one_thread || topology_cpus(&c->topology) == 1)
		return;
	c->one_thread = !threads_are_sound(c->qemu);
}

void threads_tell(const struct machine_config *c)
{
	if (c->one_thread && !threads_are_sound(c->qemu))
		say_once(c->qemu);
	else if (c->perf && threads_are_dared(c))
		note("performance mode gives each CPU of the guest a thread, "
		     "with which this QEMU makes kernels panic now and then; "
		     "version %d.%d ends that",
		     SOUND_MAJOR, SOUND_MINOR);
}

void threads_for_performance(const struct request *req,
			     struct machine_config *c)
{
	if (c->one_thread && req->accel == CHOOSE_TCG_SINGLE)
		die(EX_USAGE, "performance mode gives each CPU of the guest "
			      "one of the host, and with --accel "
			      "tcg,thread=single all of them share a thread");
	c->one_thread = false;
}
