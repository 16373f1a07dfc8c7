/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op.c - one op of a step. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"

#define DUMP_NAME_MAX 64

#define US	1000ULL
#define MS	(1000 * US)
#define HOUR_NS (3600 * 1000 * MS)

const char *const op_kind_names[OP_KINDS] = {
	[OP_SET_CPUSET] = "set-cpuset",
	[OP_CLEAR_CPUSET] = "clear-cpuset",
	[OP_SWAP_CPUSETS] = "swap-cpusets",
	[OP_SET_AFFINITY] = "set-affinity",
	[OP_STOP_CGROUP] = "stop-cgroup",
	[OP_REMOVE_CGROUP] = "remove-cgroup",
	[OP_MOVE_TASKS] = "move-tasks",
	[OP_ADD_CGROUP] = "add-cgroup",
	[OP_SPAWN] = "spawn",
	[OP_SPAWN_HOST] = "spawn-host",
	[OP_SET_WEIGHT] = "set-weight",
	[OP_SET_MAX] = "set-max",
	[OP_SET_NICE] = "set-nice",
	[OP_SET_POLICY] = "set-policy",
	[OP_SET_UCLAMP] = "set-uclamp",
	[OP_FREEZE] = "freeze",
	[OP_THAW] = "thaw",
	[OP_OFFLINE_CPUS] = "offline-cpus",
	[OP_ONLINE_CPUS] = "online-cpus",
	[OP_WAIT] = "wait",
	[OP_RUN_PAYLOAD] = "run-payload",
	[OP_WAIT_PAYLOAD] = "wait-payload",
	[OP_KILL_PAYLOAD] = "kill-payload",
	[OP_WRITE_MAP] = "write-map",
	[OP_READ_MAP] = "read-map",
	[OP_DUMP] = "dump",
};

/* An op on its way: its words, from the first on. */
struct reading {
	struct op *op;
	const struct value_words *w;
	const struct conf_entry *e;
	struct diag *d;
};

static int read_nothing(const struct reading *r)
{
	(void)r;
	return 0;
}

static int read_cpuset(const struct reading *r)
{
	return cpuset_read(r->w, 1, &r->e->at_value, r->d, &r->op->cpuset);
}

static int read_cpus(const struct reading *r)
{
	struct cpuset_spec *spec = &r->op->cpuset;
	int error = cpuset_read(r->w, 0, &r->e->at_value, r->d, spec);

	if (spec->kind == CPUSET_EACH || spec->each)
		diag_add(r->d, &r->e->at_value,
			 "'each' is for a cgroup with 'copies'");
	else if (spec->kind == CPUSET_EXACT && CPU_ISSET(0, &spec->exact))
		diag_add(r->d, &r->e->at_value,
			 "CPU 0 can neither go off line nor come back");
	return error;
}

static int read_affinity(const struct reading *r)
{
	const struct value_word *w = &r->w->item[1];

	(void)affinity_read(w->text, &w->at, r->d, &r->op->affinity);
	if (strcmp(w->text, "inherit") == 0)
		diag_add(r->d, &w->at,
			 "'inherit' changes nothing here; 'cross' allows all "
			 "CPUs");
	return 0;
}

static int read_other(const struct reading *r)
{
	const struct value_word *w = &r->w->item[1];

	r->op->other = strdup(w->text);
	if (!r->op->other)
		return -ENOMEM;
	if (strcmp(r->op->cgroup, r->op->other) == 0)
		diag_add(r->d, &w->at, "'%s' with itself changes nothing",
			 r->e->key);
	return 0;
}

/* The value from byte @offset on is a kind of work. */
static int read_work_at(const struct reading *r, size_t offset)
{
	const char *text = r->e->value + offset;
	struct place at = place_part(&r->e->at_value, offset, strlen(text));

	if (strcmp(text, "none") == 0) {
		diag_add(r->d, &at,
			 "'none' spawns nothing; this is a kind of work, such "
			 "as cpu-spin");
		return 0;
	}
	r->op->work = calloc(1, sizeof(*r->op->work));
	return r->op->work ? work_read_text(text, &at, r->d, r->op->work)
			   : -ENOMEM;
}

static int read_spawn(const struct reading *r)
{
	return read_work_at(r, r->w->item[1].at.column - r->e->at_value.column);
}

static int read_spawn_host(const struct reading *r)
{
	return read_work_at(r, 0);
}

static int read_weight(const struct reading *r)
{
	weight_read(r->w->item[1].text, &r->w->item[1].at, r->d,
		    &r->op->weight);
	return 0;
}

static int read_max(const struct reading *r)
{
	cpu_max_read(r->w->item[1].text, &r->w->item[1].at, r->d, &r->op->max);
	return 0;
}

static int read_nice(const struct reading *r)
{
	(void)nice_read(r->w->item[1].text, &r->w->item[1].at, "a nice value",
			r->d, &r->op->nice);
	return 0;
}

static int read_policy(const struct reading *r)
{
	(void)policy_read(r->w->item[1].text, &r->w->item[1].at, r->d,
			  &r->op->policy, &r->op->priority);
	return 0;
}

static int read_uclamp(const struct reading *r)
{
	uclamp_read(&r->w->item[1], r->d, &r->op->uclamp);
	return 0;
}

static int read_wait(const struct reading *r)
{
	(void)read_time_at(r->e->value, &r->e->at_value, "'wait'", r->d,
			   10 * US, HOUR_NS, &r->op->wait_ns);
	return 0;
}

