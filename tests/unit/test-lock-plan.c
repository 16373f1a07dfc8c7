/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans for the machines of tests/data: the rows of tests/golden/lock/plans. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lock/plan.h"

#define COLUMNS 9

extern char **environ;

enum column {
	MACHINE,
	ALLOWED,
	MEMS,
	WANTED,
	HELD,
	LLCS,
	CPUS,
	NODES,
	MORE,
};

/* A machine that was read, kept for the next row. */
static struct {
	char name[64];
	struct hosttopo host;
} machine;

static const char *top(void)
{
	const char *dir = getenv("KTSTR_TOP");

	return dir ? dir : ".";
}

/* Have tests/machine.bash write machine @name to @folder. */
static void compose(const char *name, const char *folder)
{
	char script[4096];
	char *const argv[] = { (char *)"bash", script, (char *)name,
			       (char *)folder, NULL };
	int status = -1;
	pid_t pid;

	snprintf(script, sizeof(script), "%s/tests/machine.bash", top());
	CHECK_INT(posix_spawnp(&pid, "bash", NULL, NULL, argv, environ), 0);
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
}

static const struct hosttopo *read_machine(const char *name)
{
	char path[4096], folder[] = "/tmp/test-lock-plan.XXXXXX";
	struct why why = { 0 };
	int root;

	if (strcmp(machine.name, name) == 0)
		return &machine.host;
	hosttopo_done(&machine.host);
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/tests/data/%s", top(), name);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		compose(name, folder);
		root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	CHECK_INT(hosttopo_read(root, &machine.host, &why), 0);
	close(root);
	CHECK_INT(file_remove_tree(folder), 0);
	snprintf(machine.name, sizeof(machine.name), "%s", name);
	return &machine.host;
}

static cpu_set_t set_of(const char *list)
{
	size_t at = 0;
	cpu_set_t set;

	if (strcmp(list, "all") == 0)
		memset(&set, 0xff, sizeof(set));
	else
		CHECK_INT(cpulist_parse(list, &set, &at), 0);
	return set;
}

static void read_wanted(const char *text, struct plan_input *in)
{
	struct why why;
	char word[16], value[32] = "";

	CHECK(sscanf(text, "%15s %31s", word, value) >= 1);
	in->target = (unsigned int)strtoul(value, NULL, 10);
	if (strcmp(word, "default") == 0)
		in->target = plan_default_target(
			(unsigned int)CPU_COUNT(&in->allowed));
	else if (strcmp(word, "window") == 0)
		in->kind = PLAN_WINDOW;
	else if (strcmp(word, "guest") == 0)
		in->kind = PLAN_EXCLUSIVE;
	else
		CHECK_INT(strcmp(word, "cap"), 0);
	if (in->kind == PLAN_EXCLUSIVE)
		CHECK_INT(topology_parse(value, &in->guest, &why), 0);
}

static void read_llc(const struct hosttopo *h, const char *word,
		     struct llc_state *state)
{
	unsigned int id, count, i = 0;
	char kind = ' ';

	CHECK(sscanf(word, "llc%u=%u%c", &id, &count, &kind) >= 2);
	while (i < h->llc_count && h->llc[i].id != id)
		i++;
	CHECK(i < h->llc_count);
	state[i].holders = count;
	state[i].exclusive = kind == 'x';
}

static void read_held(char *text, struct plan_input *in,
		      struct llc_state *state, unsigned int *users)
{
	char *word;

	while ((word = strsep(&text, " "))) {
		unsigned int cpu, count;

		if (sscanf(word, "cpu%u=%u", &cpu, &count) == 2)
			users[cpu] = count;
		else if (strncmp(word, "win", 3) == 0)
			in->windowed = set_of(word + 3);
		else if (*word)
			read_llc(in->host, word, state);
	}
}

static void add_set(struct str *out, const char *before, const cpu_set_t *set)
{
	if (CPU_COUNT(set) == 0)
		return;
	str_add(out, before);
	cpulist_format(out, set);
}

