/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What declarations and tests say of the guest, beside what runs in it. */
#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/spec/profile.h"
#include "tools/lib/words.h"

static void parse_sched(const char *text, struct sched *ret)
{
	struct diag d = { 0 };

	CHECK_INT(sched_parse("f.sched", text, &d, ret), 0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
	diag_done(&d);
}

static void parse_test(const char *text, struct test *ret)
{
	struct diag d = { 0 };

	CHECK_INT(test_parse("f.test", text, &d, ret), 0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
	diag_done(&d);
}

/* The first complaint about a declaration with @line. */
static bool refuses(const char *line, const char *want)
{
	auto_str struct str text = { 0 };
	struct diag d = { 0 };
	struct sched s;
	bool seen;

	str_addf(&text, "[scheduler]\nbinary = x\n%s\n", line);
	CHECK_INT(sched_parse("f.sched", str_text(&text), &d, &s), 0);
	seen = d.count && strstr(str_text(&d.out), want);
	if (!seen)
		printf("# %s: %s\n", line, str_text(&d.out));
	sched_done(&s);
	diag_done(&d);
	return seen;
}

TEST(sysctls_are_read_tidily)
{
	struct sched s;
	auto_str struct str path = { 0 }, slashes = { 0 };

	parse_sched("[scheduler]\nbinary = x\n"
		    "sysctl = kernel.sched_x = 1  2\n"
		    "sysctl = net/ipv4/conf/eth0.1/x=3\n",
		    &s);
	CHECK_INT(s.tuning.sysctl_count, 2);
	CHECK(strcmp(s.tuning.sysctl[0].name, "kernel.sched_x") == 0);
	CHECK(strcmp(s.tuning.sysctl[0].value, "1 2") == 0);
	sysctl_path(s.tuning.sysctl[0].name, &path);
	CHECK(strcmp(str_text(&path), "/proc/sys/kernel/sched_x") == 0);
	sysctl_path(s.tuning.sysctl[1].name, &slashes);
	CHECK(strcmp(str_text(&slashes), "/proc/sys/net/ipv4/conf/eth0.1/x") ==
	      0);
	sched_done(&s);
}

TEST(what_ktstr_needs_is_not_changed)
{
	CHECK(refuses("sysctl = kernel.panic=1", "is not to be changed"));
	CHECK(refuses("sysctl = kernel/panic=1", "is not to be changed"));
	CHECK(!refuses("sysctl = kernel.panic_print=1", "not to be changed"));
	CHECK(refuses("sysctl = kernel..x=1", "is NAME=VALUE"));
	CHECK(refuses("sysctl = /kernel.x=1", "is NAME=VALUE"));
	CHECK(refuses("sysctl = kernel.x=", "is NAME=VALUE"));
	CHECK(refuses("kargs = lpj=1", "'lpj' is not to be set"));
	CHECK(refuses("kargs = no-timer-check", "is not to be set"));
	CHECK(refuses("kargs = ktstr_anything=1", "is not to be set"));
	CHECK(refuses("kargs = sysctl.kernel.x=1", "write it as 'sysctl"));
	CHECK(refuses("kargs = --", "is not to be set"));
	CHECK(!refuses("kargs = numa_balancing=enable", "not to be set"));
	CHECK(!refuses("kargs = lpjx=1 isolcpus=1", "not to be set"));
	CHECK(refuses("kargs = 'a b'", "has a blank or a quote"));
}

TEST(arguments_come_in_order)
{
	struct sched s;
	struct test t;
	struct profile p;
	struct why why;
	auto_words char **words = NULL;
	static const char *const want[] = {
		"--config", "/include-files/c.json",
		"-g",	    "/app.slice",
		"-a",	    "-t",
		"-f",
	};

	parse_sched("[scheduler]\nbinary = x\nargs = -a\n"
		    "config-file = etc/c.json\n"
		    "cgroup-parent = /app.slice\ncgroup-option = -g\n"
		    "[flag f]\nargs = -f\n",
		    &s);
	parse_test("[test]\nargs = -t\n[cgroup a]\n", &t);
	CHECK_INT(profile_parse(&s, "f", &p, &why), 0);
	CHECK_INT(profile_args(&s, &t, &p, &words), 0);
	CHECK_INT(words_count(words), 7);
	for (size_t i = 0; i < 7; i++)
		CHECK(strcmp(words[i], want[i]) == 0);
	profile_done(&p);
	test_done(&t);
	sched_done(&s);
}

TEST(an_option_may_be_none)
{
	struct sched s;
	struct profile p;
	struct why why;
	auto_words char **words = NULL;

	parse_sched("[scheduler]\nbinary = x\nconfig-file = c\n"
		    "config-option = none\ncgroup-parent = /a/b\n"
		    "cgroup-option = none\n",
		    &s);
	CHECK_INT(profile_parse(&s, "default", &p, &why), 0);
	CHECK_INT(profile_args(&s, NULL, &p, &words), 0);
	CHECK_INT(words_count(words), 1);
	CHECK(strcmp(words[0], "/include-files/c") == 0);
	profile_done(&p);
	sched_done(&s);
}

TEST(commands_of_flags_come_last_and_go_first)
{
	struct sched s;
	struct profile p;
	struct why why;
	auto_words char **on = NULL, **off = NULL;

	parse_sched("[scheduler]\nenable = echo A B > /f\n"
		    "disable = echo NO_A >/f\n"
		    "[flag one]\nenable = true 'a b'\ndisable = false\n"
		    "[flag two]\nenable = echo 2 > /f\n",
		    &s);
	CHECK(!s.binary);
	CHECK_INT(profile_parse(&s, "one", &p, &why), 0);
	CHECK_INT(profile_enable(&s, &p, &on), 0);
	CHECK_INT(profile_disable(&s, &p, &off), 0);
	CHECK_INT(words_count(on), 2);
	CHECK(strcmp(on[0], "echo A B '>' /f") == 0);
	CHECK(strncmp(on[1], "/programs/", 10) == 0);
	CHECK(strstr(on[1], "/true 'a b'"));
	CHECK_INT(words_count(off), 2);
	CHECK(strstr(off[0], "/false"));
	CHECK(strcmp(off[1], "echo NO_A '>/f'") == 0);
	profile_done(&p);
	sched_done(&s);
}

TEST(echo_into_a_file_needs_no_program)
{
	static const struct {
		const char *words[6];
		const char *text, *path;
	} row[] = {
		{ { "echo", "a", ">", "/x" }, "a\n", "/x" },
		{ { "echo", "a", "b", ">/x" }, "a b\n", "/x" },
		{ { "echo", ">", "/x" }, NULL, NULL },
		{ { "echo", "a", ">", "x" }, NULL, NULL },
		{ { "echo", "a", ">>", "/x" }, NULL, NULL },
		{ { "printf", "a", ">", "/x" }, NULL, NULL },
		{ { "echo", "a" }, NULL, NULL },
		{ { "echo" }, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_str struct str text = { 0 };
		const char *path = NULL;
		bool is = switching_is_write((char *const *)row[i].words, &text,
					     &path);

		CHECK_INT(is, row[i].text != NULL);
		CHECK(!is || strcmp(str_text(&text), row[i].text) == 0);
		CHECK(!is || strcmp(path, row[i].path) == 0);
	}
}

TEST(limits_of_a_declaration_fill_in)
{
	struct sched s;
	struct test t, u;

	parse_sched("[scheduler]\nbinary = x\nmin-llcs = 2\nmax-cpus = 8\n"
		    "min-nodes = 2\nrequires-smt = yes\n",
		    &s);
	parse_test("[test]\nmin-llcs = 1\n[cgroup a]\n", &t);
	u = test_under(&t, &s);
	CHECK_INT(u.min_llcs, 1); /* the test says so itself */
	CHECK_INT(u.max_cpus, 8);
	CHECK(u.has_max_cpus);
	CHECK_INT(u.min_nodes, 2);
	CHECK_INT(u.max_nodes, 64); /* nobody wrote one */
	CHECK(u.requires_smt);
	u = test_under(&t, NULL);
	CHECK_INT(u.max_cpus, 192);
	CHECK(!u.requires_smt);
	test_done(&t);
	parse_test("[test]\nrequires-smt = no\nmax-nodes = 3\n[cgroup a]\n",
		   &t);
	u = test_under(&t, &s);
	CHECK_INT(u.min_llcs, 2);
	CHECK_INT(u.max_nodes, 3);
	CHECK(!u.requires_smt);
	test_done(&t);
	sched_done(&s);
}

TEST(a_watchdog_is_up_to_30_s)
{
	struct test t;

	parse_test("[test]\nwatchdog = 30s\ncleanup-budget = 5ms\n"
		   "include-files = a/b c\nkargs = x=1 y\n[cgroup a]\n",
		   &t);
	CHECK(t.watchdog_ns == UINT64_C(30000000000));
	CHECK(t.cleanup_ns == 5000000);
	CHECK_INT(t.tuning.file_count, 2);
	CHECK_INT(words_count(t.tuning.kargs), 2);
	auto_str struct str path = { 0 };
	tuning_file_guest(t.tuning.file[0].path, &path);
	CHECK(strcmp(str_text(&path), "/include-files/b") == 0);
	test_done(&t);
}
