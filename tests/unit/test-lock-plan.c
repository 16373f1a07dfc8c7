/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans for the machines of tests/data: golden vectors. */
#include <errno.h>
#include <fcntl.h>

#include "tests/unit/t.h"
#include "tools/lib/cpulist.h"
#include "tools/lock/plan.h"

/**
 * struct vector - what is known, and the plan that must come out
 * @machine:  folder below tests/data
 * @allowed:  CPUs; NULL: all
 * @mems:     nodes; NULL: all
 * @target:   CPUs wanted, 0: the default
 * @holders:  "id=count", a blank between; "x" behind it: exclusive
 * @users:    "cpu=count", a blank between
 * @llcs, @cpus, @nodes: the plan
 */
struct vector {
	const char *machine, *allowed, *mems;
	unsigned int target;
	const char *holders, *users;
	const char *llcs, *cpus, *nodes;
};

static const struct vector vectors[] = {
	/* machine, allowed, mems, target, holders, users -> llcs, cpus, nodes
	 */
	{ "1cpu", 0, 0, 0, "", "", "0", "0", "0" },
	{ "1cpu", 0, 0, 1, "0=3", "0=3", "0", "0", "0" },
	{ "2cpu-vm", 0, 0, 0, "", "", "0", "0-1", "0" },
	{ "2cpu-vm", 0, 0, 1, "", "", "0", "0", "0" },
	/* the CPU with fewer users */
	{ "2cpu-vm", 0, 0, 1, "0=1", "0=1", "0", "1", "0" },
	{ "2cpu-vm", 0, 0, 1, "0=3", "0=1 1=2", "0", "0", "0" },
	{ "2cpu-vm", "1", 0, 0, "", "", "0", "1", "0" },
	/* one thread of each core before the second ones */
	{ "smt8", 0, 0, 0, "", "", "0", "0-3", "0" },
	{ "smt8", 0, 0, 6, "", "", "0", "0-5", "0" },
	{ "smt8", 0, 0, 2, "0=1", "0=1 5=1", "0", "2-3", "0" },
	{ "smt8", 0, 0, 4, "0=1", "0=1 1=1 2=1 3=1", "0", "4-7", "0" },
	/* 30 % of 16 is 5: an LLC, and a part of the next */
	{ "4llc", 0, 0, 0, "", "", "0,4", "0-4", "0" },
	{ "4llc", 0, 0, 16, "", "", "0,4,8,12", "0-15", "0" },
	/* gather where somebody is and there is room; more holders first */
	{ "4llc", 0, 0, 2, "8=1", "8=1 9=1", "8", "10-11", "0" },
	{ "4llc", 0, 0, 1, "4=1 8=2", "4=1 8=1 9=1", "8", "10", "0" },
	{ "4llc", 0, 0, 1, "4=2 8=2", "", "4", "4", "0" },
	/* no room there: an unused one, before a crowded one */
	{ "4llc", 0, 0, 3, "0=1", "0=1 1=1", "4", "4-6", "0" },
	{ "4llc", 0, 0, 4, "0=1 4=1 8=2 12=1",
	  "0=1 1=1 4=1 8=1 9=1 10=1 12=1 13=1", "4", "4-7", "0" },
	/* alone is alone, unless there are too few without it */
	{ "4llc", 0, 0, 4, "0=1x", "", "4", "4-7", "0" },
	{ "4llc", 0, 0, 14, "0=1x", "", "0,4,8,12", "0-1,4-15", "0" },
	{ "4llc", "2-5", 0, 4, "", "", "0,4", "2-5", "0" },
	{ "4llc", "2-5", 0, 3, "", "", "0,4", "2-4", "0" },
	/* the rest of the anchor's node before the other node */
	{ "2node", 0, 0, 8, "8=1", "", "8,12", "8-15", "1" },
	{ "2node", 0, 0, 10, "12=1", "", "0,8,12", "0-1,8-15", "0-1" },
	{ "2node", "6-9", 0, 3, "8=1", "", "4,8", "6,8-9", "0-1" },
	/* spill by distance: from 0 to 2, 1; 3 is out of reach */
	{ "4node", 0, 0, 4, "", "", "0,4", "0-1,4-5", "0,2" },
	{ "4node", 0, 0, 6, "", "", "0,2,4", "0-5", "0-2" },
	{ "4node", 0, 0, 7, "", "", "0,2,4,6", "0-6", "0-3" },
	{ "4node", 0, 0, 6, "6=1", "", "2,4,6", "2-7", "1-3" },
	/* the memory nearest to node 1, which has none, is that of node 0 */
	{ "memory-only-node", 0, 0, 4, "4=1", "", "4", "4-7", "0" },
	{ "memory-only-node", 0, "2", 4, "", "", "0", "0-3", "2" },
	{ "memory-only-node", 0, 0, 8, "", "", "0,4", "0-7", "0" },
	{ "no-cache-ids", 0, 0, 4, "2=1", "", "2", "2-3,6-7", "0" },
	{ "no-cache-ids", 0, 0, 2, "", "", "0", "0-1", "0" },
	{ "no-caches", 0, 0, 2, "2=1", "", "2", "2-3", "0" },
	{ "no-caches", 0, 0, 3, "", "", "0,2", "0-2", "0" },
	{ "offline-holes", 0, 0, 0, "", "", "1,4", "1,3-5", "0" },
	{ "offline-holes", 0, 0, 2, "4=1", "5=1", "4", "4,7", "0" },
	{ "hybrid", 0, 0, 2, "4=1", "", "4", "4-5", "0" },
	{ "hybrid", 0, 0, 5, "", "", "0,4", "0-4", "0" },
};

