/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/checks.h"

#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/read.h"

#define MS	      1000000ULL
#define HOUR_NS	      (3600 * 1000 * MS)
#define SUSTAINED_MAX 1000

const struct check_info check_info[CHECK_KINDS] = {
	[CHECK_NOT_STARVED] = { "not-starved", CHECK_YESNO, false, false,
				"every worker makes progress" },
	[CHECK_ISOLATION] = { "isolation", CHECK_YESNO, false, false,
			      "no worker runs outside its cpuset" },
	[CHECK_MAX_SPREAD] = { "max-spread", CHECK_PERCENT, true, false,
			       "off-CPU share, worst minus best of the "
			       "workers of one line" },
	[CHECK_MAX_GAP] = { "max-gap", CHECK_TIME, true, false,
			    "longest time in which a worker did not run on" },
	[CHECK_MAX_THROUGHPUT_CV] = { "max-throughput-cv", CHECK_NUMBER, true,
				      false,
				      "work per CPU second among the workers "
				      "of one line, deviation over mean" },
	[CHECK_MIN_WORK_RATE] = { "min-work-rate", CHECK_NUMBER, true, true,
				  "work per CPU second, slowest worker" },
	[CHECK_MIN_ITERATION_RATE] = { "min-iteration-rate", CHECK_NUMBER, true,
				       true,
				       "turns of the loop per second, slowest "
				       "worker" },
	[CHECK_MAX_P99_WAKE] = { "max-p99-wake-latency", CHECK_TIME, true,
				 false,
				 "99th percentile of a cgroup's wake "
				 "latencies" },
	[CHECK_MAX_WAKE_CV] = { "max-wake-latency-cv", CHECK_NUMBER, true,
				false,
				"a cgroup's wake latencies, deviation over "
				"mean" },
	[CHECK_MAX_MIGRATION_RATIO] = { "max-migration-ratio", CHECK_NUMBER,
					false, false,
					"a cgroup's migrations per turn of its "
					"workers' loops" },
	[CHECK_MIN_PAGE_LOCALITY] = { "min-page-locality", CHECK_PERCENT, false,
				      true,
				      "a worker's pages on nodes of the CPUs "
				      "it may use" },
	[CHECK_MAX_CROSS_NODE] = { "max-cross-node-migration-ratio",
				   CHECK_NUMBER, false, false,
				   "a worker's pages moved between nodes, per "
				   "page" },
	[CHECK_MAX_SLOW_TIER] = { "max-slow-tier-ratio", CHECK_NUMBER, false,
				  false,
				  "a worker's pages on other nodes than those "
				  "of its CPUs, per page" },
	[CHECK_MAX_RUN_DELAY] = { "max-run-delay", CHECK_TIME, true, false,
				  "mean wait for a CPU before each run, worst "
				  "worker" },
	[CHECK_NONE_REJECTED] = { "none-rejected", CHECK_YESNO, false, false,
				  "the scheduler takes every task" },
	[CHECK_MAX_STANDSTILL] = { "max-standstill", CHECK_TIME, true, false,
				   "longest time in which a worker that wants "
				   "to run got nothing done" },
	[CHECK_MAX_IDLE_WAIT] = { "max-idle-while-waiting", CHECK_TIME, true,
				  false,
				  "longest time that a CPU was idle while a "
				  "worker that may use it waited" },
	[CHECK_MAX_WEIGHT_ERROR] = { "max-weight-error", CHECK_PERCENT, true,
				     false,
				     "a busy cgroup's CPU time against its "
				     "share by weight" },
	[CHECK_MIN_CPUS_USED] = { "min-cpus-used", CHECK_PERCENT, false, true,
				  "CPUs that a cgroup's workers ran on, of "
				  "those they could use at once" },
	[CHECK_TAKES_ALL] = { "takes-all", CHECK_YESNO, false, false,
			      "the scheduler takes tasks of ordinary policy, "
			      "not only those of SCHED_EXT" },
	[CHECK_MAX_LLC_MIGRATION] = { "max-llc-migration-ratio", CHECK_NUMBER,
				      false, false,
				      "a cgroup's migrations to another LLC "
				      "per turn of its workers' loops" },
	[CHECK_MIN_RUN_TIME] = { "min-run-time", CHECK_TIME, true, true,
				 "mean length of the runs of a worker that "
				 "never gives its CPU away" },
	[CHECK_MAX_CORE_SHARING] = { "max-core-sharing", CHECK_TIME, true,
				     false,
				     "longest time of a second in which a "
				     "worker shared its core while another "
				     "was idle" },
	[CHECK_MAX_IMBALANCE] = { "max-imbalance-ratio", CHECK_NUMBER, false,
				  false,
				  "tasks of the CPU with most over those of "
				  "the CPU with fewest, sustained",
				  .monitor = true },
	[CHECK_MAX_DSQ_DEPTH] = { "max-local-dsq-depth", CHECK_NUMBER, false,
				  false,
				  "tasks in a CPU's local queue of sched_ext, "
				  "sustained",
				  .monitor = true },
	[CHECK_FAIL_ON_STALL] = { "fail-on-stall", CHECK_YESNO, false, false,
				  "no CPU's clock stands still while it has "
				  "tasks, sustained",
				  .monitor = true },
	[CHECK_MAX_FALLBACK_RATE] = { "max-fallback-rate", CHECK_NUMBER, false,
				      false,
				      "CPUs a second that the kernel picked "
				      "for the scheduler, sustained",
				      .monitor = true },
	[CHECK_MAX_KEEP_LAST_RATE] = { "max-keep-last-rate", CHECK_NUMBER,
				       false, false,
				       "tasks a second that ran on for want "
				       "of another, sustained",
				       .monitor = true },
	[CHECK_SUSTAINED_SAMPLES] = { "sustained-samples", CHECK_NUMBER, false,
				      true,
				      "samples in a row that make a value a "
				      "sustained one",
				      .setting = true },
};

