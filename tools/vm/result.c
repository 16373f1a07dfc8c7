/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "tools/vm/dump-read.h"
#include "tools/vm/qemu.h"
#include "tools/vm/result-guest.h"
#include "tools/vm/result-host.h"
#include "tools/vm/result-logs.h"
#include "tools/vm/result-monitor.h"
#include "tools/vm/result-programs.h"
#include "tools/vm/stats.h"
#include "tools/vm/steps.h"
#include "version.h"
#include "vmm/firmware.h"

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text ? json_string(text) : json_null());
}

static void add_option(struct str *line, const char *name, const char *value)
{
	if (!value)
		return;
	str_addf(line, " %s ", name);
	words_quote(line, value);
}

static void add_number(struct str *line, const char *name, unsigned int value)
{
	str_addf(line, " %s %u", name, value);
}

/* What was asked of the machine itself; nothing for what is as always. */
static void add_machine(struct str *line, const struct request *q)
{
	if (q->accel != CHOOSE_AUTO)
		add_option(line, "--accel", accel_names[q->accel]);
	if (q->perf)
		str_add(line, " --perf");
	if (q->shift >= 0)
		add_number(line, "--shift", (unsigned int)q->shift);
	if (q->memory_mib)
		add_number(line, "--memory", q->memory_mib);
	for (unsigned int i = 0; i < PHASES; i++) {
		if (q->limits.ns[i])
			str_addf(line, " --limit %s=%" PRIu64 "ns",
				 phase_name((enum phase)i), q->limits.ns[i]);
	}
	if (q->timeout_s)
		add_number(line, "--timeout", q->timeout_s);
	if (q->no_repro)
		str_add(line, " --no-repro");
	if (q->trace)
		str_add(line, " --trace");
	if (q->trace_kib)
		add_number(line, "--trace-buffer", (unsigned int)q->trace_kib);
	add_option(line, "--qemu", q->qemu);
	add_option(line, "--append", q->append);
	/* The guest spends instructions on what it prints. */
	if (q->console)
		str_add(line, " --console");
}

/* One command that runs this very variant again. */
static json_t *rerun(const struct result *r)
{
	auto_str struct str line = { 0 };
	char topology[TOPOLOGY_TEXT_SIZE];
	const struct request *q = r->req;

	topology_format(&r->variant->topology, topology);
	if (r->config->perf) {
		str_add(&line, "ktstr-lock cpus --exclusive");
		add_option(&line, "--topology", topology);
		str_add(&line, " -- ");
	}
	str_add(&line, "ktstr-vm run --kernel ");
	words_quote(&line, q->kernel);
	add_option(&line, "--kernel-label", q->kernel_label);
	add_option(&line, "--init", q->init);
	add_option(&line, "--sched", r->variant->has_sched ? q->sched : "none");
	add_option(&line, "--test", q->test);
	add_option(&line, "--preset", r->variant->preset);
	add_option(&line, "--topology", topology);
	add_option(&line, "--profile", r->variant->profile.name);
	str_addf(&line, " --clock %s --seed %" PRIu64,
		 r->config->clock == CLOCK_VIRTUAL ? "virtual" : "real",
		 q->seed);
	add_machine(&line, q);
	return json_string(str_text(&line));
}

static json_t *flags(const struct variant *v)
{
	json_t *list = json_array();

	for (size_t i = 0; v->has_sched && i < v->sched.flag_count; i++) {
		if (v->profile.on[i])
			json_array_append_new(
				list, json_string(v->sched.flag[i].name));
	}
	return list;
}

static void set_file_hash(json_t *o, const char *key, const char *path)
{
	char hex[HASH_HEX_SIZE];

	if (hash_file(AT_FDCWD, path, hex) == 0)
		set_text(o, key, hex);
}

/* Of the guest's time, so they are the same on each host. */
static json_t *limits(const struct limits *l)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < PHASES; i++) {
		auto_str struct str key = { 0 };

		str_addf(&key, "%s_ns", phase_name((enum phase)i));
		json_object_set_new(o, str_text(&key),
				    json_integer((json_int_t)l->ns[i]));
	}
	return o;
}

static void set_firmware(json_t *o, const char *qemu)
{
	auto_free char *path = program_find(qemu);
	auto_str struct str list = { 0 };

	int r = path ? firmware_describe(&list, path) : 0;

	set_text(o, "firmware", r < 0 ? NULL : str_text(&list));
}

/* Of an entry of the cache whose tree was a git tree; else null. */
static json_t *kernel_commit(const char *kernel)
{
	auto_str struct str path = { 0 };
	const char *hash;
	json_t *metadata, *source, *commit = json_null();

	str_addf(&path, "%s/metadata.json", kernel);
	metadata = json_load_file(str_text(&path), 0, NULL);
	source = json_object_get(metadata, "source");
	hash = json_string_value(json_object_get(source, "git_hash"));
	if (hash)
		commit = json_sprintf(
			"%s%s", hash,
			json_is_true(json_object_get(source, "dirty"))
				? "-dirty"
				: "");
	json_decref(metadata);
	return commit;
}

json_t *result_inputs(const struct request *req, const struct variant *v,
		      const struct machine_config *c, const char *init)
{
	json_t *o = json_object();
	auto_free char *qemu = qemu_version(c->qemu);

	set_file_hash(o, "kernel", c->kernel);
	json_object_set_new(o, "kernel_commit", kernel_commit(req->kernel));
	set_file_hash(o, "init", init);
	set_file_hash(o, "test", req->test);
	if (v->has_sched) {
		set_file_hash(o, "declaration", req->sched);
		if (v->sched.binary)
			set_file_hash(o, "scheduler", v->sched.binary);
	}
	json_object_set_new(o, "files", result_files(v));
	set_text(o, "qemu", qemu);
	set_firmware(o, c->qemu);
	set_text(o, "ktstr", KTSTR_VERSION);
	return o;
}

