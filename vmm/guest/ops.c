/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/ops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

/* CPUs of all groups that @name means. */
static bool add_cpus(struct scenario *s, const char *name, cpu_set_t *ret)
{
	const struct group *g;
	bool any = false;
	size_t at = 0;

	CPU_ZERO(ret);
	while ((g = scenario_next(s, name, &at))) {
		CPU_OR(ret, ret, &g->cpus);
		any = true;
	}
	return any;
}

static void send_event(struct scenario *s, const struct op *op,
		       const struct str *in_force)
{
	const struct lever *lever = levers_find(&s->levers, op);
	struct str out = { 0 };
	cpu_set_t cpus;

	/* What is wrong is told once, however late. */
	if (s->quiet && !(lever && lever->failed && lever->failures == 1))
		return;
	json_open(&out, "event");
	json_text(&out, "what", "op");
	json_text(&out, "name", op_kind_names[op->kind]);
	json_number(&out, "at_ns", clock_now_ns());
	if (op->cgroup) {
		json_text(&out, "cgroup", op->cgroup);
		if (add_cpus(s, op->cgroup, &cpus))
			json_cpus(&out, "cpus", &cpus);
	}
	if (op->other) {
		json_text(&out, "other", op->other);
		if (add_cpus(s, op->other, &cpus))
			json_cpus(&out, "other_cpus", &cpus);
	}
	if (lever)
		lever_tell(lever, &out);
	if (op->dump)
		json_text(&out, "dump", op->dump);
	if (in_force->len)
		json_text(&out, "in_force", str_text(in_force));
	channel_send(s->watch->channel, &out);
}

/* Workers that run in the cgroup of that name itself. */
static bool is_in(const struct worker *w, const void *name)
{
	int copy;

	return w->started && !w->over && w->group &&
	       cgroup_def_is(w->group->def, name, &copy) &&
	       (copy < 0 || w->group->copy == (unsigned int)copy);
}

int ops_crew(struct scenario *s, const char *name, struct crew *ret,
	     struct why *reterr_why)
{
	int r = scenario_crew(s, is_in, name, ret);

	return r < 0 ? why_set(reterr_why, r, "out of memory") : 0;
}

void ops_close_segments(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		crew_segment_close(c->member[i]);
}

void ops_open_segments(struct scenario *s, struct crew *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (!ops_is_frozen(s, c->member[i]->group))
			crew_segment_open(c->member[i]);
	}
}

bool ops_is_frozen(const struct scenario *s, const struct group *g)
{
	for (size_t i = 0; g && i < s->group_count; i++) {
		const struct group *up = &s->group[i];

		if (up->exists && up->frozen && group_is_below(g, up))
			return true;
	}
	return false;
}

static op_run op_wait;

static int op_wait(struct scenario *s, const struct op *op,
		   struct str *in_force, struct why *reterr_why)
{
	(void)in_force;
	(void)reterr_why;
	(void)scenario_hold(s, op->wait_ns);
	return 0;
}

int scenario_op(struct scenario *s, const struct op *op, struct why *reterr_why)
{
	static op_run *const run[OP_KINDS] = {
		[OP_SET_CPUSET] = op_set_cpuset,
		[OP_CLEAR_CPUSET] = op_clear_cpuset,
		[OP_SWAP_CPUSETS] = op_swap_cpusets,
		[OP_SET_AFFINITY] = op_set_affinity,
		[OP_STOP_CGROUP] = op_stop_cgroup,
		[OP_REMOVE_CGROUP] = op_remove_cgroup,
		[OP_MOVE_TASKS] = op_move_tasks,
		[OP_ADD_CGROUP] = op_add_cgroup,
		[OP_SPAWN] = op_spawn,
		[OP_SPAWN_HOST] = op_spawn_host,
		[OP_SET_WEIGHT] = op_set_weight,
		[OP_SET_MAX] = op_set_max,
		[OP_SET_NICE] = op_set_nice,
		[OP_SET_POLICY] = op_set_policy,
		[OP_SET_UCLAMP] = op_set_uclamp,
		[OP_FREEZE] = op_freezer,
		[OP_THAW] = op_freezer,
		[OP_OFFLINE_CPUS] = op_hotplug,
		[OP_ONLINE_CPUS] = op_hotplug,
		[OP_WAIT] = op_wait,
		[OP_RUN_PAYLOAD] = op_payload,
		[OP_WAIT_PAYLOAD] = op_payload,
		[OP_KILL_PAYLOAD] = op_payload,
		[OP_WRITE_MAP] = op_map,
		[OP_READ_MAP] = op_map,
		[OP_DUMP] = op_dump,
	};
	auto_str struct str in_force = { 0 };
	int r = run[op->kind](s, op, &in_force, reterr_why);

	if (r == 0)
		send_event(s, op, &in_force);
	return r;
}
