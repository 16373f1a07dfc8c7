/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result-logs.h"

#include <errno.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "tools/vm/dump-read.h"

void result_publish(const char *folder, const char *name, const void *data,
		    size_t len)
{
	auto_str struct str path = { 0 };
	struct why why;

	str_addf(&path, "%s/%s", folder, name);
	if (file_publish(str_text(&path), data, len, 0644, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
}

static bool has_programs(const struct test *t)
{
	const struct work *w;

	for (size_t i = 0; (w = test_work(t, i)); i++) {
		if (w->program)
			return true;
	}
	return false;
}

/* One of an earlier run. */
static void remove_old(const char *folder, const char *name)
{
	auto_str struct str path = { 0 };

	str_addf(&path, "%s/%s", folder, name);
	if (unlink(str_text(&path)) < 0 && errno != ENOENT)
		die(EX_BROKEN, "cannot remove '%s': %m", str_text(&path));
}

/* Of tests that have such workers: one of an earlier run is no longer true. */
static void write_worker_log(const struct result *r, const char *folder)
{
	const struct str *log = &r->outcome->facts.work_log;

	if (has_programs(&r->variant->test)) {
		result_publish(folder, "worker.log", str_text(log), log->len);
		return;
	}
	remove_old(folder, "worker.log");
}

/* What the verifier wrote: "log_at" and "log_bytes" of programs are places. */
static void write_verifier_log(const struct result *r, const char *folder)
{
	const struct str *log = &r->outcome->facts.program_log;

	if (r->variant->test.verifier) {
		result_publish(folder, "verifier.log", str_text(log), log->len);
		return;
	}
	remove_old(folder, "verifier.log");
}

/* All that payloads wrote, a line "[payload NAME, stdout]" above each. */
static void write_payload_log(const struct result *r, const char *folder)
{
	const struct test *t = &r->variant->test;
	auto_str struct str text = { 0 };

	for (size_t i = 0; i < t->payload_count; i++) {
		for (int k = 1; k <= 2; k++) {
			const struct str *out = facts_output(
				&r->outcome->facts, t->payload[i].name, k);

			if (!out->len)
				continue;
			str_addf(&text, "[payload %s, %s]\n",
				 t->payload[i].name,
				 k == 1 ? "stdout" : "stderr");
			str_add_bytes(&text, out->text, out->len);
			if (out->text[out->len - 1] != '\n')
				str_add(&text, "\n");
		}
	}
	if (t->payload_count) {
		result_publish(folder, "payload.log", str_text(&text),
			       text.len);
		return;
	}
	remove_old(folder, "payload.log");
}

/* Of runs in which some were kept. */
static void write_dump_log(const struct result *r, const char *folder)
{
	auto_str struct str text = { 0 };

	dumps_text(&r->outcome->facts, &text);
	if (text.len)
		result_publish(folder, "dump.log", text.text, text.len);
	else
		remove_old(folder, "dump.log");
}

void result_logs(const struct result *r, const char *folder)
{
	const struct outcome *o = r->outcome;

	result_publish(folder, "console.log", o->console, o->console_len);
	result_publish(folder, "channel.log", o->channel, o->channel_len);
	result_publish(folder, "scheduler.log", str_text(&o->facts.log),
		       o->facts.log.len);
	write_worker_log(r, folder);
	write_payload_log(r, folder);
	write_verifier_log(r, folder);
	write_dump_log(r, folder);
	/* Written behind the result, if at all. */
	remove_old(folder, "repro.txt");
}