static int read_payload(const struct reading *r)
{
	r->op->payload = strdup(r->w->item[0].text);
	return r->op->payload ? 0 : -ENOMEM;
}

static int read_map(const struct reading *r)
{
	return map_op_read(r->w, r->op->kind == OP_WRITE_MAP, r->d,
			   &r->op->map);
}

static int read_dump(const struct reading *r)
{
	const struct value_word *w = &r->w->item[0];

	if (!is_name(w->text, "-_.") || strlen(w->text) > DUMP_NAME_MAX)
		diag_add(r->d, &w->at,
			 "'%s' is no name for a dump: up to %d letters, digits "
			 "and -_.",
			 w->text, DUMP_NAME_MAX);
	r->op->dump = strdup(w->text);
	return r->op->dump ? 0 : -ENOMEM;
}

#define ANY ((size_t)-1)

/* What stands behind "=": the words, the first is a cgroup but for some. */
static const struct {
	int (*read)(const struct reading *r);
	size_t min_words, max_words;
	const char *usage;
	bool no_cgroup;
} op_table[OP_KINDS] = {
	[OP_SET_CPUSET] = { read_cpuset, 1, ANY, "CGROUP CPUSET", false },
	[OP_CLEAR_CPUSET] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_SWAP_CPUSETS] = { read_other, 2, 2, "CGROUP CGROUP", false },
	[OP_SET_AFFINITY] = { read_affinity, 2, 2, "CGROUP KIND", false },
	[OP_STOP_CGROUP] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_REMOVE_CGROUP] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_MOVE_TASKS] = { read_other, 2, 2, "FROM TO", false },
	[OP_ADD_CGROUP] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_SPAWN] = { read_spawn, 2, ANY, "CGROUP TYPE option=value ...",
		       false },
	[OP_SPAWN_HOST] = { read_spawn_host, 1, ANY, "TYPE option=value ...",
			    true },
	[OP_SET_WEIGHT] = { read_weight, 2, 2, "CGROUP WEIGHT", false },
	[OP_SET_MAX] = { read_max, 2, 2, "CGROUP QUOTA/PERIOD", false },
	[OP_SET_NICE] = { read_nice, 2, 2, "CGROUP NICE", false },
	[OP_SET_POLICY] = { read_policy, 2, 2, "CGROUP POLICY", false },
	[OP_SET_UCLAMP] = { read_uclamp, 3, 3, "CGROUP MIN MAX", false },
	[OP_FREEZE] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_THAW] = { read_nothing, 1, 1, "CGROUP", false },
	[OP_OFFLINE_CPUS] = { read_cpus, 1, ANY, "CPUSET", true },
	[OP_ONLINE_CPUS] = { read_cpus, 1, ANY, "CPUSET", true },
	[OP_WAIT] = { read_wait, 1, 1, "TIME", true },
	[OP_RUN_PAYLOAD] = { read_payload, 1, 1, "PAYLOAD", true },
	[OP_WAIT_PAYLOAD] = { read_payload, 1, 1, "PAYLOAD", true },
	[OP_KILL_PAYLOAD] = { read_payload, 1, 1, "PAYLOAD", true },
	[OP_WRITE_MAP] = { read_map, 2, 3, "MAP FIELD VALUE", true },
	[OP_READ_MAP] = { read_map, 1, 5, "MAP FIELD min=N max=N is=VALUE",
			  true },
	[OP_DUMP] = { read_dump, 1, 1, "NAME", true },
};

const char *op_usage(enum op_kind kind)
{
	return op_table[kind].usage;
}

int op_read(struct step *s, enum op_kind kind, const struct conf_entry *e,
	    struct diag *d)
{
	auto_value_words struct value_words w = { 0 };
	struct op *grown, *op;

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	if (w.count < op_table[kind].min_words ||
	    w.count > op_table[kind].max_words) {
		diag_add(d, w.count ? &e->at_value : &e->at_key,
			 "this is written '%s = %s'", e->key,
			 op_table[kind].usage);
		return 0;
	}
	grown = reallocarray(s->op, s->op_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->op = grown;
	op = &grown[s->op_count++];
	*op = (struct op){ .kind = kind, .weight = 100, .at = e->at_value };
	if (!op_table[kind].no_cgroup) {
		op->cgroup = strdup(w.item[0].text);
		if (!op->cgroup)
			return -ENOMEM;
	}
	return op_table[kind].read(
		&(struct reading){ .op = op, .w = &w, .e = e, .d = d });
}

bool op_is_of_scheduler(const struct op *op)
{
	return op->map.map || op->kind == OP_DUMP;
}

const struct op *test_scheduler_op(const struct test *t)
{
	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t k = 0; k < t->step[i].op_count; k++) {
			if (op_is_of_scheduler(&t->step[i].op[k]))
				return &t->step[i].op[k];
		}
	}
	return NULL;
}

bool test_wants_dumps(const struct test *t)
{
	bool any = t->exit_dump;

	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t k = 0; k < t->step[i].op_count; k++)
			any |= t->step[i].op[k].kind == OP_DUMP;
	}
	return any;
}

void op_done(struct op *op)
{
	if (op->work)
		work_done(op->work);
	free(op->cgroup);
	free(op->other);
	free(op->payload);
	free(op->dump);
	map_op_done(&op->map);
	free(op->work);
	*op = (struct op){ 0 };
}
