/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/environment.h"

#include <stdlib.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/msg.h"
#include "tools/lib/num.h"

#define TEMPLATES_MAX (UINT64_C(4) << 30)

const char *environment_text(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? text : NULL;
}

/* Would QEMU get one of them? The kernel knows what is online and allowed. */
static bool are_usable(const cpu_set_t *set)
{
	cpu_set_t ours;

	if (sched_getaffinity(0, sizeof(ours), &ours) < 0)
		return true;
	if (sched_setaffinity(0, sizeof(*set), set) < 0)
		return false;
	(void)sched_setaffinity(0, sizeof(ours), &ours);
	return true;
}

static void check_cpus(void)
{
	const char *text = environment_cpus();
	cpu_set_t set;
	size_t at = 0;

	if (!text)
		return;
	if (cpulist_parse(text, &set, &at) < 0 || !CPU_COUNT(&set))
		die(EX_USAGE,
		    "KTSTR_CPUS '%s' is no list of CPUs such as 0-3,7", text);
	if (!are_usable(&set))
		die(EX_USAGE,
		    "KTSTR_CPUS '%s' has no CPU that may be used here", text);
}

const char *environment_cpus(void)
{
	return environment_text("KTSTR_CPUS");
}

uint64_t environment_templates_max(void)
{
	const char *text = environment_text("KTSTR_TEMPLATES_MAX");
	uint64_t bytes = TEMPLATES_MAX;

	if (text && num_parse_size(text, &bytes) < 0)
		die(EX_USAGE,
		    "KTSTR_TEMPLATES_MAX '%s' is no size such as 500M or 20G",
		    text);
	return bytes;
}

void environment_check(void)
{
	check_cpus();
	(void)environment_templates_max();
}
