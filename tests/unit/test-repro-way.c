/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A story gets its source lines: of what was watched, and of the backtrace. */
#include "tools/vm/repro-lines.h"

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "vmm/symbols.h"

static char folder[] = "/tmp/test-repro-way.XXXXXX", vmlinux[64];

static void build(const char *options)
{
	char command[256];
	int status = -1;
	pid_t pid;

	CHECK(mkdtemp(folder));
	snprintf(vmlinux, sizeof(vmlinux), "%s/vmlinux", folder);
	snprintf(command, sizeof(command),
		 "cd %s && printf 'int main(void)\\n{\\n\\treturn 0;\\n}\\n' "
		 ">a.c && ${CC:-cc} -O0 %s -fno-pie -no-pie -o vmlinux a.c",
		 folder, options);
	pid = fork();
	if (pid == 0) {
		execlp("sh", "sh", "-ec", command, NULL);
		_exit(127);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

static struct facts facts;
static struct repro_plan plan;

/* What the report has of lines, for a log whose failure has @count lines of a
 * backtrace behind it. */
static const char *way(size_t count, struct repro_story *s)
{
	static const char *const log[] = {
		"sched_ext: BPF scheduler \"zoo\" disabled (runtime error)",
		"sched_ext: zoo: non-existent DSQ 0x4d for busy[71]",
		"   main+0x1/0x10",
		"   nowhere+0x1/0x10\033[2J",
	};
	static const char *const names[] = { "main", NULL };
	const char *name;
	struct why why;

	facts.kmsg = json_array();
	for (size_t i = 0; i < 2 + count; i++)
		json_array_append_new(facts.kmsg,
				      json_pack("{ss sI}", "text",
						log[i < 3 ? i : 3], "at_ns",
						(json_int_t)1));
	json_array_append_new(facts.kmsg,
			      json_pack("{ss}", "text", "sched_ext: ended"));
	*s = (struct repro_story){ 0 };
	repro_read_run(&facts, "scx-error", &s->first);
	plan.count = 2;
	plan.named[1].is_member = true;
	CHECK_INT(
		symbols_find(vmlinux, names, &plan.function[0].at, &name, &why),
		0);
	plan.function[1].at = plan.function[0].at;
	repro_lines_tell(vmlinux, &plan, s);
	return str_text(&s->way);
}

static void done(struct repro_story *s)
{
	str_done(&s->way);
	json_decref(facts.kmsg);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(functions_and_the_backtrace_have_their_lines)
{
	struct repro_story s;

	build("-g");
	CHECK(strcmp(way(2, &s), "--- the backtrace of the first run ---\n"
				 "   main+0x1/0x10  a.c:2\n"
				 "   nowhere+0x1/0x10?[2J\n"
				 "\n") == 0);
	CHECK(strcmp(plan.named[0].source, "a.c:2") == 0);
	CHECK(strcmp(plan.named[1].source, "") == 0);
	done(&s);
}

TEST(a_failure_without_a_backtrace_has_none)
{
	struct repro_story s;

	build("-g");
	CHECK(strcmp(way(0, &s), "") == 0);
	done(&s);
}

TEST(a_backtrace_has_an_end)
{
	struct repro_story s;
	size_t lines = 0;

	build("-g");
	for (const char *c = way(1000, &s); *c; c++)
		lines += *c == '\n';
	CHECK_INT(lines, 66);
	done(&s);
}

TEST(why_there_are_none_is_told_once)
{
	struct repro_story s;
	char want[256];

	build("");
	snprintf(want, sizeof(want),
		 "no source lines: '%s' has no debugging information\n\n",
		 vmlinux);
	CHECK(strcmp(way(2, &s), want) == 0);
	CHECK(strcmp(plan.named[0].source, "") == 0);
	done(&s);
}
