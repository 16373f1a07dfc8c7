/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/known.h"

#include <inttypes.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"
#include "tools/lib/spec/work-parts.h"

#define US UINT64_C(1000)
#define MS (1000 * US)

static void add_option(const struct work_option *o, uint64_t value,
		       struct str *ret)
{
	str_addf(ret, " %s=", o->name);
	switch (o->kind) {
	case FIELD_NUMBER:
		str_addf(ret, "%" PRIu64, value);
		break;
	case FIELD_TIME:
		str_addf(ret, "%" PRIu64 "%s", value / (value % MS ? US : MS),
			 value % MS ? "us" : "ms");
		break;
	case FIELD_SIZE:
		str_addf(ret, "%" PRIu64 "K", value >> 10);
		break;
	case FIELD_PHASES:
		str_add(ret, "KIND:TIME,...");
		break;
	case FIELD_YES:
		str_add(ret, value ? "yes" : "no");
		break;
	}
}

/* A worker of each type, with its defaults; a team is more than one. */
static void add_work(enum work_type type, struct str *ret)
{
	struct work w = { .type = type };
	unsigned int size;

	str_addf(ret, "work %s", work_type_names[type]);
	for (const struct work_default *own = work_info[type].own; own->option;
	     own++) {
		const struct work_option *o =
			&work_option_table[own->option - 1];

		add_option(o, own->value, ret);
		if (o->kind == FIELD_NUMBER)
			*(uint64_t *)((char *)&w + o->offset) = own->value;
	}
	if (type == WORK_EXEC)
		str_add(ret, " PROGRAM WORD...");
	size = work_group_size(&w);
	if (size > 1)
		str_addf(ret, " (in groups of %u)", size);
	str_add(ret, "\n");
}

static void add_names(const char *kind, const char *const *name,
		      struct str *ret)
{
	for (; *name; name++)
		str_addf(ret, "%s %s\n", kind, *name);
}

/* "llc I' or 'llc I usable" is part of a message; here it is two lines. */
static void add_cpusets(struct str *ret)
{
	const char *usage, *more;

	for (size_t i = 0; (usage = cpuset_usage(i)); i++) {
		while ((more = strstr(usage, "' or '"))) {
			str_addf(ret, "cpuset %.*s\n", (int)(more - usage),
				 usage);
			usage = more + strlen("' or '");
		}
		str_addf(ret, "cpuset %s\n", usage);
	}
}

static void add_checks(struct str *ret)
{
	static const char *const types[] = {
		[CHECK_YESNO] = "yes|no",
		[CHECK_PERCENT] = "PERCENT|none",
		[CHECK_TIME] = "TIME|none",
		[CHECK_NUMBER] = "NUMBER|none",
	};

	for (int i = 0; i < CHECK_KINDS; i++)
		str_addf(ret, "check %s %s\n", check_info[i].key,
			 types[check_info[i].type]);
}

void known_list(struct str *ret)
{
	for (unsigned int i = 0; i < WORK_TYPES; i++)
		add_work((enum work_type)i, ret);
	for (unsigned int i = 0; i < OP_KINDS; i++)
		str_addf(ret, "op %s %s\n", op_kind_names[i],
			 op_usage((enum op_kind)i));
	add_cpusets(ret);
	add_names("affinity", affinity_names, ret);
	add_names("policy", policy_names, ret);
	add_names("mem", mem_names + 1, ret);

	add_names("mem-flag", mem_flag_names, ret);
	add_checks(ret);
	add_names("payload", payload_output_names, ret);
	add_names("expect", expect_classes, ret);
}
