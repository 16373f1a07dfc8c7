/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "version.h"
#include "vmm/closure.h"
#include "vmm/firmware.h"

#define auto_closure __attribute__((cleanup(closure_done)))

static void hash_or_die(const char *path, const char *what,
			char ret[HASH_HEX_SIZE])
{
	int r = hash_file(AT_FDCWD, path, ret);

	if (r < 0)
		die(EX_USAGE, "cannot read %s '%s': %s", what, path,
		    strerror(-r));
}

/* Where execvp() would find @name; the caller frees it. */
static char *find_program(const char *name)
{
	char *path = program_find(name);

	if (!path && strchr(name, '/'))
		die(EX_NOT_FOUND, "cannot run '%s': %m", name);
	if (!path)
		die(EX_NOT_FOUND, "'%s' is not in PATH", name);
	return path;
}

/*
 * The program with all that it takes into the guest. What is wrong with it is
 * for the run to tell; here it only counts that it is so.
 */
static void hash_program(const char *path, const char *what,
			 char ret[HASH_HEX_SIZE])
{
	auto_closure struct closure needs = { 0 };
	char hex[HASH_HEX_SIZE];
	struct why why;
	struct hash h;

	hash_or_die(path, what, hex);
	hash_init(&h);
	hash_add_fact(&h, "file", hex);
	hash_add_fact(&h, "mode", access(path, X_OK) == 0 ? "x" : "-");
	if (closure_find(path, &needs, &why) < 0)
		hash_add_fact(&h, "trouble", why.text);
	if (needs.interpreter) {
		hash_or_die(needs.interpreter, "the dynamic loader", hex);
		hash_add_fact(&h, "interpreter", hex);
	}
	for (size_t i = 0; i < needs.count; i++) {
		hash_or_die(needs.item[i].path, "the library", hex);
		hash_add_fact(&h, needs.item[i].soname, hex);
	}
	hash_hex(&h, ret);
}

/* The programs of a test's exec workers and payloads, and their files. */
static void hash_work(const struct test *t, char ret[HASH_HEX_SIZE])
{
	const struct work *w;
	bool any = false;
	struct hash h;

	hash_init(&h);
	for (size_t i = 0; (w = test_work(t, i)); i++) {
		auto_free char *path = NULL;
		char hex[HASH_HEX_SIZE];

		if (!w->program)
			continue;
		path = find_program(w->program[0]);
		hash_program(path, "the program", hex);
		hash_add_fact(&h, w->program[0], hex);
		any = true;
	}
	for (size_t i = 0; i < t->payload_count; i++) {
		const struct payload *p = &t->payload[i];

		for (size_t k = 0; k < p->file_count; k++) {
			char hex[HASH_HEX_SIZE];

			hash_or_die(p->file[k].path, "the payload's file", hex);
			hash_add_fact(&h, p->file[k].path, hex);
		}
	}
	ret[0] = '\0';
	if (any)
		hash_hex(&h, ret);
}

static void hash_kernel(const struct kernel *k, char ret[HASH_HEX_SIZE])
{
	auto_free char *path = NULL;

	if (!k->entry)
		die(EX_USAGE, "kernel '%s' needs its entry: --kernel %s=DIR",
		    k->label, k->label);
	if (asprintf(&path, "%s/metadata.json", k->entry) < 0)
		die(EX_BROKEN, "out of memory");
	hash_or_die(path, "the kernel entry's", ret);
}

static char *describe_firmware(const char *qemu)
{
	struct str list = { 0 };

	if (qemu)
		firmware_describe(&list, qemu);
	return str_take(&list);
}

void identity_read(const struct request *req, const struct project *p,
		   const char *vm, struct identity_facts *ret)
{
	auto_free char *program = find_program(vm);
	struct identity_facts f = {
		.kernel = must(calloc(req->kernel_count, sizeof(*f.kernel))),
		.binary = must(calloc(p->sched_count, sizeof(*f.binary))),
		.programs = must(calloc(p->test_count, sizeof(*f.programs))),
	};

	hash_or_die(program, "the program", f.vm);
	if (!req->init)
		die(EX_USAGE, "--init is missing: the guest's init");
	hash_or_die(req->init, "the guest's init", f.init);
	/* Without QEMU the variants run all the same, and say what is missing.
	 */
	auto_free char *qemu = program_find("qemu-system-x86_64");
	if (!qemu || hash_file(AT_FDCWD, qemu, f.qemu) < 0)
		f.qemu[0] = '\0';
	f.firmware = describe_firmware(qemu);
	if (!f.firmware)
		die(EX_BROKEN, "out of memory");
	for (size_t i = 0; i < req->kernel_count; i++)
		hash_kernel(&req->kernel[i], f.kernel[i]);
	for (size_t i = 0; i < p->sched_count; i++) {
		if (p->sched[i].path && p->sched[i].sched.binary)
			hash_program(p->sched[i].sched.binary,
				     "the scheduler's binary", f.binary[i]);
	}
	for (size_t i = 0; i < p->test_count; i++)
		hash_work(&p->test[i].test, f.programs[i]);
	*ret = f;
}

void identity_facts_done(struct identity_facts *f)
{
	free(f->kernel);
	free(f->binary);
	free(f->programs);
	free(f->firmware);
}

static void add_args(struct hash *h, const struct variant *v)
{
	const struct sched *s = sched_file_declaration(v->sched);
	auto_words char **args = NULL;

	if (s && profile_args(s, &v->test->test, v->profile, &args) < 0)
		die(EX_BROKEN, "out of memory");
	for (char **arg = args; arg && *arg; arg++)
		hash_add_fact(h, "arg", *arg);
}

void identity_of(const struct request *req, const struct project *p,
		 const struct identity_facts *f, const struct variant *v,
		 char ret[IDENTITY_SIZE])
{
	char shape[TOPOLOGY_TEXT_SIZE], seed[32], hex[HASH_HEX_SIZE];
	struct hash h;

	topology_format(&v->topology, shape);
	snprintf(seed, sizeof(seed), "%" PRIu64, v->seed);
	hash_init(&h);
	hash_add_fact(&h, "version", KTSTR_VERSION);
	hash_add_fact(&h, "vm", f->vm);
	hash_add_fact(&h, "init", f->init);
	hash_add_fact(&h, "qemu", f->qemu);
	hash_add_fact(&h, "firmware", f->firmware);
	hash_add_fact(&h, "kernel", f->kernel[v->kernel - req->kernel]);
	hash_add_fact(&h, "binary", f->binary[v->sched - p->sched]);
	hash_add_fact(&h, "sched", v->sched->text ? v->sched->text : "none");
	hash_add_fact(&h, "test", v->test->text);
	if (*f->programs[v->test - p->test])
		hash_add_fact(&h, "programs", f->programs[v->test - p->test]);
	hash_add_fact(&h, "clock", v->clock);
	hash_add_fact(&h, "seed", seed);
	hash_add_fact(&h, "topology", shape);
	hash_add_fact(&h, "profile", v->profile->name);
	add_args(&h, v);
	hash_hex(&h, hex);
	snprintf(ret, IDENTITY_SIZE, "%.16s", hex);
}
