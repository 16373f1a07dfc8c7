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
#include "tools/lib/hash.h"
#include "tools/lib/program.h"
#include "tools/lib/why.h"
#include "tools/lib/words.h"
#include "version.h"
#include "vmm/closure.h"
#include "vmm/firmware.h"

#define auto_closure __attribute__((cleanup(closure_done)))

/* Files that were hashed, for many tests have the same programs. */
struct known {
	struct known *next;
	char *path, hex[HASH_HEX_SIZE];
};
static struct known *known_files, *known_programs;

static const struct known *find_known(const struct known *k, const char *path)
{
	while (k && strcmp(k->path, path) != 0)
		k = k->next;
	return k;
}

static void add_known(struct known **list, const char *path, const char *hex)
{
	struct known *k = must(calloc(1, sizeof(*k)));

	k->path = must(strdup(path));
	snprintf(k->hex, sizeof(k->hex), "%s", hex);
	k->next = *list;
	*list = k;
}

static void forget(struct known **list)
{
	while (*list) {
		struct known *k = *list;

		*list = k->next;
		free(k->path);
		free(k);
	}
}

static void hash_or_die(const char *path, const char *what,
			char ret[HASH_HEX_SIZE])
{
	const struct known *k = find_known(known_files, path);
	int r;

	if (k) {
		memcpy(ret, k->hex, HASH_HEX_SIZE);
		return;
	}
	r = hash_file(AT_FDCWD, path, ret);
	if (r < 0)
		die(EX_USAGE, "cannot read %s '%s': %s", what, path,
		    strerror(-r));
	add_known(&known_files, path, ret);
}

/* What is kept of a hash. */
static void cut(char ret[IDENTITY_SIZE], const char *hex)
{
	snprintf(ret, IDENTITY_SIZE, "%.*s", IDENTITY_SIZE - 1, hex);
}

static void cut_hash_of(const char *text, char ret[IDENTITY_SIZE])
{
	char hex[HASH_HEX_SIZE];
	struct hash h;

	hash_init(&h);
	hash_add(&h, text, strlen(text));
	hash_hex(&h, hex);
	cut(ret, hex);
}

/* Where execvp() would find @name; the caller frees it. */
static char *find_program(const char *name)
{
	char *path = program_find(name);

	if (!path && (strchr(name, '/') || errno != ENOENT))
		die(why_code(-errno, EX_NOT_FOUND), "cannot run '%s': %m",
		    name);
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
	const struct known *k = find_known(known_programs, path);
	char hex[HASH_HEX_SIZE];
	struct why why;
	struct hash h;

	if (k) {
		memcpy(ret, k->hex, HASH_HEX_SIZE);
		return;
	}
	hash_or_die(path, what, hex);
	hash_init(&h);
	hash_add_fact(&h, "file", hex);
	hash_add_fact(&h, "mode", access(path, X_OK) == 0 ? "x" : "-");
	int r = closure_find(path, &needs, &why);
	if (why_is_system(r))
		die(EX_BROKEN, "%s", why.text);
	if (r < 0)
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
	add_known(&known_programs, path, ret);
}

/* Adds files that a guest gets. Are there any? */
static bool add_files(struct hash *h, const struct tuning *t)
{
	char hex[HASH_HEX_SIZE];

	for (size_t i = 0; i < t->file_count; i++) {
		hash_or_die(t->file[i].path, "the included file", hex);
		hash_add_fact(h, t->file[i].path, hex);
	}
	return t->file_count > 0;
}

/* Adds the programs that switch a built-in scheduler. Are there any? */
static bool add_switching(struct hash *h, const struct switching *s)
{
	char hex[HASH_HEX_SIZE];
	bool any = false;

	for (size_t i = 0; i < s->count; i++) {
		auto_free char *path = NULL;
		char **words = s->item[i].words;

		if (switching_is_write(words, NULL, NULL))
			continue;
		path = find_program(words[0]);
		hash_program(path, "the program", hex);
		hash_add_fact(h, words[0], hex);
		any = true;
	}
	return any;
}