static int open_machine(const char *name)
{
	const char *top = getenv("KTSTR_TOP");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/data/%s", top ? top : ".", name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static cpu_set_t set_of(const char *list)
{
	size_t at = 0;
	cpu_set_t set;

	if (!list)
		memset(&set, 0xff, sizeof(set));
	else
		CHECK_INT(cpulist_parse(list, &set, &at), 0);
	return set;
}

static struct llc_state *find_llc(const struct hosttopo *h,
				  struct llc_state *state, unsigned int id)
{
	for (unsigned int i = 0; i < h->llc_count; i++) {
		if (h->llc[i].id == id)
			return &state[i];
	}
	CHECK(!"an LLC of that id");
	return NULL;
}

static void read_holders(const struct hosttopo *h, const char *text,
			 struct llc_state *state)
{
	unsigned int id, count;
	int n;

	while (sscanf(text, "%u=%u%n", &id, &count, &n) == 2) {
		struct llc_state *llc = find_llc(h, state, id);

		text += n;
		llc->holders = count;
		llc->exclusive = *text == 'x';
		text += *text == 'x';
	}
	CHECK(*text == '\0');
}

static void read_users(const char *text, unsigned int *users)
{
	unsigned int cpu, count;
	int n;

	while (sscanf(text, "%u=%u%n", &cpu, &count, &n) == 2) {
		users[cpu] = count;
		text += n;
	}
	CHECK(*text == '\0');
}

static bool same(const char *what, const cpu_set_t *have, const char *want)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, have);
	if (strcmp(str_text(&text), want) == 0)
		return true;
	printf("#   %s are '%s', not '%s'\n", what, str_text(&text), want);
	return false;
}

static bool check_vector(const struct vector *v)
{
	struct llc_state state[64] = { 0 };
	unsigned int users[CPU_SETSIZE] = { 0 };
	struct plan_input in = { .llc = state, .users = users };
	int root = open_machine(v->machine);
	struct hosttopo host;
	struct why why = { 0 };
	struct plan plan;
	bool good;

	CHECK(root >= 0);
	CHECK_INT(hosttopo_read(root, &host, &why), 0);
	close(root);
	in.host = &host;
	in.allowed = set_of(v->allowed);
	in.mems = set_of(v->mems);
	CPU_AND(&in.allowed, &in.allowed, &host.online);
	in.target = v->target ? v->target
			      : plan_default_target(
					(unsigned int)CPU_COUNT(&in.allowed));
	read_holders(&host, v->holders, state);
	read_users(v->users, users);
	CHECK_INT(plan_make(&in, &plan, &why), 0);
	good = same("LLCs", &plan.llcs, v->llcs);
	good = same("CPUs", &plan.cpus, v->cpus) && good;
	good = same("nodes", &plan.mems, v->nodes) && good;
	hosttopo_done(&host);
	return good;
}

TEST(golden_vectors)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		if (check_vector(&vectors[i]))
			continue;
		printf("#   vector %zu, machine %s\n", i, vectors[i].machine);
		wrong++;
	}
	CHECK_INT(wrong, 0);
}

TEST(default_target_is_at_least_four_or_all)
{
	CHECK_INT(plan_default_target(1), 1);
	CHECK_INT(plan_default_target(3), 3);
	CHECK_INT(plan_default_target(4), 4);
	CHECK_INT(plan_default_target(13), 4);
	CHECK_INT(plan_default_target(14), 5);
	CHECK_INT(plan_default_target(100), 30);
	CHECK_INT(plan_default_target(101), 31);
}

TEST(no_allowed_cpu_is_an_error)
{
	struct llc_state state[64] = { 0 };
	unsigned int users[CPU_SETSIZE] = { 0 };
	struct plan_input in = { .llc = state, .users = users, .target = 1 };
	int root = open_machine("4llc");
	struct why why = { 0 };
	struct hosttopo host;
	struct plan plan;

	CHECK_INT(hosttopo_read(root, &host, &why), 0);
	in.host = &host;
	CPU_SET(99, &in.allowed);
	CHECK_INT(plan_make(&in, &plan, &why), -ENODEV);
	CHECK(*why.text);
	hosttopo_done(&host);
	close(root);
}

TEST(a_folder_without_sysfs_is_an_error)
{
	struct why why = { 0 };
	struct hosttopo host;
	int root = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK_INT(hosttopo_read(root, &host, &why), -ENOENT);
	CHECK(strstr(why.text, "sys/devices/system/cpu/online"));
	close(root);
}