/* A plan, as the columns from LLCs on have it. */
static void format_plan(struct str *out, const struct plan *plan)
{
	cpulist_format(out, &plan->llcs);
	str_add(out, " | ");
	cpulist_format(out, &plan->cpus);
	str_add(out, " | ");
	cpulist_format(out, &plan->mems);
	if (plan->kind != PLAN_EXCLUSIVE)
		return;
	add_set(out, " | alone ", &plan->alone);
	for (unsigned int i = 0; i < plan->vcpus; i++)
		str_addf(out, "%s%u", i ? "," : " vcpus ", plan->vcpu[i]);
	str_addf(out, " service %u%s", plan->service,
		 plan->unmapped ? " unmapped" : "");
}

static void format_result(struct str *out, int r, const struct plan *plan,
			  const struct blocked *blocked, const struct why *why)
{
	switch (r) {
	case 0:
		format_plan(out, plan);
		break;
	case -EWOULDBLOCK:
		str_add(out, "busy:");
		add_set(out, " llcs ", &blocked->llcs);
		add_set(out, " cpus ", &blocked->cpus);
		break;
	case -ERANGE:
		str_addf(out, "never: %s", why->text);
		break;
	case -ENODEV:
		str_addf(out, "none: %s", why->text);
		break;
	default:
		str_addf(out, "error %d", r);
	}
}

/* The columns from LLCs on in the same form: lists without needless ranges. */
static void format_wanted(struct str *out, char *const *column, int count)
{
	for (int i = LLCS; i < count; i++) {
		bool list = count > CPUS && i <= NODES;

		str_add(out, i > LLCS ? " | " : "");
		if (list) {
			cpu_set_t set = set_of(column[i]);

			cpulist_format(out, &set);
		} else {
			str_add(out, column[i]);
		}
	}
}

static bool check_row(char **column, int count)
{
	static struct llc_state state[CPU_SETSIZE];
	static unsigned int users[CPU_SETSIZE];
	struct plan_input in = { .llc = state, .users = users };
	auto_str struct str have = { 0 }, want = { 0 };
	struct blocked blocked = { 0 };
	struct why why = { 0 };
	struct plan plan;
	size_t len;
	int r;

	memset(state, 0, sizeof(state));
	memset(users, 0, sizeof(users));
	in.host = read_machine(column[MACHINE]);
	in.allowed = set_of(column[ALLOWED]);
	in.mems = set_of(column[MEMS]);
	CPU_AND(&in.allowed, &in.allowed, &in.host->online);
	read_wanted(column[WANTED], &in);
	read_held(column[HELD], &in, state, users);
	r = plan_make(&in, &plan, &blocked, &why);
	format_result(&have, r, &plan, &blocked, &why);
	format_wanted(&want, column, count);
	/* Of a reason the beginning will do. */
	len = r == -ERANGE || r == -ENODEV ? want.len : have.len + 1;
	if (strncmp(str_text(&have), str_text(&want), len) == 0)
		return true;
	printf("#   want %s\n#   have %s\n", str_text(&want), str_text(&have));
	return false;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return text;
}

TEST(golden_vectors)
{
	auto_free char *text = NULL;
	int rows = 0, wrong = 0, number = 0;
	char path[4096], *rest, *line;

	alarm(60); /* machines are written to a disk that may be busy */
	snprintf(path, sizeof(path), "%s/tests/golden/lock/plans", top());
	CHECK(file_read_at(AT_FDCWD, path, 1 << 20, &text) > 0);
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		char *column[COLUMNS], *cell;
		int count = 0;

		number++;
		if (*line == '#' || *line == '\0')
			continue;
		while (count < COLUMNS && (cell = strsep(&line, "|")))
			column[count++] = trim(cell);
		CHECK(!line && count > LLCS);
		rows++;
		if (check_row(column, count))
			continue;
		printf("#   line %d, machine %s, %s\n", number, column[MACHINE],
		       column[WANTED]);
		wrong++;
	}
	hosttopo_done(&machine.host);
	printf("# %d rows\n", rows);
	CHECK(rows >= 40);
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

TEST(a_folder_without_sysfs_is_an_error)
{
	struct why why = { 0 };
	struct hosttopo host;
	int root = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK_INT(hosttopo_read(root, &host, &why), -ENOENT);
	CHECK(strstr(why.text, "sys/devices/system/cpu/online"));
	close(root);
}
