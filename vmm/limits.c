/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/limits.h"

#include <errno.h>
#include <string.h>

#include "tools/lib/num.h"

#define NS	  UINT64_C(1000000000)
#define NS_MIN	  UINT64_C(1000000)
#define COMMAND_S 600

static const char *const names[] = { "boot", "attach", "run", "shutdown" };

const char *phase_name(enum phase p)
{
	return names[p];
}

static uint64_t at_most(uint64_t value, uint64_t max)
{
	return value < max ? value : max;
}

static uint64_t host_limit_s(const struct limits_for *f)
{
	uint64_t busy_s = f->run_ns / NS + 20;

	if (f->run_ns == 0)
		return COMMAND_S;
	return 120 + busy_s * (4 + (uint64_t)f->cpus);
}

struct limits limits_derive(const struct limits_for *f)
{
	uint64_t wide = f->cpus * NS;
	uint64_t attach = (f->is_virtual ? 60 : 10) * NS;
	uint64_t run = f->run_ns ? 2 * f->run_ns + 60 * NS + wide : 0;
	struct limits l = {
		.ns = { [PHASE_BOOT] = 30 * NS + wide,
			[PHASE_ATTACH] = f->cpus > 60 ? wide : attach,
			[PHASE_RUN] = at_most(run, LIMITS_NS_MAX),
			[PHASE_SHUTDOWN] = 30 * NS + wide },
		.host_s = (unsigned int)at_most(host_limit_s(f),
						LIMITS_HOST_MAX_S),
	};

	return l;
}

int limits_set(const char *word, struct limits *l, struct why *reterr_why)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	uint64_t ns;

	for (unsigned int i = 0; i < PHASES; i++) {
		if (strlen(names[i]) != len || strncmp(names[i], word, len))
			continue;
		if (!value || num_parse_time(value + 1, &ns) < 0 ||
		    ns < NS_MIN || ns > LIMITS_NS_MAX)
			return why_set(reterr_why, -EINVAL,
				       "'%s' is no time from 1ms to 168h, such "
				       "as '%s=90s'",
				       word, names[i]);
		l->ns[i] = ns;
		return 0;
	}
	return why_set(reterr_why, -EINVAL,
		       "'%s' names no phase; they are boot, attach, run, "
		       "shutdown",
		       word);
}
