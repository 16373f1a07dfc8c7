/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology.c - "ktstr-vm topology": boot a machine and print what it is. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/spec/topology-detail.h"
#include "tools/vm/host.h"
#include "tools/vm/judge.h"
#include "tools/vm/launch.h"
#include "vmm/attest.h"
#include "vmm/console.h"

/* "cpus   0-3,6-7 online; 0-7 present, 0-7 possible" */
static void print_cpus(const json_t *frame)
{
	printf("cpus      %s online", facts_text(frame, "cpus"));
	if (json_object_get(frame, "present"))
		printf(", %s present, %s possible",
		       facts_text(frame, "present"),
		       facts_text(frame, "possible"));
	putchar('\n');
}

/* "packages  0-7 8-15" */
static void print_sets(const json_t *frame, const char *key)
{
	const json_t *list = json_object_get(frame, key);

	if (!json_array_size(list))
		return;
	printf("%-9s", key);
	for (size_t i = 0; i < json_array_size(list); i++)
		printf(" %s", json_string_value(json_array_get(list, i)));
	putchar('\n');
}

/* "cache     L3 Unified 16384K: 0-3 (id 0), 4-7 (id 1)" */
static void print_caches(const json_t *frame)
{
	const json_t *list = json_object_get(frame, "caches");

	for (size_t n = 0; n < json_array_size(list); n++) {
		const json_t *kind = json_array_get(list, n);
		const json_t *cpus = json_object_get(kind, "cpus");
		const json_t *ids = json_object_get(kind, "ids");

		printf("cache     L%lld %s %s:",
		       (long long)facts_int(kind, "level"),
		       facts_text(kind, "type"), facts_text(kind, "size"));
		for (size_t i = 0; i < json_array_size(cpus); i++)
			printf("%s %s (id %lld)", i ? "," : "",
			       json_string_value(json_array_get(cpus, i)),
			       (long long)json_integer_value(
				       json_array_get(ids, i)));
		putchar('\n');
	}
}

/* ", 10 ns and 2000 MB/s from node 0", and the cache of it. */
static void print_access(const json_t *memory)
{
	const json_t *class =
		json_array_get(json_object_get(memory, "access"), 0);
	const json_t *cache = json_object_get(memory, "cache");

	if (class)
		printf(", %lld ns and %lld MB/s from node %s",
		       (long long)facts_int(class, "read_latency"),
		       (long long)facts_int(class, "read_bandwidth"),
		       facts_text(class, "initiators"));
	if (cache)
		printf(", behind a cache of %lld MiB",
		       (long long)facts_int(cache, "size") >> 20);
}

static void print_node(const json_t *node, const json_t *memory)
{
	const json_t *distances = json_object_get(node, "distances");
	const char *cpus = facts_text(node, "cpus");

	printf("node %-4lld %s%s", (long long)facts_int(node, "id"),
	       *cpus ? "CPUs " : "no CPUs", cpus);
	if (json_object_get(memory, "present_kib"))
		printf(", %lld KiB of memory (%lld left by the kernel)",
		       (long long)facts_int(memory, "present_kib"),
		       (long long)facts_int(memory, "total_kib"));
	print_access(memory);
	printf(", distances");
	for (size_t i = 0; i < json_array_size(distances); i++)
		printf(" %lld", (long long)json_integer_value(
					json_array_get(distances, i)));
	putchar('\n');
}

static void print_memory(const json_t *frame)
{
	const json_t *nodes = json_object_get(frame, "nodes");
	const json_t *memory = json_object_get(frame, "memory");
	const json_t *ram = json_object_get(frame, "ram");

	for (size_t i = 0; i < json_array_size(nodes); i++)
		print_node(json_array_get(nodes, i), json_array_get(memory, i));
	for (size_t i = 0; i < json_array_size(ram); i++) {
		const json_t *range = json_array_get(ram, i);

		printf("ram       0x%09llx-0x%09llx\n",
		       (long long)json_integer_value(json_array_get(range, 0)),
		       (long long)json_integer_value(json_array_get(range, 1)));
	}
}