/* What a declaration brings beside the scheduler's binary; "" for nothing. */
static void hash_brought(const struct sched *s, char ret[IDENTITY_SIZE])
{
	char hex[HASH_HEX_SIZE];
	struct hash h;
	bool any;

	hash_init(&h);
	any = add_files(&h, &s->tuning);
	any |= add_switching(&h, &s->enable);
	any |= add_switching(&h, &s->disable);
	for (size_t i = 0; i < s->flag_count; i++) {
		any |= add_switching(&h, &s->flag[i].enable);
		any |= add_switching(&h, &s->flag[i].disable);
	}
	if (s->config_file) {
		hash_or_die(s->config_file, "the config-file", hex);
		hash_add_fact(&h, s->config_file, hex);
		any = true;
	}
	hash_hex(&h, hex);
	cut(ret, any ? hex : "");
}

/* The programs of a test's exec workers and payloads, and their files. */
static void hash_work(const struct test *t, char ret[IDENTITY_SIZE])
{
	char hex[HASH_HEX_SIZE];
	const struct work *w;
	struct hash h;
	bool any;

	hash_init(&h);
	any = add_files(&h, &t->tuning);
	for (size_t i = 0; (w = test_work(t, i)); i++) {
		auto_free char *path = NULL;

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
			hash_or_die(p->file[k].path, "the payload's file", hex);
			hash_add_fact(&h, p->file[k].path, hex);
		}
	}
	ret[0] = '\0';
	if (!any)
		return;
	hash_hex(&h, hex);
	cut(ret, hex);
}

static void hash_kernel(const struct kernel *k, char ret[IDENTITY_SIZE])
{
	auto_free char *path = NULL;
	char hex[HASH_HEX_SIZE];

	if (!k->entry)
		die(EX_USAGE, "kernel '%s' needs its entry: --kernel %s=DIR",
		    k->label, k->label);
	if (asprintf(&path, "%s/metadata.json", k->entry) < 0)
		die(EX_BROKEN, "out of memory");
	hash_or_die(path, "the kernel entry's", hex);
	cut(ret, hex);
}

static char *describe_firmware(const char *qemu)
{
	struct str list = { 0 };

	int r = qemu ? firmware_describe(&list, qemu) : 0;

	if (r < 0 && r != -ENOENT)
		die(EX_BROKEN, "cannot look for QEMU's firmware: %s",
		    strerror(-r));
	return str_take(&list);
}

static void add_input(struct str *inputs, const char *name, const char *value)
{
	str_addf(inputs, "%s = %s\n", name, value);
}

static void add_file(struct str *inputs, const char *name, const char *path,
		     const char *what)
{
	char hex[HASH_HEX_SIZE], digits[IDENTITY_SIZE];

	hash_or_die(path, what, hex);
	cut(digits, hex);
	add_input(inputs, name, digits);
}

/* What all variants have, but for kernels. */
static void read_common(const struct request *req, const char *vm,
			struct str *inputs)
{
	auto_free char *program = find_program(vm), *firmware = NULL;
	char hex[HASH_HEX_SIZE] = "", digits[IDENTITY_SIZE];

	if (!req->init)
		die(EX_USAGE, "--init is missing: the guest's init");
	add_input(inputs, "version", KTSTR_VERSION);
	add_file(inputs, "ktstr-vm", program, "the program");
	add_file(inputs, "init", req->init, "the guest's init");
	/* Without QEMU the variants run, and say what is missing. */
	auto_free char *qemu = program_find("qemu-system-x86_64");
	int r = qemu ? hash_file(AT_FDCWD, qemu, hex) : -errno;
	if (why_is_system(r))
		die(EX_BROKEN, "cannot read qemu-system-x86_64: %s",
		    strerror(-r));
	cut(digits, r < 0 || !*hex ? "none" : hex);
	add_input(inputs, "qemu", digits);
	firmware = must(describe_firmware(qemu));
	cut_hash_of(firmware, digits);
	add_input(inputs, "firmware", digits);
}

