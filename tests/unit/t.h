/* SPDX-License-Identifier: GPL-2.0-or-later */
/* t.h - unit tests in C: each TEST() runs in its own process; output is TAP. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define T_SECONDS 240 /* longest a test may take */
#define T_SKIPPED 77
#define T_NO_ROOT 78

/* For a test that a kernel is needed for. */
#define NEEDS_KERNEL()                                                         \
	do {                                                                   \
		if (!getenv("KTSTR_TEST_KERNEL_ENTRY"))                        \
			_exit(T_SKIPPED);                                      \
	} while (0)

/* For a test of what only root may do. */
#define NEEDS_ROOT()                                                           \
	do {                                                                   \
		if (geteuid() != 0)                                            \
			_exit(T_NO_ROOT);                                      \
	} while (0)

struct t_case {
	const char *name;
	void (*run)(void);
	struct t_case *next;
};

static struct t_case *t_first, **t_last = &t_first;

#define TEST(fn)                                                               \
	static void fn(void);                                                  \
	__attribute__((constructor)) static void fn##_add(void)                \
	{                                                                      \
		static struct t_case self = { #fn, fn, NULL };                 \
		*t_last = &self;                                               \
		t_last = &self.next;                                           \
	}                                                                      \
	static void fn(void)

#define CHECK(cond)                                                            \
	do {                                                                   \
		if (!(cond)) {                                                 \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);    \
			fflush(stdout);                                        \
			_exit(1);                                              \
		}                                                              \
	} while (0)

#define CHECK_INT(got, want)                                                   \
	do {                                                                   \
		long long g_ = (got), w_ = (want);                             \
		if (g_ != w_) {                                                \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__,    \
			       __LINE__, #got, g_, w_);                        \
			fflush(stdout);                                        \
			_exit(1);                                              \
		}                                                              \
	} while (0)

int main(void)
{
	int n = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct t_case *t = t_first; t; t = t->next) {
		int status = -1;
		pid_t pid = fork();
		if (pid == 0) {
			alarm(T_SECONDS);
			t->run();
			exit(0); /* exit, so that LeakSanitizer looks */
		}
		if (pid > 0)
			waitpid(pid, &status, 0);
		int end = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		if (end == T_SKIPPED || end == T_NO_ROOT) {
			printf("ok %d - %s # skip needs %s\n", ++n, t->name,
			       end == T_NO_ROOT
				       ? "root"
				       : "a kernel: KTSTR_TEST_KERNEL_ENTRY");
			continue;
		}
		failed += status != 0;
		printf("%s %d - %s\n", status ? "not ok" : "ok", ++n, t->name);
		if (WIFSIGNALED(status))
			printf("# killed by %s\n", strsignal(WTERMSIG(status)));
	}
	printf("1..%d\n", n);
	return failed || n == 0;
}
