/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-program.c - where exec's program is, on the host and in the guest. */
#include <inttypes.h>
#include <string.h>

#include "tools/lib/program.h"
#include "tools/lib/spec/work.h"

static const char *name_of(const struct work *w)
{
	const char *slash = strrchr(w->program[0], '/');

	return slash ? slash + 1 : w->program[0];
}

/* FNV-1a: it only has to tell the few words of a test apart, and the packer
 * refuses two files at one place. */
static uint64_t number_of(const char *word)
{
	uint64_t n = UINT64_C(0xcbf29ce484222325);

	for (; *word; word++)
		n = (n ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
	return n;
}

/* Two programs of one name have two folders. */
void work_program_guest(const struct work *w, struct str *ret)
{
	str_addf(ret, "/programs/%016" PRIx64 "/%s", number_of(w->program[0]),
		 name_of(w));
}

char *work_program_host(const struct work *w)
{
	return program_find(w->program[0]);
}