/* Who ran what where: the part that names a variant. */
static void set_variant(json_t *o, const struct result *r)
{
	const struct variant *v = r->variant;
	char topology[TOPOLOGY_TEXT_SIZE];

	topology_format(&v->topology, topology);
	json_object_set_new(o, "schema_version", json_integer(1));
	set_text(o, "name", r->name);
	set_text(o, "test", v->test.name);
	set_text(o, "scheduler", v->sched_name);
	set_text(o, "kernel", r->req->kernel_label);
	set_text(o, "preset", v->preset);
	set_text(o, "topology", topology);
	set_text(o, "profile", v->profile.name);
	json_object_set_new(o, "flags", flags(v));
	set_text(o, "clock",
		 r->config->clock == CLOCK_VIRTUAL ? "virtual" : "real");
	set_text(o, "accelerator",
		 r->config->accel == ACCEL_KVM ? "kvm" : "tcg");
	json_object_set_new(o, "seed", json_integer((json_int_t)r->req->seed));
	set_text(o, "identity", r->req->identity);
}

/* What the engine took of one CPU while the test was played. */
static json_t *engine(const json_t *frame)
{
	int64_t cpu_ns = facts_int(frame, "cpu_ns");
	int64_t wall_ns =
		facts_int(frame, "to_ns") - facts_int(frame, "from_ns");
	json_t *o;

	if (wall_ns <= 0)
		return json_null();
	o = json_object();
	json_object_set_new(o, "wall_ns", json_integer(wall_ns));
	json_object_set_new(o, "cpu_ns", json_integer(cpu_ns));
	json_object_set_new(
		o, "percent",
		json_real(100.0 * (double)cpu_ns / (double)wall_ns));
	return o;
}

/* Where in @list, which is in order, is one of @at_ns: behind its equals. */
static size_t place_of(const json_t *list, int64_t at_ns)
{
	size_t i = json_array_size(list);

	while (i > 0 && facts_int(json_array_get(list, i - 1), "at_ns") > at_ns)
		i--;
	return i;
}

/* What the test did and what became of the scheduler, in the order of time. */
static json_t *timeline(const struct facts *f)
{
	json_t *list = json_copy(f->event);

	for (size_t i = 0; i < json_array_size(f->scheduler); i++) {
		const json_t *s = json_array_get(f->scheduler, i);
		int64_t at = facts_int(s, "at_ns");

		json_array_insert_new(list, place_of(list, at),
				      json_pack("{ss ss ss sI}", "t", "event",
						"what", "scheduler", "name",
						facts_text(s, "event"), "at_ns",
						(json_int_t)at));
	}
	return list;
}

void result_add_run(json_t *o, const struct judgement *j, const struct facts *f,
		    json_t *again)
{
	set_text(o, "verdict", verdict_name(j->verdict));
	set_text(o, "class", j->class);
	json_object_set(o, "reasons", j->reasons);
	json_object_set_new(o, "rerun", again);
	json_object_set(o, "checks", j->checks);
	json_object_set_new(o, "stats", stats_json(f));
	json_object_set(o, "calibration",
			f->calibration ? f->calibration : json_null());
	json_object_set_new(o, "engine", engine(f->engine));
	json_object_set_new(o, "monitor", json_null());
	json_object_set_new(o, "dumps", dumps_read(f));
	json_object_set(o, "scheduler_events", f->scheduler);
	json_object_set_new(o, "timeline", timeline(f));
	json_object_set(o, "workers", f->worker);
	json_object_set(o, "payloads", j->payloads);
	json_object_set(o, "kernel_messages", f->kmsg);
	json_object_set(o, "kernel_messages_lost",
			f->kmsg_lost ? f->kmsg_lost : json_null());
}

json_t *result_json(const struct result *r)
{
	const struct facts *f = &r->outcome->facts;
	json_t *o = json_object();

	set_variant(o, r);
	json_object_set_new(o, "guest", result_guest(r->variant));
	result_add_run(o, r->judgement, f, rerun(r));
	json_object_set_new(o, "monitor",
			    result_monitor(f, &r->variant->check, r->layout,
					   r->config->clock == CLOCK_REAL));
	json_object_set_new(o, "programs",
			    result_programs(&r->variant->test, f));
	json_object_set_new(
		o, "steps",
		steps_json(f, r->layout, r->config->clock == CLOCK_REAL));
	json_object_set(o, "trace", r->trace);
	json_object_set_new(o, "repro", json_null());
	json_object_set_new(o, "limits", limits(r->limits));
	json_object_set_new(o, "phases", phases_guest(f));
	json_object_set(o, "inputs", r->inputs);
	json_object_set_new(o, "host", result_host(r));
	return o;
}

/* Stamps of earlier passes say nothing about this run. */
static void remove_stamps(const char *folder)
{
	DIR *d = opendir(folder);

	if (!d)
		die(EX_BROKEN, "cannot open '%s': %m", folder);
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, "passed-", 7) == 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

void result_write_json(const json_t *json, const char *folder)
{
	auto_free char *text =
		json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);

	if (!text)
		die(EX_BROKEN, "out of memory");
	result_publish(folder, "result.json", text, strlen(text));
}

void result_write(const struct result *r, const json_t *json,
		  const char *folder)
{
	struct why why;

	if (file_make_folders(folder, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	remove_stamps(folder);
	result_logs(r, folder);
	result_write_json(json, folder);
	if (r->judgement->verdict == VERDICT_PASS && r->req->identity) {
		auto_str struct str stamp = { 0 };

		str_addf(&stamp, "passed-%s", r->req->identity);
		result_publish(folder, str_text(&stamp), "", 0);
	}
}
