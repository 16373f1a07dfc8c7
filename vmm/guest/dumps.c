/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/dumps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/ops.h"

#define INSTANCE "/sys/kernel/tracing/instances/ktstr"
#define EVENT	 "events/sched_ext/sched_ext_dump/enable"
#define SYSRQ	 "/proc/sysrq-trigger"

static const struct {
	const char *file, *value;
} setting[] = {
	{ "buffer_size_kb", DUMPS_CPU_KIB },
	/* What does not fit is the end, not the begin. */
	{ "options/overwrite", "0" },
	{ "options/context-info", "0" },
	{ EVENT, "1" },
};

int dumps_begin(struct watch *w, struct why *reterr_why)
{
	int r = mkdir(INSTANCE, 0700) < 0 ? -errno : 0;
	auto_fd int dir = open(INSTANCE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; r == 0 && i < sizeof(setting) / sizeof(setting[0]);
	     i++)
		r = file_write_at(dir, setting[i].file, setting[i].value);
	if (r < 0)
		return why_set(reterr_why, -ENOSYS,
			       "this kernel does not trace the dumps of "
			       "sched_ext (CONFIG_EVENT_TRACING, "
			       "sched_ext_dump)");
	w->dump = (struct textlog){ .fd = openat(dir, "trace_pipe",
						 O_RDONLY | O_NONBLOCK |
							 O_CLOEXEC),
				    .name = "dump",
				    .max = TEXTLOG_TOTAL_MAX };
	return w->dump.fd < 0 ? why_set(reterr_why, -errno,
					"cannot open '" INSTANCE "/trace_pipe'")
			      : 0;
}

static void send_line(struct watch *w, const char *line)
{
	struct str out = { 0 };

	json_open(&out, "log");
	json_text(&out, "name", "dump");
	json_text(&out, "text", line);
	channel_send(w->channel, &out);
}

/* Lines of all CPUs for which there was no room. */
static uint64_t count_dropped(void)
{
	uint64_t all = 0, n;

	for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		auto_free char *text = NULL;
		char path[96], *at;

		snprintf(path, sizeof(path), INSTANCE "/per_cpu/cpu%ld/stats",
			 cpu);
		if (file_read_at(AT_FDCWD, path, 4096, &text) < 0)
			continue;
		at = strstr(text, "dropped events: ");
		if (at && sscanf(at, "dropped events: %" SCNu64, &n) == 1)
			all += n;
	}
	return all;
}

/* All that there is: a dump may be longer than what is drained in one go, and
 * who writes one ends. */
static void drain(struct watch *w)
{
	const struct textlog *l = &w->dump;
	uint64_t before;

	do {
		before = l->sent + l->dropped;
		textlog_drain(&w->dump, w->channel);
	} while (l->sent + l->dropped != before);
}

/* Of the last dump, for which there was no room: lines in the kernel's buffers,
 * or bytes in what is sent, where the last line may have no end. */
static void tell_lost(struct watch *w)
{
	uint64_t lines = w->dump.sent ? count_dropped() : 0;
	uint64_t bytes = w->dump.dropped;
	char line[96];

	if (lines == w->dump_lost.lines && bytes == w->dump_lost.bytes)
		return;
	snprintf(line, sizeof(line),
		 "%sdropped %" PRIu64 " lines and %" PRIu64 " bytes\n",
		 bytes == w->dump_lost.bytes ? "" : "\n",
		 lines - w->dump_lost.lines, bytes - w->dump_lost.bytes);
	send_line(w, line);
	w->dump_lost.lines = lines;
	w->dump_lost.bytes = bytes;
}

int dumps_ask(struct watch *w, const char *name, struct why *reterr_why)
{
	char line[256];
	int r;

	drain(w);
	tell_lost(w);
	snprintf(line, sizeof(line), "dump %s %" PRIu64 "\n", name,
		 clock_now_ns());
	send_line(w, line);
	r = file_write_at(AT_FDCWD, SYSRQ, "D");
	drain(w);
	tell_lost(w);
	return r < 0 ? why_set(reterr_why, r == -ENOENT ? -ENOSYS : r,
			       "'" SYSRQ "' does not take 'D' "
			       "(CONFIG_MAGIC_SYSRQ)")
		     : 0;
}

void dumps_end(struct watch *w)
{
	if (w->dump.fd < 0)
		return;
	drain(w);
	tell_lost(w);
	textlog_close(&w->dump, w->channel);
	w->dump.fd = -1;
}

int op_dump(struct scenario *s, const struct op *op, struct str *in_force,
	    struct why *reterr_why)
{
	(void)in_force;
	return dumps_ask(s->watch, op->dump, reterr_why);
}
