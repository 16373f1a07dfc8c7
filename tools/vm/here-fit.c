/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/here-fit.h"

#include <fcntl.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/hosttopo.h"
#include "tools/lib/msg.h"

static unsigned int nodes_with_cpus(const struct hosttopo *h)
{
	unsigned int n = 0;

	for (unsigned int node = 0; node < h->node_limit; node++) {
		bool has = false;

		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			has |= CPU_ISSET(cpu, &h->online) &&
			       h->cpu_node[cpu] == node;
		n += has;
	}
	return n ? n : 1;
}

static bool has_smt(const struct hosttopo *h)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &h->online) &&
		    h->cpu_core[cpu] != (unsigned int)cpu)
			return true;
	}
	return false;
}

static void check_count(const struct test *t, const char *what,
			unsigned int have, unsigned int min, bool has_max,
			unsigned int max)
{
	if (have < min)
		die(EX_SKIP, "test '%s' wants %u %s at least, this host has %u",
		    t->name, min, what, have);
	if (has_max && have > max)
		die(EX_SKIP, "test '%s' wants %u %s at most, this host has %u",
		    t->name, max, what, have);
}

static void check_shape(const struct test *t, struct str *ret_shape)
{
	auto_fd int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct hosttopo h;
	struct why why;

	if (hosttopo_read(root, &h, &why) < 0)
		die(why_code(why.error, EX_SKIP), "host: %s", why.text);
	unsigned int cpus = (unsigned int)CPU_COUNT(&h.online);
	unsigned int nodes = nodes_with_cpus(&h);
	check_count(t, "CPUs", cpus, t->min_cpus, t->has_max_cpus, t->max_cpus);
	check_count(t, "LLCs", h.llc_count, t->min_llcs, t->has_max_llcs,
		    t->max_llcs);
	check_count(t, "nodes", nodes, t->min_nodes, t->has_max_nodes,
		    t->max_nodes);
	if (t->requires_smt && !has_smt(&h))
		die(EX_SKIP,
		    "test '%s' wants two threads per core, this host has one",
		    t->name);
	str_addf(ret_shape, "%u CPU%s, %u LLC%s, %u node%s", cpus,
		 cpus == 1 ? "" : "s", h.llc_count, h.llc_count == 1 ? "" : "s",
		 nodes, nodes == 1 ? "" : "s");
	hosttopo_done(&h);
}

static void check_ops(const struct test *t)
{
	const struct work *w;

	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t k = 0; k < t->step[i].op_count; k++) {
			enum op_kind kind = t->step[i].op[k].kind;

			if (kind == OP_OFFLINE_CPUS || kind == OP_ONLINE_CPUS)
				die(EX_SKIP,
				    "test '%s' has op '%s': CPUs of the host "
				    "are not taken from its other work; "
				    "ktstr-vm run plays it in a machine",
				    t->name, op_kind_names[kind]);
			if (op_is_of_scheduler(&t->step[i].op[k]))
				die(EX_SKIP,
				    "test '%s' has op '%s': the host's own "
				    "scheduler is left alone; ktstr-vm run "
				    "plays it in a machine",
				    t->name, op_kind_names[kind]);
		}
	}
	if (t->payload_count)
		die(EX_SKIP,
		    "test '%s' has payloads, which are not built for the host; "
		    "ktstr-vm run plays it in a machine",
		    t->name);
	for (size_t i = 0; (w = test_work(t, i)); i++) {
		if (w->program)
			die(EX_SKIP,
			    "test '%s' runs programs (work = exec), which is "
			    "not built for the host; ktstr-vm run plays it in "
			    "a machine",
			    t->name);
	}
}

static void check_scheduler(const struct test *t, const struct scx *scx)
{
	const char *name = scx_is_attached(scx) ? scx->ops : "none";

	if (t->scheduler && strcmp(t->scheduler, name) != 0)
		die(EX_SKIP,
		    "test '%s' is for scheduler '%s', and in charge is '%s'",
		    t->name, t->scheduler, name);
	if (t->required_flags && *t->required_flags)
		die(EX_SKIP,
		    "test '%s' requires flag '%s', and nobody knows the flags "
		    "of a scheduler that runs already",
		    t->name, *t->required_flags);
}

/* What is done to a guest and not to a machine that has other work. */
static void check_tuning(const struct test *t)
{
	const char *key = t->tuning.kargs	 ? "kargs"
			  : t->tuning.file_count ? "include-files"
			  : t->watchdog_ns	 ? "watchdog"
			  : t->cleanup_ns	 ? "cleanup-budget"
			  : t->verifier		 ? "verifier"
						 : NULL;

	if (checks_want_monitor(&t->check) || t->monitor)
		die(EX_SKIP,
		    "test '%s' needs the monitor, which reads a machine of "
		    "ours; ktstr-vm run plays it in one",
		    t->name);
	if (key)
		die(EX_SKIP,
		    "test '%s' has '%s', which is for machines of ours; "
		    "ktstr-vm run plays it in one",
		    t->name, key);
}

void here_fit(const struct test *t, const struct scx *scx,
	      struct str *ret_shape)
{
	check_scheduler(t, scx);
	check_ops(t);
	check_tuning(t);
	check_shape(t, ret_shape);
}