/* "domains   CPUs 0-1: 0-1 0-3 0-7" */
static void print_domains(const json_t *frame)
{
	const json_t *list = json_object_get(frame, "domains");

	for (size_t n = 0; n < json_array_size(list); n++) {
		const json_t *group = json_array_get(list, n);
		const json_t *spans = json_object_get(group, "spans");

		printf("domains   CPUs %s:", facts_text(group, "cpus"));
		for (size_t i = 0; i < json_array_size(spans); i++)
			printf(" %s",
			       json_string_value(json_array_get(spans, i)));
		puts(json_array_size(spans) ? "" : " none");
	}
}

static void print_text(const json_t *frame, const char *declared)
{
	printf("declared  %s\n", declared);
	print_cpus(frame);
	print_sets(frame, "packages");
	print_sets(frame, "dies");
	print_sets(frame, "llcs");
	print_sets(frame, "cores");
	print_caches(frame);
	print_memory(frame);
	print_domains(frame);
}

static void print_json(json_t *frame, const char *declared,
		       const char *difference)
{
	json_t *all = json_object();
	json_t *guest = json_deep_copy(frame);

	json_object_del(guest, "t");
	json_object_set_new(all, "declared", json_string(declared));
	json_object_set_new(all, "difference",
			    difference ? json_string(difference) : json_null());
	json_object_set_new(all, "guest", guest);
	if (json_dumpf(all, stdout, JSON_COMPACT) < 0)
		die(EX_BROKEN, "out of memory");
	putchar('\n');
	json_decref(all);
}

/* A machine that broke says why; else print it, and compare. */
static int report(const struct request *req, const struct machine_config *c,
		  const struct outcome *o)
{
	json_t *frame = o->facts.topology;
	char declared[TOPOLOGY_TEXT_SIZE];
	struct why why = { .text = "" };

	if (!frame) {
		auto_str struct str tail = { 0 }, said = { 0 };
		const char *errors = o->machine.errors;

		warn("the guest did not tell its topology: %s",
		     o->facts.why.text);
		console_tail(&tail, o->console, o->console_len, 20, "  | ");
		fputs(str_text(&tail), stderr);
		if (errors) {
			console_tail(&said, errors, strlen(errors), 20, "  | ");
			warn("QEMU said:");
			fputs(str_text(&said), stderr);
		}
		return EX_BROKEN;
	}
	topology_format(&c->topology, declared);
	int r = attest_topology(frame, &c->topology, c->memory_mib, &why);
	if (req->json)
		print_json(frame, declared, r < 0 ? why.text : NULL);
	else
		print_text(frame, declared);
	if (r < 0)
		warn("the machine is not the one declared: %s", why.text);
	return r < 0 ? EX_BROKEN : EX_PASS;
}

static struct topology read_request(const struct request *req)
{
	const char *text = req->topology;
	const struct preset *preset;
	struct topology t = topology_default;
	struct why why;

	if (req->command && text)
		die(EX_USAGE,
		    "the machine is given twice: '%s' and "
		    "--topology '%s'",
		    req->command[0], text);
	if (req->command)
		text = req->command[0];
	if (req->command && req->command[1] && req->command[1][0] == '-')
		die(EX_USAGE, "options stand before the machine: %s",
		    req->command[1]);
	if (req->command && req->command[1])
		die(EX_USAGE,
		    "topology takes one machine; write its words in "
		    "quotes: '%s %s'",
		    req->command[0], req->command[1]);
	preset = text ? preset_find(text) : NULL;
	if (preset && preset->skip)
		die(EX_SKIP, "preset '%s': %s", text, preset->skip);
	if (preset)
		text = preset->text;
	if (text && topology_parse(text, &t, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	return t;
}

int command_topology(const struct request *req)
{
	static char program[] = "/init", option[] = "--version";
	char *const command[] = { program, option, NULL };
	struct topology t = read_request(req);
	struct outcome o = { .cold = req->cold };
	struct machine_config c;

	request_without_scheduler(req, "topology");
	launch_configure(req, &t, 0, &c);
	auto_free char *init = host_find_init(req);
	struct job job = { .clock = c.clock,
			   .seed = req->seed,
			   .command = command };
	job.limits = request_limits(
		req, (struct limits_for){ 0, topology_cpus(&t),
					  c.clock == CLOCK_VIRTUAL });
	if (req->dry_run) {
		launch_rehearse(&c, &job, init);
		launch_done(&c);
		return EX_PASS;
	}
	launch(&c, &job, init, job.limits.host_s, &o);
	int code = report(req, &c, &o);
	outcome_done(&o);
	launch_done(&c);
	return code;
}
