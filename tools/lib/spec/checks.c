/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/checks.h"

#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/read.h"

#define MS	1000000ULL
#define HOUR_NS (3600 * 1000 * MS)

const struct check_info check_info[CHECK_KINDS] = {
	[CHECK_NOT_STARVED] = { "not-starved", CHECK_YESNO, false,
				"every worker makes progress" },
	[CHECK_ISOLATION] = { "isolation", CHECK_YESNO, false,
			      "no worker runs outside its cpuset" },
	[CHECK_MAX_SPREAD] = { "max-spread", CHECK_PERCENT, true,
			       "off-CPU share, worst minus best of the "
			       "workers of one line" },
	[CHECK_MAX_GAP] = { "max-gap", CHECK_TIME, true,
			    "longest time in which a worker did not run on" },
};

static const char *const keys[] = { "not-starved", "isolation", "max-spread",
				    "max-gap", NULL };

static const struct planned planned[] = {
	{ "max-throughput-cv", NULL },
	{ "min-work-rate", NULL },
	{ "max-p99-wake-latency", NULL },
	{ "max-wake-latency-cv", NULL },
	{ "min-iteration-rate", NULL },
	{ "max-migration-ratio", NULL },
	{ "min-page-locality", NULL },
	{ "max-cross-node-migration-ratio", NULL },
	{ "max-slow-tier-ratio", NULL },
	{ "max-imbalance-ratio", NULL },
	{ "max-local-dsq-depth", NULL },
	{ "fail-on-stall", NULL },
	{ "sustained-samples", NULL },
	{ "max-fallback-rate", NULL },
	{ "max-keep-last-rate", NULL },
	{ NULL, NULL },
};

static void read_limit(const struct conf_entry *e, struct diag *d,
		       const struct check_info *info, struct check_value *v)
{
	uint64_t ns = 0;
	bool on = false;

	if (info->type == CHECK_YESNO) {
		read_yesno(e, d, &on);
		v->off = !on;
		v->limit = on;
		return;
	}
	v->off = strcmp(e->value, "none") == 0;
	if (v->off)
		return;
	if (info->type == CHECK_TIME) {
		read_time(e, d, /* min_ns */ 1000, HOUR_NS, &ns);
		v->limit = (double)ns;
	} else if (num_parse_percent(e->value, &v->limit) < 0 ||
		   v->limit > 100) {
		diag_add(d, &e->at_value,
			 "'%s' is a percentage from 0%% to 100%%, or none, not "
			 "'%s'",
			 e->key, e->value);
	}
}

void checks_read_entry(const struct conf_entry *e, struct diag *d,
		       struct checks *c)
{
	for (size_t i = 0; i < CHECK_KINDS; i++) {
		struct check_value *v = &c->value[i];

		if (strcmp(check_info[i].key, e->key) != 0)
			continue;
		if (v->set) {
			diag_add(d, &e->at_key, "'%s' is given twice", e->key);
			return;
		}
		v->set = true;
		read_limit(e, d, &check_info[i], v);
		return;
	}
	complain_of_name(d, &e->at_key, "check", e->key, keys, planned);
}

static void lay_over(const struct checks *c, enum check_layer layer,
		     struct checks *ret)
{
	for (size_t i = 0; c && i < CHECK_KINDS; i++) {
		if (!c->value[i].set)
			continue;
		ret->value[i] = c->value[i];
		ret->value[i].layer = layer;
	}
}

void checks_merge(const struct checks *sched, const struct checks *test,
		  struct checks *ret)
{
	*ret = (struct checks){ .value = {
					[CHECK_NOT_STARVED] = { .set = true,
								.limit = 1 },
					[CHECK_ISOLATION] = { .set = true,
							      .off = true },
					[CHECK_MAX_SPREAD] = { .set = true,
							       .limit = 15 },
					[CHECK_MAX_GAP] = { .set = true,
							    .limit = 2000.0 *
								     MS },
				} };
	lay_over(sched, LAYER_SCHED, ret);
	lay_over(test, LAYER_TEST, ret);
}
