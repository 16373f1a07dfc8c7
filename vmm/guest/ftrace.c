/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/ftrace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/frame.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/group.h"
#include "vmm/guest/json.h"
#include "vmm/trace/stream.h"

#define TRACEFS	   "/sys/kernel/tracing"
#define FORMAT_MAX 16384
#define STATS_MAX  4096

/* Without the first one there is no trace; a kernel may lack the others. */
static const char *const events[] = { "sched_switch", "sched_wakeup",
				      "sched_wakeup_new",
				      "sched_migrate_task" };
#define EVENTS (sizeof(events) / sizeof(events[0]))

static int set(const struct ftrace *t, const char *name, const char *value,
	       struct why *reterr_why)
{
	int r = file_write_at(t->dir, name, value);

	if (r == -ENOMEM)
		return why_set(reterr_why, -ENOSPC,
			       "the machine has no memory for a trace of "
			       "%" PRIu64 " KiB for each CPU; --trace-buffer "
			       "sets it, --memory the machine's",
			       t->buffer_kib);
	return r < 0 ? why_set(reterr_why, r, "cannot set '" TRACEFS "/%s'",
			       name)
		     : 0;
}

static bool has_events(const struct ftrace *t)
{
	return t->dir >= 0 &&
	       faccessat(t->dir, "events/sched/sched_switch/enable", F_OK, 0) ==
		       0;
}

/* The clock is that of all other times, and no other work is done than what an
 * event needs. */
static int set_up(struct ftrace *t, struct why *reterr_why)
{
	char number[32];
	int r;

	(void)file_write_at(t->dir, "tracing_on", "0");
	(void)file_write_at(t->dir, "options/record-cmd", "0");
	(void)file_write_at(t->dir, "options/overwrite", "1");
	snprintf(number, sizeof(number), "%" PRIu64, t->buffer_kib);
	r = set(t, "trace_clock", "mono", reterr_why);
	if (r == 0)
		r = set(t, "buffer_size_kb", number, reterr_why);
	for (size_t i = 0; r == 0 && i < EVENTS; i++) {
		char name[80];

		snprintf(name, sizeof(name), "events/sched/%s/enable",
			 events[i]);
		if (i == 0 || faccessat(t->dir, name, F_OK, 0) == 0)
			r = set(t, name, "1", reterr_why);
	}
	return r < 0 ? r : set(t, "tracing_on", "1", reterr_why);
}

int ftrace_begin(struct ftrace *t, struct watch *w, const cpu_set_t *cpus,
		 uint64_t buffer_kib, struct why *reterr_why)
{
	int r;

	if (!buffer_kib)
		return 0;
	*t = (struct ftrace){ .channel = w->channel,
			      .cpus = *cpus,
			      .dir = open(TRACEFS,
					  O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			      .buffer_kib = buffer_kib };
	if (!has_events(t))
		return why_set(
			reterr_why, -ENOSYS,
			"this kernel traces no scheduling events: it has "
			"no '" TRACEFS "/events/sched' "
			"(CONFIG_ENABLE_DEFAULT_TRACERS, or any tracer)");
	r = set_up(t, reterr_why);
	if (r < 0)
		return r;
	w->ftrace = t;
	t->begun = true;
	t->begin_ns = clock_now_ns();
	return 0;
}

void ftrace_crew(struct ftrace *t, const struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		const struct worker *w = crew->member[i];
		struct str out = { 0 };

		json_open(&out, "task");
		json_number(&out, "pid", (uint64_t)w->child.pid);
		json_text(&out, "cgroup", w->group ? w->group->name : "(host)");
		json_number(&out, "work", w->work_index);
		json_number(&out, "index", w->index);
		json_text(&out, "type", work_type_names[w->work->type]);
		channel_send(t->channel, &out);
	}
}

/* Records are put together until they fill a frame. */
struct sender {
	struct channel *channel;
	char *data;
	size_t len;
	uint64_t bytes;
};

static void flush(struct sender *s)
{
	if (s->len)
		(void)channel_send_data(s->channel, FRAME_TRACE, s->data,
					s->len);
	s->bytes += s->len;
	s->len = 0;
	if (s->channel->heartbeat)
		atomic_store(s->channel->heartbeat, clock_now_ns());
}

