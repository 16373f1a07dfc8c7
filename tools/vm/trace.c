/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "tools/vm/trace-tasks.h"
#include "tools/vm/trace-test.h"
#include "vmm/memory.h"
#include "vmm/trace/stream.h"

/* A machine has so many times its buffers as memory, or gets them on top. */
#define MEMORY_SHARE 8

uint64_t trace_kib(const struct request *req, unsigned int cpus)
{
	uint64_t kib = TRACE_SHARED_KIB / cpus;

	if (!req->trace && req->trace_kib)
		die(EX_USAGE, "--trace-buffer is of --trace, which is missing");
	if (!req->trace)
		return 0;
	if (!req->trace_kib)
		return kib < TRACE_CPU_KIB ? kib : TRACE_CPU_KIB;
	if (req->trace_kib * cpus > TRACE_BUFFERS_KIB)
		die(EX_USAGE,
		    "--trace-buffer %" PRIu64 " on %u CPUs is more than "
		    "%" PRIu64 " KiB, all that a trace may have; at most "
		    "%" PRIu64,
		    req->trace_kib, cpus, TRACE_BUFFERS_KIB,
		    TRACE_BUFFERS_KIB / cpus);
	return req->trace_kib;
}

void trace_give_memory(const struct request *req, struct machine_config *c,
		       uint64_t kib)
{
	uint64_t mib = (kib * topology_cpus(&c->topology) + 1023) / 1024;

	if (req->memory_mib || memory_declared(&c->topology) ||
	    mib * MEMORY_SHARE <= c->memory_mib)
		return;
	c->memory_mib =
		machine_memory(&c->topology, c->memory_mib + (unsigned int)mib);
}

static void set(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

static uint64_t number(const json_t *frame, const char *key)
{
	int64_t n = facts_int(frame, key);

	return n > 0 ? (uint64_t)n : 0;
}

/* What the kernel lost of all CPUs, and what it kept. */
static uint64_t sum(const json_t *frame, const char *key)
{
	const json_t *cpus = json_object_get(frame, "cpus");
	uint64_t n = 0;

	for (size_t i = 0; i < json_array_size(cpus); i++)
		n += number(json_array_get(cpus, i), key);
	return n;
}

static json_t *describe(const struct facts *f, const struct trace *t,
			const struct trace_tally *tally)
{
	json_t *o = json_object();

	json_object_set_new(o, "file", json_string(TRACE_FILE));
	set(o, "buffer_kib", number(f->trace, "buffer_kib"));
	set(o, "from_ns", number(f->trace, "begin_ns"));
	set(o, "to_ns", number(f->trace, "end_ns"));
	set(o, "switches", tally->switches);
	set(o, "wakeups", tally->wakeups);
	set(o, "migrations", tally->migrations);
	set(o, "lost", sum(f->trace, "lost"));
	set(o, "left_out", t->left_out);
	set(o, "odd", tally->odd);
	return o;
}

/* The file's text. Return: 0 or -ENOMEM. */
static int format(struct trace_out *out, const struct outcome *o, bool inside,
		  const struct trace *t, struct trace_tally *tally)
{
	const struct facts *f = &o->facts;
	uint64_t end_ns = number(f->trace, "end_ns");
	auto_str struct str meta = { 0 };
	int r;

	trace_out_begin(out);
	trace_test_write(out, f, end_ns);
	r = trace_tasks_write(out, t, f->task, number(f->trace, "begin_ns"),
			      end_ns, tally);
	/* From outside the host's clock is theirs. */
	if (inside)
		trace_monitor_write(out, f);
	trace_out_text(&meta, "clock", "CLOCK_MONOTONIC of the guest");
	trace_out_number(&meta, "lost events",
			 (int64_t)(sum(f->trace, "lost") + t->left_out));
	trace_out_end(out, str_text(&meta));
	return r < 0 || out->text.failed ? -ENOMEM : 0;
}

static json_t *without(const char *why)
{
	json_t *o = json_object();

	json_object_set_new(o, "file", json_null());
	json_object_set_new(o, "why", json_string(why));
	return o;
}

static json_t *write_file(const struct outcome *o, bool inside,
			  const struct trace *t, const char *path)
{
	struct trace_out out;
	struct trace_tally tally;
	struct why why;

	if (format(&out, o, inside, t, &tally) < 0)
		die(EX_BROKEN, "out of memory");
	if (file_publish(path, out.text.text, out.text.len, 0644, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	str_done(&out.text);
	return describe(&o->facts, t, &tally);
}

json_t *trace_write(const struct outcome *o, const struct machine_config *c,
		    uint64_t kib, const char *folder)
{
	const struct str *data = &o->facts.trace_data;
	auto_str struct str path = { 0 };
	struct trace t;
	struct why why;
	json_t *ret;
	int r;

	str_addf(&path, "%s/" TRACE_FILE, folder);
	if (unlink(str_text(&path)) < 0 && errno != ENOENT && errno != ENOTDIR)
		die(EX_BROKEN, "cannot remove '%s': %m", str_text(&path));
	if (!kib)
		return json_null();
	if (file_make_folders(folder, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	if (!o->facts.trace)
		return without("the machine ended before it was sent");
	r = trace_read(str_text(data), data->len, &t, &why);
	if (r == -ENOMEM)
		die(EX_BROKEN, "out of memory");
	if (r < 0)
		ret = without(why.text);
	else
		ret = write_file(o, c->clock == CLOCK_VIRTUAL, &t,
				 str_text(&path));
	trace_done(&t);
	return ret;
}
