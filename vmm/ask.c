/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/ask.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"
#include "vmm/argv.h"
#include "vmm/process.h"
#include "vmm/qmp.h"

#define ERRORS_MAX 4096
/* Of an APIC that is no x2APIC; 255 is all of them. */
#define XAPIC_ID_MAX 254
/* https://wiki.qemu.org/ChangeLog/9.0 */
#define X2APIC_SINCE " (TCG can have more than 254 since QEMU 9.0)"

static void add_question(struct argv *a, const struct machine_config *c)
{
	argv_add_machine(a, c);
	argv_add(a, "-accel");
	argv_add(a, c->accel == ACCEL_KVM ? "kvm" : "tcg");
	argv_add_topology(a, c);
}

char *machine_question(const struct machine_config *c)
{
	auto_str struct str text = { 0 };
	struct argv a = { 0 };

	add_question(&a, c);
	for (char **w = a.words; w && *w; w++)
		str_addf(&text, "%s\n", *w);
	words_free(a.words);
	return a.failed ? NULL : str_take(&text);
}

/*
 * What QEMU wrote, without its name in front, to the end of the line. Each
 * level of a topology takes whole bits of an APIC id: that is why few CPUs can
 * be too many. Seats do not count: there are none where they would not fit.
 */
static int give_reason(const struct machine_config *c, int errors,
		       struct why *reterr_why)
{
	unsigned int id = argv_highest_apic_id(&c->topology);
	char text[ERRORS_MAX] = "", *at, *line = text;
	ssize_t n = pread(errors, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	/* Warnings stand before what ended it. */
	while ((at = strchr(line, '\n')) && at[1])
		line = at + 1;
	line[strcspn(line, "\n")] = '\0';
	at = strstr(line, ": ");
	if (strncmp(line, "qemu", 4) == 0 && at)
		line = at + 2;
	if (strcasestr(line, "apic") || strcasestr(line, "max cpus"))
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU cannot build this machine, whose highest "
			       "APIC id is %u%s: %s",
			       id, id > XAPIC_ID_MAX ? X2APIC_SINCE : "", line);
	return why_set(reterr_why, -ENOTSUP,
		       "QEMU cannot build this machine: %s",
		       *line ? line : "it ended without a word");
}

/* Await QEMU's greeting, which it sends when the machine is built. */
static int await(pid_t pid, int fd, bool *ret_gated, struct why *reterr_why)
{
	auto_qmp struct qmp q = QMP_NONE;
	int status, r = qmp_begin(&q, fd, -1, QMP_MS, reterr_why);

	*ret_gated = r == 0 && process_has_loaded(pid, "gate");
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return r;
}

static int ask(const struct machine_config *c, bool *ret_gated,
	       struct why *reterr_why)
{
	static const char *const words[] = { "-nodefaults",
					     "-no-user-config",
					     "-display",
					     "none",
					     "-S",
					     "-mon",
					     "chardev=qmp,mode=control" };
	auto_fd int errors = memfd_create("qemu-errors", MFD_CLOEXEC);
	auto_fd int ours = -1;
	auto_fd int theirs = -1;
	struct machine_config bare = *c;
	struct argv a = { 0 };
	pid_t pid;

	if (errors < 0)
		return why_set(reterr_why, -errno,
			       "cannot make a memory file: %s",
			       strerror(errno));
	int r = qmp_pair(&ours, &theirs, reterr_why);
	if (r < 0)
		return r;
	bare.initrd_fd = bare.console_fd = bare.job_fd = bare.channel_fd = -1;
	bare.state_fd = -1;
	bare.ram_fds = NULL;
	bare.qmp_fd = theirs;
	argv_add(&a, c->qemu);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		argv_add(&a, words[i]);
	argv_add(&a, "-chardev");
	argv_addf(&a, "socket,id=qmp,fd=%d", theirs);
	add_question(&a, &bare);
	if (a.failed)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	else
		r = process_start(&bare, a.words, NULL, errors, &pid,
				  reterr_why);
	words_free(a.words);
	if (r < 0)
		return r;
	close(take_fd(theirs));
	r = await(pid, take_fd(ours), ret_gated, reterr_why);
	return r == -EPIPE ? give_reason(c, errors, reterr_why) : r;
}

int machine_ask(const struct machine_config *c, struct why *reterr_why)
{
	bool ignored;

	return ask(c, &ignored, reterr_why);
}

int machine_ask_gate(const struct machine_config *c, bool *ret,
		     struct why *reterr_why)
{
	return ask(c, ret, reterr_why);
}
