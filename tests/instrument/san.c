/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * san.c - how the sanitizers of a SAN= build behave, without their variables of
 * the environment, which a test may clear.
 *
 * A finding ends the process by SIGABRT, so that no exit code of ours can be
 * taken for it, and its report goes to a file of the build, so that it is seen
 * whoever reads that process's standard error. The runtimes call these.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define REPORTS                                                                \
	"abort_on_error=1:log_exe_name=1:log_path=" INSTRUMENT_DIR             \
	"/san/report:"

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);
const char *__lsan_default_suppressions(void);
int __lsan_is_turned_off(void);

const char *__asan_default_options(void)
{
	return REPORTS
		"strict_string_checks=1:detect_stack_use_after_return=1:"
		"check_initialization_order=1:allocator_may_return_null=1:"
		"print_suppressions=0";
}

const char *__ubsan_default_options(void)
{
	return REPORTS "print_stacktrace=1";
}

/* gcc's runtime for "undefined" takes no log_path when it is the second one of
 * a program. */
__attribute__((constructor)) static void report_to_file(void)
{
	static char path[] = INSTRUMENT_DIR "/san/report.undefined";
	void *runtime = dlopen("libubsan.so.1", RTLD_LAZY | RTLD_NOLOAD);
	void (*set_path)(const char *) = NULL;

	if (runtime)
		*(void **)&set_path =
			dlsym(runtime, "__sanitizer_set_report_path");
	if (set_path)
		set_path(path);
}

/* Who forks while other threads run only calls execve(2) in the child. */
const char *__tsan_default_options(void)
{
	return REPORTS "die_after_fork=0:second_deadlock_stack=1";
}

/* libgit2 loses what it asked for when an expression does not match (its pull
 * request 6382, after 1.5). */
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

/* Leaks are searched by tracing ourselves, which nobody can whom strace traces;
 * or who may not even ask. */
int __lsan_is_turned_off(void)
{
	char status[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);

	if (fd >= 0)
		close(fd);
	status[n < 0 ? 0 : n] = '\0';
	return !strstr(status, "\nTracerPid:\t0\n");
}
