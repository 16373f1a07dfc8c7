/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template-key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/hash.h"
#include "tools/lib/program.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"
#include "tools/vm/qemu.h"
#include "vmm/buildid.h"
#include "vmm/firmware.h"

/* What a template of this version of ktstr looks like; a change of how they
 * are made or used counts it up. */
#define FORMAT "2"

static int add_fact(json_t *facts, const char *name, const char *value)
{
	return json_object_set_new(facts, name, json_string(value)) < 0
		       ? -ENOMEM
		       : 0;
}

static int add_open(json_t *facts, const char *name, int fd,
		    struct why *reterr_why)
{
	char path[32], hex[HASH_HEX_SIZE];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int r = hash_file(AT_FDCWD, path, hex);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read a memory file: %s",
			       strerror(-r));
	return add_fact(facts, name, hex);
}

static int add_file(json_t *facts, const char *name, const char *path,
		    struct why *reterr_why)
{
	char hex[HASH_HEX_SIZE];
	int r = hash_file(AT_FDCWD, path, hex);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", path,
			       strerror(-r));
	return add_fact(facts, name, hex);
}

/* QEMU's build: the linker's hash over it, or what can be had instead. A script
 * may start anything, so it is asked for the version. */
static int add_qemu(json_t *facts, const char *path, struct why *reterr_why)
{
	char id[BUILD_ID_SIZE];
	int r;

	if (build_id_read(path, id) == 0)
		return add_fact(facts, "qemu", id);
	auto_free char *version = qemu_version(path);
	r = version ? add_fact(facts, "qemu-version", version) : -ENOMEM;
	return r < 0 ? r : add_file(facts, "qemu", path, reterr_why);
}

static int add_firmware(json_t *facts, const char *qemu, struct why *reterr_why)
{
	auto_str struct str list = { 0 };
	int r = firmware_describe(&list, qemu);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read QEMU's firmware: %s",
			       strerror(-r));
	return list.failed ? -ENOMEM
			   : add_fact(facts, "firmware", str_text(&list));
}

/* QEMU's command line without what is named by its content. */
static int add_machine(json_t *facts, const struct machine_config *given,
		       struct why *reterr_why)
{
	struct machine_config c = *given;
	auto_words char **argv = NULL;
	auto_str struct str line = { 0 };

	c.qemu = "QEMU";
	c.kernel = "KERNEL";
	c.kernel_fd = 0;
	c.initrd_fd = c.console_fd = c.job_fd = c.channel_fd = -1;
	c.state_fd = c.qmp_fd = -1;
	c.ram_fds = NULL;
	int r = machine_argv(&c, &argv, reterr_why);
	if (r < 0)
		return r;
	for (char **w = argv; *w; w++)
		str_addf(&line, "%s%s", w == argv ? "" : " ", *w);
	return line.failed ? -ENOMEM
			   : add_fact(facts, "machine", str_text(&line));
}

static int collect(json_t *facts, const struct machine_config *c,
		   struct why *reterr_why)
{
	char user[24];
	int r;

	auto_free char *qemu = program_find(c->qemu);
	if (!qemu)
		return why_set(reterr_why, -errno, "cannot run '%s': %s",
			       c->qemu, strerror(errno));
	snprintf(user, sizeof(user), "%u", (unsigned int)geteuid());
	r = add_fact(facts, "format", FORMAT);
	if (r == 0)
		r = add_fact(facts, "user", user);
	if (r == 0)
		r = add_open(facts, "kernel", c->kernel_fd, reterr_why);
	if (r == 0)
		r = add_open(facts, "init", c->initrd_fd, reterr_why);
	if (r == 0)
		r = add_qemu(facts, qemu, reterr_why);
	if (r == 0)
		r = add_firmware(facts, qemu, reterr_why);
	return r < 0 ? r : add_machine(facts, c, reterr_why);
}

int template_key(const struct machine_config *c, char ret[TEMPLATE_KEY_SIZE],
		 json_t **ret_facts, struct why *reterr_why)
{
	json_t *facts = json_object();
	char hex[HASH_HEX_SIZE];
	struct hash h;
	const char *name;
	json_t *value;
	int r;

	(void)why_set(reterr_why, 0, "out of memory");
	r = facts ? collect(facts, c, reterr_why) : -ENOMEM;
	if (r < 0) {
		json_decref(facts);
		return r;
	}
	hash_init(&h);
	json_object_foreach(facts, name, value)
		hash_add_fact(&h, name, json_string_value(value));
	hash_hex(&h, hex);
	snprintf(ret, TEMPLATE_KEY_SIZE, "%.32s", hex);
	*ret_facts = facts;
	return 0;
}