/* Where @len bytes go, behind the head that they will have. */
static char *room_for(struct sender *s, size_t len)
{
	if (s->len + sizeof(struct trace_head) + TRACE_PAD(len) >
	    FRAME_PAYLOAD_MAX)
		flush(s);
	return s->data + s->len + sizeof(struct trace_head);
}

static void add(struct sender *s, enum trace_record kind, uint32_t cpu,
		size_t len)
{
	struct trace_head head = { kind, cpu, len };

	memcpy(s->data + s->len, &head, sizeof(head));
	memset(s->data + s->len + sizeof(head) + len, 0, TRACE_PAD(len) - len);
	s->len += sizeof(head) + TRACE_PAD(len);
}

static void send_formats(const struct ftrace *t, struct sender *s)
{
	for (size_t i = 0; i < EVENTS; i++) {
		auto_free char *text = NULL;
		char name[80];
		int len;

		snprintf(name, sizeof(name), "events/sched/%s/format",
			 events[i]);
		len = file_read_at(t->dir, name, FORMAT_MAX, &text);
		if (len < 0)
			continue;
		memcpy(room_for(s, (size_t)len), text, (size_t)len);
		add(s, TRACE_FORMAT, 0, (size_t)len);
	}
}

static void send_pages(const struct ftrace *t, struct sender *s,
		       unsigned int cpu)
{
	char name[80];
	ssize_t n;

	snprintf(name, sizeof(name), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	auto_fd int fd =
		openat(t->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	/* One page for each read: a second one would begin in its middle. */
	while ((n = read(fd, room_for(s, (size_t)getpagesize()),
			 (size_t)getpagesize())) > 0)
		add(s, TRACE_PAGE, cpu, (size_t)n);
}

static uint64_t number_of(const char *stats, const char *key)
{
	const char *at = strstr(stats, key);
	uint64_t n = 0;

	return at && sscanf(at + strlen(key), ": %" SCNu64, &n) == 1 ? n : 0;
}

/* "overrun" counts what was overwritten, and what was read of is entries. */
static void add_stats(const struct ftrace *t, unsigned int cpu, bool first,
		      struct str *out)
{
	auto_free char *text = NULL;
	char name[80];
	uint64_t lost;

	snprintf(name, sizeof(name), "per_cpu/cpu%u/stats", cpu);
	if (file_read_at(t->dir, name, STATS_MAX, &text) < 0)
		return;
	/* "commit overrun" and "dropped events" are of other modes or of
	 * interrupts in interrupts. */
	lost = number_of(text, "\noverrun") +
	       number_of(text, "\ncommit overrun") +
	       number_of(text, "\ndropped events");
	str_addf(out, "%s{\"cpu\":%u", first ? "" : ",", cpu);
	json_number(out, "events", number_of(text, "entries"));
	json_number(out, "lost", lost);
	str_add(out, "}");
}

static void send_all(struct ftrace *t, struct sender *s)
{
	uint64_t end_ns = clock_now_ns();
	struct str out = { 0 };
	bool first = true;

	json_open(&out, "trace");
	json_number(&out, "buffer_kib", t->buffer_kib);
	json_number(&out, "begin_ns", t->begin_ns);
	json_number(&out, "end_ns", end_ns);
	json_key(&out, "cpus");
	str_add(&out, "[");
	send_formats(t, s);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &t->cpus))
			continue;
		add_stats(t, cpu, first, &out);
		first = false;
		send_pages(t, s, cpu);
	}
	flush(s);
	str_add(&out, "]");
	json_number(&out, "bytes", s->bytes);
	channel_send(t->channel, &out);
}

void ftrace_end(struct ftrace *t)
{
	struct sender s = { .channel = t->channel };

	if (!t->begun)
		return;
	t->begun = false;
	(void)file_write_at(t->dir, "tracing_on", "0");
	s.data = malloc(FRAME_PAYLOAD_MAX);
	if (s.data)
		send_all(t, &s);
	else
		channel_send_error(t->channel, "harness",
				   "no memory to send the trace");
	free(s.data);
	close(t->dir);
}
