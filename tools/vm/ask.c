/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/hash.h"
#include "tools/lib/str.h"
#include "tools/vm/answers.h"
#include "tools/vm/qemu.h"
#include "vmm/ask.h"

/* Every QEMU builds these. */
#define PLAIN_CPUS  64
#define PLAIN_NODES 8

/* Where a yes is kept, or NULL. */
static char *answer_path(const struct machine_config *c)
{
	auto_free char *qemu = qemu_answer_path(c->qemu);
	auto_free char *question = machine_question(c);
	struct str path = { 0 };
	char hex[HASH_HEX_SIZE];
	struct hash h;

	if (!qemu || !question)
		return NULL;
	hash_init(&h);
	hash_add_fact(&h, "question", question);
	hash_hex(&h, hex);
	str_addf(&path, "%s-can-%.16s", qemu, hex);
	return str_take(&path);
}

void ask_topology(const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	auto_free char *path = NULL, *yes = NULL;
	struct why why;
	int r;

	if (!t->detail && topology_cpus(t) <= PLAIN_CPUS &&
	    t->nodes <= PLAIN_NODES)
		return;
	path = answer_path(c);
	if (answer_read(path, 1, &yes) >= 0)
		return;
	r = machine_ask(c, &why);
	if (r == -ENOTSUP || r == -ENOENT)
		die(why_code(why.error, EX_SKIP), "%s", why.text);
	if (r < 0)
		die(EX_BROKEN, "cannot ask QEMU what it can build: %s",
		    why.text);
	answer_keep(path, "");
}
