/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.c - "[step NAME]": ops in order, and how long it holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

#define MS		  1000000ULL
#define HOUR_NS		  (3600 * 1000 * MS)
#define SHARE_MAX_PERCENT 1000

const char *const op_kind_names[OP_KINDS] = {
	[OP_SET_CPUSET] = "set-cpuset",
	[OP_CLEAR_CPUSET] = "clear-cpuset",
	[OP_SWAP_CPUSETS] = "swap-cpusets",
	[OP_SET_AFFINITY] = "set-affinity",
	[OP_STOP_CGROUP] = "stop-cgroup",
	[OP_REMOVE_CGROUP] = "remove-cgroup",
	[OP_MOVE_TASKS] = "move-tasks",
};

/* What stands behind "=", for the complaint. */
static const char *const usage[OP_KINDS] = {
	[OP_SET_CPUSET] = "CGROUP CPUSET",   [OP_CLEAR_CPUSET] = "CGROUP",
	[OP_SWAP_CPUSETS] = "CGROUP CGROUP", [OP_SET_AFFINITY] = "CGROUP KIND",
	[OP_STOP_CGROUP] = "CGROUP",	     [OP_REMOVE_CGROUP] = "CGROUP",
	[OP_MOVE_TASKS] = "FROM TO",
};

static const struct planned planned[] = {
	{ "add-cgroup", "write a [cgroup NAME] section below the step" },
	{ "spawn", "write 'work' in the cgroup's section" },
	{ "spawn-host", NULL },
	{ "run-payload", NULL },
	{ "wait-payload", NULL },
	{ "kill-payload", NULL },
	{ "loop", NULL },
	{ NULL, NULL },
};

static bool find_op(const char *key, enum op_kind *ret)
{
	for (size_t i = 0; i < OP_KINDS; i++) {
		if (strcmp(op_kind_names[i], key) != 0)
			continue;
		*ret = (enum op_kind)i;
		return true;
	}
	return false;
}

static bool takes_two_words(enum op_kind kind)
{
	return kind == OP_SWAP_CPUSETS || kind == OP_MOVE_TASKS ||
	       kind == OP_SET_AFFINITY;
}

/* Read what follows the first cgroup's name. */
static int read_operand(struct op *op, const struct value_words *w,
			const struct conf_entry *e, struct diag *d)
{
	switch (op->kind) {
	case OP_SET_CPUSET:
		return cpuset_read(w, 1, &e->at_value, d, &op->cpuset);
	case OP_SET_AFFINITY:
		(void)affinity_read(w->item[1].text, &w->item[1].at, d,
				    &op->affinity);
		if (strcmp(w->item[1].text, "inherit") == 0)
			diag_add(d, &w->item[1].at,
				 "'inherit' changes nothing here; 'cross' "
				 "allows all CPUs");
		return 0;
	case OP_SWAP_CPUSETS:
	case OP_MOVE_TASKS:
		op->other = strdup(w->item[1].text);
		if (!op->other)
			return -ENOMEM;
		if (strcmp(op->cgroup, op->other) == 0)
			diag_add(d, &w->item[1].at,
				 "'%s' with itself changes nothing", e->key);
		return 0;
	default:
		return 0;
	}
}

static int read_op(struct step *s, enum op_kind kind,
		   const struct conf_entry *e, struct diag *d)
{
	auto_value_words struct value_words w = { 0 };
	struct op *grown, *op;
	size_t want = takes_two_words(kind) ? 2 : 1;

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	if (w.count < want || (kind != OP_SET_CPUSET && w.count > want)) {
		diag_add(d, w.count ? &e->at_value : &e->at_key,
			 "this is written '%s = %s'", e->key, usage[kind]);
		return 0;
	}
	grown = reallocarray(s->op, s->op_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->op = grown;
	op = &grown[s->op_count++];
	*op = (struct op){ .kind = kind,
			   .cgroup = strdup(w.item[0].text),
			   .at = e->at_value };
	if (!op->cgroup)
		return -ENOMEM;
	return read_operand(op, &w, e, d);
}

static void read_hold(struct step *s, const struct conf_entry *e,
		      struct diag *d)
{
	double percent;
	uint64_t ns;

	/* For a bad one, so that no second complaint follows from it. */
	s->hold = (struct hold){ .is_share = true, .share = 1 };
	if (strncmp(e->value, "loop", 4) == 0) {
		diag_add(d, &e->at_value, "'hold = loop' is not built yet");
		return;
	}
	if (!strchr(e->value, '%')) {
		if (read_time_at(e->value, &e->at_value, "'hold'", d, MS,
				 HOUR_NS, &ns) == 0)
			s->hold = (struct hold){ .ns = ns };
		return;
	}
	if (num_parse_percent(e->value, &percent) < 0 || percent <= 0 ||
	    percent > SHARE_MAX_PERCENT) {
		diag_add(d, &e->at_value,
			 "'hold' is a time, or a share of the duration above "
			 "0%% and up to %d%%, not '%s'",
			 SHARE_MAX_PERCENT, e->value);
		return;
	}
	s->hold.share = percent / 100;
}

static int read_entries(struct step *step, const struct conf_section *s,
			struct diag *d)
{
	const char *names[OP_KINDS + 2] = { NULL };
	const struct conf_entry *hold = NULL;
	int r = 0;

	memcpy(names, op_kind_names, sizeof(op_kind_names));
	names[OP_KINDS] = "hold";
	for (size_t i = 0; r == 0 && i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];
		enum op_kind kind;

		if (strcmp(e->key, "hold") == 0) {
			if (!is_repeated(s, i, d))
				read_hold(step, e, d);
			hold = e;
		} else if (!find_op(e->key, &kind)) {
			complain_of_name(d, &e->at_key, "key", e->key, names,
					 planned);
		} else {
			if (hold)
				diag_add(d, &e->at_key,
					 "ops run before the hold, so write "
					 "'%s' above it",
					 e->key);
			r = read_op(step, kind, e, d);
		}
	}
	return r;
}

static void check_name(const struct test *t, const struct conf_section *s,
		       struct diag *d)
{
	if (!*s->name)
		diag_add(d, &s->at, "a step needs a name: [step swap]");
	else if (!is_name(s->name, "-_."))
		diag_add(d, &s->at,
			 "'%s' is no name of a step: letters, digits, '-', "
			 "'_' and '.'",
			 s->name);
	for (size_t i = 0; *s->name && i < t->step_count; i++) {
		if (strcmp(t->step[i].name, s->name) == 0)
			diag_add(d, &s->at,
				 "a second step '%s', the first is in line %u",
				 s->name, t->step[i].at.line);
	}
}

int test_read_step(struct test *t, const struct conf_section *s, struct diag *d)
{
	struct step *grown;

	check_name(t, s, d);
	grown = reallocarray(t->step, t->step_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->step = grown;
	grown += t->step_count++;
	*grown = (struct step){ .name = strdup(s->name), .at = s->at };
	if (!grown->name)
		return -ENOMEM;
	return read_entries(grown, s, d);
}