bool checks_want_monitor(const struct checks *c)
{
	for (unsigned int i = 0; i < CHECK_KINDS; i++) {
		if (check_info[i].monitor && c->value[i].set &&
		    !c->value[i].off)
			return true;
	}
	return false;
}

/* A floor of 0 could not be missed. */
static void read_number(const struct conf_entry *e, struct diag *d,
			const struct check_info *info, struct check_value *v)
{
	if (num_parse_decimal(e->value, &v->limit) < 0 ||
	    (info->least && v->limit <= 0))
		diag_add(d, &e->at_value,
			 "'%s' is a number%s, such as %s, or none, not '%s'",
			 e->key, info->least ? " above 0" : "",
			 info->least ? "1000" : "0.5", e->value);
}

static void read_limit(const struct conf_entry *e, struct diag *d,
		       const struct check_info *info, struct check_value *v)
{
	unsigned int count = 1;
	uint64_t ns = 0;
	bool on = false;

	if (info->type == CHECK_YESNO) {
		read_yesno(e, d, &on);
		v->off = !on;
		v->limit = on;
		return;
	}
	if (info->setting) {
		read_count(e, d, 1, SUSTAINED_MAX, &count);
		v->limit = count;
		return;
	}
	v->off = strcmp(e->value, "none") == 0;
	if (v->off)
		return;
	if (info->type == CHECK_TIME) {
		read_time(e, d, /* min_ns */ 1000, HOUR_NS, &ns);
		v->limit = (double)ns;
	} else if (info->type == CHECK_NUMBER) {
		read_number(e, d, info, v);
	} else if (num_parse_percent(e->value, &v->limit) < 0 ||
		   v->limit > 100 || (info->least && v->limit <= 0)) {
		diag_add(d, &e->at_value,
			 "'%s' is a percentage %s to 100%%, or none, not '%s'",
			 e->key, info->least ? "above 0%, up" : "from 0%",
			 e->value);
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
	const char *keys[CHECK_KINDS + 1] = { NULL };

	for (size_t i = 0; i < CHECK_KINDS; i++)
		keys[i] = check_info[i].key;
	complain_of_name(d, &e->at_key, "check", e->key, keys, NULL);
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
	static const struct {
		enum check_kind kind;
		double limit;
	} defaults[] = {
		{ CHECK_NOT_STARVED, 1 },	{ CHECK_NONE_REJECTED, 1 },
		{ CHECK_MAX_SPREAD, 15 },	{ CHECK_MAX_GAP, 2000.0 * MS },
		{ CHECK_SUSTAINED_SAMPLES, 5 },
	};

	*ret = (struct checks){ 0 };
	for (size_t i = 0; i < CHECK_KINDS; i++)
		ret->value[i] =
			(struct check_value){ .set = true, .off = true };
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		ret->value[defaults[i].kind] =
			(struct check_value){ .set = true,
					      .limit = defaults[i].limit };
	lay_over(sched, LAYER_SCHED, ret);
	lay_over(test, LAYER_TEST, ret);
}
