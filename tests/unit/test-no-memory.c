/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the library says when memory runs out: each call that asks for some
 * fails in turn, alone or with all that follow, until nothing fails any more.
 * The linker puts the functions below in place of libc's (lib.mk).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/lib/jobserver.h"
#include "tools/lib/memo.h"
#include "tools/lib/program.h"
#include "tools/lib/spec/diag.h"
#include "tools/lib/spec/sched.h"
#include "tools/lib/spec/test.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/verifier-log.h"
#include "tools/lib/words.h"

/* Most calls of one case. */
#define CALLS_MAX 5000

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void __real_free(void *old);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
int __wrap_asprintf(char **ret, const char *fmt, ...) KTSTR_PRINTF(2, 3);
int __wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...)
	KTSTR_PRINTF(3, 4);
void __wrap_free(void *old);

static struct {
	unsigned long call, at; /* the one that fails; 0: none */
	bool all;		/* and those that follow */
	bool hit;
	long live;
} memory;

static bool fails(void)
{
	bool is = memory.at && (memory.all ? ++memory.call >= memory.at
					   : ++memory.call == memory.at);

	memory.hit |= is;
	if (is)
		errno = ENOMEM;
	return is;
}

static void *given(void *p, const void *old)
{
	memory.live += p && !old;
	return p;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : given(__real_malloc(size), NULL);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : given(__real_calloc(count, size), NULL);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : given(__real_realloc(old, size), old);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL
		       : given(__real_reallocarray(old, count, size), old);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : given(__real_strdup(text), NULL);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return fails() ? NULL : given(__real_strndup(text, len), NULL);
}

static int format(char **ret, const char *fmt, va_list args)
{
	int n = fails() ? -1 : vasprintf(ret, fmt, args);

	memory.live += n >= 0;
	return n;
}

int __wrap_asprintf(char **ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = format(ret, fmt, args);
	va_end(args);
	return n;
}

int __wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...)
{
	va_list args;

	(void)flag;
	va_start(args, fmt);
	int n = format(ret, fmt, args);
	va_end(args);
	return n;
}

void __wrap_free(void *old)
{
	memory.live -= old != NULL;
	__real_free(old);
}

/* @run: 0 when all is as it should be, else -ENOMEM, and nothing of it is left.
 * What fails without harm may be either. */
static void each_fails(int (*run)(void))
{
	unsigned long failed = 0;

	for (int all = 0; all < 2; all++) {
		memory.at = 0;
		do {
			long live = memory.live;
			int r;

			memory.call = 0;
			memory.at++;
			memory.all = all;
			memory.hit = false;
			r = run();
			if (r != 0)
				CHECK_INT(r, -ENOMEM);
			CHECK(r == 0 || memory.hit);
			CHECK_INT(memory.live, live);
			failed += r != 0;
			CHECK(memory.at < CALLS_MAX);
		} while (memory.hit);
	}
	memory.at = 0;
	CHECK(failed > 0);
}

static int split(void)
{
	char **words = NULL;
	size_t at;
	int r = words_split("a 'b c' \"d\\\" e\" f\\ g h i j k l m", &words,
			    &at);

	if (r < 0)
		return r;
	CHECK_INT(r, 10);
	r = words_append(&words, "more");
	CHECK_INT(words_count(words), r == 0 ? 11 : 10);
	words_free(words);
	return r;
}

TEST(words)
{
	each_fails(split);
}

static int take_text(void)
{
	struct str s = { 0 };
	char *text;

	for (int i = 0; i < 100; i++)
		str_addf(&s, "line %d of a text that grows\n", i);
	words_quote(&s, "it's");
	text = str_take(&s);
	CHECK(!text || strstr(text, "\nline 99 of"));
	free(text);
	return text ? 0 : -ENOMEM;
}

TEST(text_that_grows)
{
	each_fails(take_text);
}

static char folder[] = "/tmp/test-no-memory.XXXXXX";

/* The file is the old one or the new one, and there is no other. */
static int publish(void)
{
	struct why why = { 0 };
	char *text = NULL;
	int made = file_make_folders("x/y", &why);
	int r = made < 0 ? made : file_publish("x/y/f", "new", 3, 0666, &why);

	if (r < 0)
		CHECK(strstr(why.text, "emory"));
	if (r == 0)
		r = file_read_at(AT_FDCWD, "x/y/f", 10, &text);
	CHECK(r < 0 || strcmp(text, "new") == 0);
	free(text);
	CHECK(access("x/y/f.ktstr-new", F_OK) < 0);
	CHECK_INT(file_remove_tree("x"), 0);
	return r < 0 ? r : 0;
}