void identity_read(const struct request *req, const struct project *p,
		   const char *vm, struct identity_facts *ret)
{
	char hex[HASH_HEX_SIZE];
	struct identity_facts f = {
		.kernel = must(calloc(req->kernel_count, sizeof(*f.kernel))),
		.binary = must(calloc(p->sched_count, sizeof(*f.binary))),
		.alone = must(calloc(p->sched_count, sizeof(*f.alone))),
		.declaration =
			must(calloc(p->sched_count, sizeof(*f.declaration))),
		.brought = must(calloc(p->sched_count, sizeof(*f.brought))),
		.test = must(calloc(p->test_count, sizeof(*f.test))),
		.programs = must(calloc(p->test_count, sizeof(*f.programs))),
	};

	read_common(req, vm, &f.common);
	for (size_t i = 0; i < req->kernel_count; i++)
		hash_kernel(&req->kernel[i], f.kernel[i]);
	for (size_t i = 0; i < p->sched_count; i++) {
		if (!p->sched[i].path)
			continue;
		cut_hash_of(p->sched[i].text, f.declaration[i]);
		hash_brought(&p->sched[i].sched, f.brought[i]);
		if (!p->sched[i].sched.binary)
			continue;
		hash_program(p->sched[i].sched.binary, "the scheduler's binary",
			     hex);
		cut(f.binary[i], hex);
		hash_or_die(p->sched[i].sched.binary, "the scheduler's binary",
			    hex);
		cut(f.alone[i], hex);
	}
	for (size_t i = 0; i < p->test_count; i++) {
		cut_hash_of(p->test[i].text, f.test[i]);
		hash_work(&p->test[i].test, f.programs[i]);
	}
	forget(&known_files);
	forget(&known_programs);
	*ret = f;
}

void identity_facts_done(struct identity_facts *f)
{
	str_done(&f->common);
	free(f->kernel);
	free(f->binary);
	free(f->alone);
	free(f->declaration);
	free(f->brought);
	free(f->test);
	free(f->programs);
}

static void add_args(struct str *inputs, const struct variant *v)
{
	const struct sched *s = sched_file_declaration(v->sched);
	auto_words char **args = NULL;

	if (s && profile_args(s, &v->test->test, v->profile, &args) < 0)
		die(EX_BROKEN, "out of memory");
	for (char **arg = args; arg && *arg; arg++) {
		str_add(inputs, arg == args ? "arguments = " : " ");
		words_quote(inputs, *arg);
	}
	str_add(inputs, args && *args ? "\n" : "");
}

void identity_of(const struct request *req, const struct project *p,
		 const struct identity_facts *f, const struct variant *v,
		 struct str *inputs, char ret[IDENTITY_SIZE])
{
	const char *programs = f->programs[v->test - p->test];
	size_t sched = (size_t)(v->sched - p->sched);
	char shape[TOPOLOGY_TEXT_SIZE];

	topology_format(&v->topology, shape);
	str_done(inputs);
	str_add(inputs, str_text(&f->common));
	add_input(inputs, "kernel", f->kernel[v->kernel - req->kernel]);
	if (*f->binary[sched]) {
		add_input(inputs, "scheduler", f->alone[sched]);
		add_input(inputs, "binary", f->binary[sched]);
	}
	if (v->sched->path)
		add_input(inputs, "declaration", f->declaration[sched]);
	if (*f->brought[sched])
		add_input(inputs, "files", f->brought[sched]);
	add_input(inputs, "test", f->test[v->test - p->test]);
	if (*programs)
		add_input(inputs, "programs", programs);
	add_input(inputs, "clock", v->clock);
	str_addf(inputs, "seed = %" PRIu64 "\n", v->seed);
	add_input(inputs, "machine", shape);
	add_input(inputs, "profile", v->profile->name);
	add_args(inputs, v);
	if (req->trace)
		add_input(inputs, "trace", req->trace);
	if (inputs->failed)
		die(EX_BROKEN, "out of memory");
	cut_hash_of(inputs->text, ret);
}
