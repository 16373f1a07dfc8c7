/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/compilers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/msg.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"

/* How long a program may take to tell its version. */
#define ANSWER_S 10

/* What one that could not be started says in its place: a NUL, which none of
 * them begins with, and errno. */
#define FAILED_BYTES 2

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* A setting; one that is empty is none, as kbuild sees it. */
static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* "-15", the way kbuild finds programs called clang-15. */
static bool is_suffix(const char *llvm)
{
	size_t digits = *llvm == '-' ? strspn(llvm + 1, "0123456789") : 0;

	return digits > 0 && digits <= 4 && !llvm[1 + digits];
}

static bool is_folder(const char *llvm)
{
	return llvm[strlen(llvm) - 1] == '/';
}

static int check(const char *llvm, const char *ias, struct why *reterr_why)
{
	if (llvm && strcmp(llvm, "1") != 0 && !is_suffix(llvm) &&
	    !is_folder(llvm))
		return why_set(reterr_why, -EINVAL,
			       "LLVM is '%.80s'; it may be 1, a version such "
			       "as -15, or a folder with a / at its end",
			       llvm);
	if (ias && strcmp(ias, "0") != 0 && strcmp(ias, "1") != 0)
		return why_set(reterr_why, -EINVAL,
			       "LLVM_IAS is '%.80s'; it may be 0 or 1", ias);
	return 0;
}

static void add_word(struct str *out, const char *name, const char *value)
{
	if (value)
		str_addf(out, "%s%s=%s", out->len ? " " : "", name, value);
}

int compilers_read(char ret_mark[COMPILERS_MARK_SIZE], char **ret_words,
		   struct why *reterr_why)
{
	const char *llvm = setting("LLVM"), *cc = setting("KTSTR_KERNEL_CC");
	const char *ias = setting("LLVM_IAS");
	auto_str struct str words = { 0 };
	int r = check(llvm, ias, reterr_why);

	if (r < 0)
		return r;
	add_word(&words, "LLVM", llvm);
	/* It speaks of clang's assembler, and is nothing to gcc. */
	add_word(&words, "LLVM_IAS", llvm || cc ? ias : NULL);
	add_word(&words, "CROSS_COMPILE", setting("CROSS_COMPILE"));
	add_word(&words, "CC", cc);
	if (words.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (!words.len)
		ret_mark[0] = '\0';
	else if (llvm && words.len == strlen("LLVM=") + strlen(llvm) &&
		 !is_folder(llvm))
		snprintf(ret_mark, COMPILERS_MARK_SIZE, "llvm%s",
			 *llvm == '-' ? llvm : "");
	else
		snprintf(ret_mark, COMPILERS_MARK_SIZE, "cc%08x",
			 crc32_of(words.text, words.len, /* before */ 0));
	*ret_words = str_take(&words);
	return *ret_words ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}

/* In the new process: become ARGV[0], which ends when we do. */
static noreturn void become(char *const argv[], int out, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char failed[FAILED_BYTES] = { '\0', '\0' };

	/* A session of its own, so that it can be ended with its children. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
	    setsid() < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    execvp(argv[0], argv) < 0)
		failed[1] = (char)errno;
	_exit(write(out, failed, sizeof(failed)) < 0 ? EX_BROKEN
						     : EX_NOT_FOUND);
}

/* Start a program, ARGV[0]. Return: where to read what it says, or -errno. */
static int start(char *const argv[], pid_t *ret_pid)
{
	pid_t self = getpid();
	int pipes[2], r;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	*ret_pid = fork();
	if (*ret_pid == 0)
		become(argv, pipes[1], self);
	r = *ret_pid < 0 ? -errno : pipes[0];
	(void)close(pipes[1]);
	if (r < 0)
		(void)close(pipes[0]);
	return r;
}

/* Read what @fd says first, at most a line, for a limited time. Return: 0 or
 * -errno. */
static int read_line(int fd, char *line, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	time_t until = now_s() + ANSWER_S;
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size - 1 && !memchr(line, '\n', len)) {
		time_t left = until - now_s();

		if (left <= 0 || poll(&p, 1, (int)left * 1000) == 0)
			break;
		n = read(fd, line + len, size - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		return -errno;
	line[len] = '\0';
	if (len == FAILED_BYTES && !line[0])
		return -line[1];
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

/* Read the first line that "@argv" prints; none of what is not there. Return: 0
 * or -errno. */
static int ask(char *const argv[], char *line, size_t size)
{
	pid_t pid = 0;
	auto_fd int fd = start(argv, &pid);
	int r;

	if (fd < 0)
		return fd;
	r = read_line(fd, line, size);
	/* What it has left to say, it says to nobody. */
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return r;
}

/* Append the first line that "COMMAND --version" prints. */
static int add_version(struct str *out, const char *command,
		       struct why *reterr_why)
{
	auto_words char **argv = NULL;
	char line[256] = "";
	size_t at;
	int count = words_split(command, &argv, &at);
	int r = count;

	if (count > 0)
		r = words_append(&argv, "--version");
	if (count > 0 && r == 0)
		r = ask(argv, line, sizeof(line));
	str_addf(out, "%s%s", out->len ? "; " : "", *line ? line : "none");
	if (r >= 0 || !why_is_system(r))
		return 0;
	return why_set(reterr_why, r, "cannot ask '%s' for its version: %s",
		       command, strerror(-r));
}

/*
 * Names as kbuild puts them together: LLVM=1, LLVM=-15 and LLVM=/bin/ mean
 * clang, clang-15 and /bin/clang.
 */
static int add_tool(struct str *out, const char *gnu, const char *of_llvm,
		    struct why *reterr_why)
{
	const char *cross = setting("CROSS_COMPILE"), *llvm = setting("LLVM");
	auto_str struct str name = { 0 };

	if (!llvm)
		str_addf(&name, "%s%s", cross ? cross : "", gnu);
	else
		str_addf(&name, "%s%s%s", strchr(llvm, '/') ? llvm : "",
			 of_llvm, *llvm == '-' ? llvm : "");
	return add_version(out, str_text(&name), reterr_why);
}

int compilers_versions(char **ret, struct why *reterr_why)
{
	auto_str struct str out = { 0 };
	const char *cc = setting("KTSTR_KERNEL_CC");
	int r = cc ? add_version(&out, cc, reterr_why)
		   : add_tool(&out, "gcc", "clang", reterr_why);

	if (r == 0)
		r = add_tool(&out, "ld", "ld.lld", reterr_why);
	if (r == 0)
		r = add_version(&out, "pahole", reterr_why);
	if (r < 0)
		return r;
	*ret = str_take(&out);
	return *ret ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}