TEST(files)
{
	CHECK(mkdtemp(folder) != NULL);
	CHECK_INT(chdir(folder), 0);
	each_fails(publish);
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

static int remember(void)
{
	struct memo m = { 0 };
	bool is_new;
	int r = 0;

	for (int i = 0; r == 0 && i < 20; i++)
		r = memo_at(&m, &i, sizeof(i), &is_new) ? 0 : -ENOMEM;
	memo_done(&m);
	return r;
}

TEST(counts_that_are_kept)
{
	each_fails(remember);
}

static int read_jobserver(void)
{
	struct jobserver_auth auth = { 0 };
	struct why why;
	int r = jobserver_parse(" -j3 --jobserver-auth=fifo:/tmp/pipe", &auth,
				&why);

	CHECK(r < 0 || strcmp(auth.fifo, "/tmp/pipe") == 0);
	jobserver_auth_done(&auth);
	return r < 0 ? r : 0;
}

TEST(a_jobserver)
{
	each_fails(read_jobserver);
}

static int find_program(void)
{
	char *path = program_find("sh");

	CHECK(!path || path[0] == '/');
	free(path);
	return path ? 0 : -ENOMEM;
}

TEST(a_program)
{
	each_fails(find_program);
}

static int collapse(void)
{
	struct str out = { 0 };
	static char log[4000];
	bool failed;

	for (size_t i = 0; i + 20 < sizeof(log); i += 20)
		memcpy(log + i, "12: (b7) r1 = 0    \n", 20);
	verifier_collapse(log, sizeof(log) - 20, &out);
	failed = out.failed;
	CHECK(failed || out.len > 0);
	str_done(&out);
	return failed ? -ENOMEM : 0;
}

TEST(a_log_of_the_verifier)
{
	each_fails(collapse);
}

static const char test_text[] =
	"format = 1\n"
	"[test]\ndescription = a test\nduration = 2s\ntopology = 2n4l2c1t "
	"memory=1G,2G offline=3\ntags = one two\nargs = -v 'a b'\n"
	"needs-flag = steal\n"
	"[cgroup left]\ncpuset = disjoint 0/2\nwork = cpu-spin workers=4\n"
	"work = exec /bin/true 'x y' z\n"
	"[cgroup right]\ncpuset = disjoint 1/2\n"
	"work = bursty workers=2 burst=20ms sleep=30ms policy=batch\n"
	"[payload count]\ncommand = echo '{\"n\": 7}'\noutput = json\n"
	"metric = n min=7 max=7 unit=1 better=higher\n"
	"[step one]\nset-weight = left 300\nhold = 50%\n"
	"[step swap]\nswap-cpusets = left right\nhold = 50%\n"
	"[check]\nisolation = yes\nmax-spread = 20%\nmax-gap = 10ms\n";

static int parse_test(void)
{
	struct diag d = { 0 };
	struct test t;
	int r = test_parse("dir/t.test", test_text, &d, &t);

	if (r == 0 && d.count)
		printf("# %s\n", str_text(&d.out));
	CHECK(r < 0 || d.count == 0);
	if (r == 0) {
		CHECK_INT(t.cgroup_count, 2);
		CHECK_INT(t.cgroup[0].work_count, 2);
		CHECK_INT(t.step_count, 2);
		CHECK_INT(t.payload_count, 1);
	}
	test_done(&t);
	diag_done(&d);
	return r;
}

TEST(a_test)
{
	/* Details of machines are kept, the same ones once. */
	CHECK_INT(parse_test(), 0);
	each_fails(parse_test);
}

/* Complaints that have no room are no reason to take the file. */
static int parse_wrong_test(void)
{
	struct diag d = { 0 };
	struct test t;
	int r = test_parse("t.test",
			   "[tset]\n[test]\nduration = long\n[cgroup a]\n"
			   "work = cpu-spn workers=4\n[cgroup a]\n",
			   &d, &t);

	CHECK(r < 0 || d.count > 0);
	test_done(&t);
	diag_done(&d);
	return r;
}

TEST(a_test_that_is_wrong)
{
	each_fails(parse_wrong_test);
}

static int parse_sched(void)
{
	struct diag d = { 0 };
	struct sched s;
	int r = sched_parse("a.sched",
			    "[scheduler]\nbinary = build/a\nargs = -v 'x y'\n"
			    "topology = 1n2l4c1t\n[flag llc]\nargs = --llc\n"
			    "[flag steal]\nargs = -s\nrequires = llc\n",
			    &d, &s);

	CHECK(r < 0 || d.count == 0);
	sched_done(&s);
	diag_done(&d);
	return r;
}

TEST(a_declaration)
{
	each_fails(parse_sched);
}
